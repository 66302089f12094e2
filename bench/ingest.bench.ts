import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadStreams } from '../ingest/load/streams.ts';
import { simulate } from '../ingest/simulator/simulate.ts';
import { startBroker } from '../platform/kafka-broker/broker.ts';
import { type StreamConfiguration, streamSchema } from '../schemas/configuration.ts';
import type { Benchmark, Figure } from './figure.ts';
import type { IngestOrder, IngestTold } from './ingest-process.ts';

const framesPerSecond = 30;
const rtspStreams = 8;
/** The most of these that one process carries is the figure. */
const loads = [60, 90, 120, 160];
/** Connecting, and compiling the code. */
const warmUpMs = 8000;
const measuredMs = 15_000;
/** Less than this share of all pictures taken, and the process does not carry its streams. */
const leastTaken = 0.99;

/** Runs ingest in a process of its own and measures it alone. */
async function measure(order: IngestOrder): Promise<IngestTold> {
  const child = fork(path.join(import.meta.dirname, 'ingest-process.ts'), [JSON.stringify(order)]);
  try {
    await sleep(warmUpMs);
    await told(child);
    await sleep(measuredMs);
    return await told(child);
  } finally {
    child.disconnect();
    await once(child, 'exit');
  }
}

async function told(child: ChildProcess): Promise<IngestTold> {
  child.send('tell');
  const [answer] = (await once(child, 'message')) as [IngestTold];
  return answer;
}

const perStream = ({ cpuMs, elapsedMs }: IngestTold, streams: number) => (100 * cpuMs) / elapsedMs / streams;
const takenShare = ({ pictures, elapsedMs }: IngestTold, streams: number) => pictures / ((elapsedMs / 1000) * framesPerSecond * streams);
const details = (it: IngestTold, streams: number) =>
  `${(it.bytes / it.pictures / 1000).toFixed(1)} kB a picture, ${(100 * takenShare(it, streams)).toFixed(1)} % taken, acknowledged p99 ${it.acknowledgedP99Ms.toFixed(0)} ms, ${Math.round(it.residentBytes / 2 ** 20)} MiB resident`;

/** Cameras over RTSP (TCP), served by a process of its own. */
async function overRtsp(folder: string, order: Omit<IngestOrder, 'streams'>): Promise<Figure> {
  const file = path.join(folder, 'road.mp4');
  await simulate({ scenario: 'braking-lead', output: file });
  const server = spawn(process.execPath, [path.resolve(import.meta.dirname, '../test/support/rtsp-server.ts'), file, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = (await once(server.stdout!, 'data')) as [Buffer];
    const url = line.toString().trim();
    const streams: StreamConfiguration[] = Array.from({ length: rtspStreams }, (_, index) =>
      streamSchema.parse({ id: `camera-${index + 1}`, url }),
    );
    const result = await measure({ ...order, streams });
    return {
      name: 'CPU of an RTSP camera of 720p30, of a core',
      value: perStream(result, rtspStreams),
      unit: '%',
      atMost: 3,
      note: `${rtspStreams} cameras; ${details(result, rtspStreams)}`,
    };
  } finally {
    server.kill();
    await once(server, 'exit');
  }
}

async function underLoad(order: Omit<IngestOrder, 'streams'>, tell: (line: string) => void): Promise<Figure[]> {
  let carried: { readonly count: number; readonly result: IngestTold } | undefined;
  for (const count of loads) {
    const result = await measure({ ...order, streams: loadStreams({ streams: count, framesPerSecond }) });
    tell(`${count} streams: ${perStream(result, 1).toFixed(0)} % of a core; ${details(result, count)}`);
    if (takenShare(result, count) < leastTaken) break;
    carried = { count, result };
  }
  const figures: Figure[] = [
    {
      name: 'streams that one process carries at 30 pictures/s',
      value: carried?.count ?? 0,
      unit: '',
      atLeast: 60,
      ...(carried && { note: details(carried.result, carried.count) }),
    },
  ];
  if (carried)
    figures.push({ name: 'CPU of each of them, of a core', value: perStream(carried.result, carried.count), unit: '%', atMost: 3 });
  return figures;
}

export const benchmark: Benchmark = {
  name: 'ingest',
  description: 'ingest alone in its process, over Kafka on the same machine, without decoding',
  async run(tell) {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'roadstream-ingest-'));
    const given = process.env.KAFKA_BROKERS?.split(',');
    const broker = given ? undefined : await startBroker({ directory: path.join(folder, 'kafka'), port: 0 });
    try {
      const order = { brokers: [...(given ?? broker!.brokers)], cacheDirectory: path.join(folder, 'cache') };
      tell('RTSP');
      return [await overRtsp(folder, order), ...(await underLoad(order, tell))];
    } finally {
      await broker?.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
