import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { startIngest } from '../ingest/ingest.ts';
import { createEmbeddedBus } from '../platform/bus/embedded.ts';
import { accessUnitCodec } from '../schemas/codecs.ts';
import { streamSchema } from '../schemas/configuration.ts';
import { topics } from '../schemas/topics.ts';
import { startRtspServer } from '../test/support/rtsp-server.ts';
import { writeVideoFile } from '../test/support/video-file.ts';
import { type Benchmark, quantile } from './figure.ts';

const rounds = 20;
/** Outages as a camera's restart has them, spread so that attempts do not fall into step with them, ms. */
const outageMs = (round: number) => 500 + ((round * 7919) % 9500);
/** Buffers and compiled code reach their usual size within these; growth is counted from here. */
const warmUpRounds = 3;

export const benchmark: Benchmark = {
  name: 'reconnect',
  description: `a camera (RTSP over TCP, 720p, a keyframe each second) killed and revived ${rounds} times; from its return to the first keyframe on the bus`,
  async run(tell) {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'roadstream-reconnect-'));
    const file = path.join(folder, 'road.mp4');
    await writeVideoFile(file, { codec: 'h264', frames: 75, keyframeEvery: 25, width: 1280, height: 720 });
    const camera = await startRtspServer({ media: file });
    // It is full within a few seconds, so that its growing is not taken for a leak.
    const bus = createEmbeddedBus({ maxAgeMs: 2000 });
    let newest = { epoch: 0, atMs: 0 };
    let firstPicture = Promise.withResolvers<number>();
    await bus.subscribe({
      topics: [topics.framesDashcam],
      from: 'latest',
      onBatch: async (batch) => {
        const { epoch } = accessUnitCodec.decode(batch.at(-1)!.value!);
        if (epoch === newest.epoch) return;
        newest = { epoch, atMs: performance.now() };
        firstPicture.resolve(newest.atMs);
      },
    });
    const startedAtMs = performance.now();
    const stream = streamSchema.parse({ id: 'bench', url: camera.url() });
    const ingest = await startIngest({ streams: [stream], fileFolders: [], bus, log: pino({ level: 'silent' }) });
    const openMs = (await firstPicture.promise) - startedAtMs;
    const back: number[] = [];
    const memory: number[] = [];
    try {
      for (let round = 0; round < rounds; round++) {
        await sleep(1500);
        await camera.die();
        await sleep(outageMs(round));
        firstPicture = Promise.withResolvers();
        await camera.revive();
        const revivedAtMs = performance.now();
        back.push(((await firstPicture.promise) - revivedAtMs) / 1000);
        memory.push(process.memoryUsage().rss);
        tell(
          `round ${round + 1}: away ${(outageMs(round) / 1000).toFixed(1)} s, back after ${back.at(-1)!.toFixed(1)} s, ${Math.round(memory.at(-1)! / 2 ** 20)} MB`,
        );
      }
    } finally {
      await ingest.close();
      await camera.close();
      await bus.close();
      rmSync(folder, { recursive: true, force: true });
    }
    const half = Math.ceil((rounds - warmUpRounds) / 2);
    const growth = (quantile(memory.slice(-half), 0.5) / quantile(memory.slice(warmUpRounds, warmUpRounds + half), 0.5) - 1) * 100;
    return [
      { name: 'camera returns → first keyframe on the bus, p50', value: quantile(back, 0.5), unit: 's' },
      { name: 'camera returns → first keyframe on the bus, slowest', value: quantile(back, 1), unit: 's', atMost: 5, note: `of ${rounds}` },
      {
        name: 'memory (RSS) growth',
        value: growth,
        unit: '%',
        atMost: 5,
        note: `median of the later half against the earlier, after ${warmUpRounds} rounds`,
      },
      { name: 'start → first keyframe on the bus', value: openMs / 1000, unit: 's', note: 'waiting for the next keyframe included' },
    ];
  },
};
