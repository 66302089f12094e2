import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { startIngest } from '../../ingest/ingest.ts';
import { loadStreams } from '../../ingest/load/streams.ts';
import { createIngestMetrics } from '../../ingest/metrics.ts';
import type { Source, SourceFrame } from '../../ingest/source.ts';
import { parameterSetsOf } from '../../ingest/sources/annex-b.ts';
import { StreamSupervisor } from '../../ingest/supervisor.ts';
import { type Bus, maxMessageBytes } from '../../platform/bus/bus.ts';
import { createEmbeddedBus } from '../../platform/bus/embedded.ts';
import { nowUs } from '../../platform/clock.ts';
import { accessUnitCodec, streamStatusCodec } from '../../schemas/codecs.ts';
import { RoadstreamError } from '../../schemas/errors.ts';
import type { AccessUnit, StreamStatus } from '../../schemas/messages.ts';
import { topics } from '../../schemas/topics.ts';
import { eventually } from '../support/eventually.ts';
import { loadMedia, type Media } from '../support/media.ts';
import { type RtspServerOptions, startRtspServer } from '../support/rtsp-server.ts';
import { videoFolder, writeVideoFile } from '../support/video-file.ts';
import { capturingLog, Supervised, streamOf } from './support.ts';

const file = path.join(videoFolder, 'road.mp4');
let media: Media;

before(async () => {
  await writeVideoFile(file, { codec: 'h264', frames: 50 });
  media = await loadMedia(file);
});

async function startCamera(options: Partial<RtspServerOptions> = {}) {
  const server = await startRtspServer({ media, ...options });
  return Object.assign(server, { [Symbol.asyncDispose]: () => server.close() });
}

test('publishes pictures and, about every second, how the camera is', async () => {
  await using camera = await startCamera();
  await using run = await Supervised.start(streamOf(camera.url()));
  await eventually('three statuses while live', () => run.statuses.filter(({ state }) => state === 'live').length >= 4);
  assert.deepEqual(run.states, ['connecting', 'live']);
  const { epoch, codec, width, height, framesPerSecond, newestFrameAtUs, reconnects, errorCode, streamId, vehicleId } =
    run.statuses.at(-1)!;
  assert.deepEqual(
    { streamId, vehicleId, codec, width, height },
    { streamId: 'cam-1', vehicleId: 'truck-7', codec: 'h264', width: 320, height: 176 },
  );
  assert.deepEqual({ reconnects, errorCode }, { reconnects: 0, errorCode: null });
  assert.ok(framesPerSecond > 20 && framesPerSecond < 30, `${framesPerSecond} of 25 a second`);
  assert.ok(newestFrameAtUs! >= epoch!);
  assert.ok(run.units.every((unit, index) => unit.epoch === epoch && unit.sequence === index));
  assert.ok(run.units[0]!.isKeyframe);
  for (const { payload } of run.units.filter(({ isKeyframe }) => isKeyframe)) assert.ok(parameterSetsOf('h264', payload));
});

test('waits for a camera that is not there yet', async () => {
  await using camera = await startCamera();
  await camera.die();
  await using run = await Supervised.start(streamOf(camera.url()));
  await eventually('a failed attempt', () => run.states.includes('waiting'));
  assert.equal(run.statuses.at(-1)!.errorCode, 'SOURCE_UNREACHABLE');
  await camera.revive();
  await eventually('pictures', () => run.units.length > 3);
  assert.equal(run.supervisor.status.state, 'live');
  assert.equal(run.supervisor.status.reconnects, 0);
  assert.equal(run.supervisor.status.errorMessage, null);
});

test('comes back in a new epoch when a camera was gone, at a keyframe', async () => {
  await using camera = await startCamera();
  await using run = await Supervised.start(streamOf(camera.url()));
  for (const round of [1, 2]) {
    await eventually('live', () => run.supervisor.status.state === 'live' && run.units.at(-1)?.epoch === run.supervisor.status.epoch);
    await camera.die();
    await eventually('noticed', () => run.supervisor.status.state !== 'live');
    await camera.revive();
    await eventually('back', () => run.supervisor.status.state === 'live' && run.supervisor.status.reconnects === round);
  }
  await eventually('pictures', () => run.units.at(-1)?.epoch === run.supervisor.status.epoch);
  const epochs = [...new Set(run.units.map(({ epoch }) => epoch))];
  assert.equal(epochs.length, 3);
  assert.deepEqual(
    epochs,
    epochs.toSorted((a, b) => a - b),
  );
  for (const epoch of epochs) {
    const units = run.units.filter((unit) => unit.epoch === epoch);
    assert.ok(units[0]!.isKeyframe);
    assert.deepEqual(
      units.map(({ sequence }) => sequence),
      units.map((_, index) => index),
    );
  }
});

test('notices a camera that stays connected but goes silent, and reconnects', async () => {
  for (const transport of ['tcp', 'udp'] as const) {
    await using camera = await startCamera();
    await using run = await Supervised.start(streamOf(camera.url(), { transport }));
    await eventually('pictures', () => run.units.length > 3);
    camera.stall();
    await eventually('stalled', () => run.states.includes('stalled'));
    const stalled = run.statuses.find(({ state }) => state === 'stalled')!;
    assert.equal(stalled.errorCode, 'SOURCE_STALLED');
    assert.equal(stalled.framesPerSecond, 0);
    camera.resume();
    await eventually('back', () => run.supervisor.status.state === 'live' && run.supervisor.status.reconnects === 1);
  }
});

test('says at once what would never work, and does not try it again', async () => {
  const cases = [
    ['http://user:secret@host/video', 'SOURCE_SCHEME_REFUSED'],
    ['file:///etc/passwd', 'SOURCE_PATH_REFUSED'],
    ['sim:no-such-scenario', 'SCENARIO_UNKNOWN'],
    ['rtsp://user:secret@', 'CONFIGURATION_INVALID'],
  ] as const;
  for (const [url, code] of cases) {
    await using run = await Supervised.start(streamOf(url), { sleep: () => assert.fail('it was tried again') });
    await eventually('refused', () => run.statuses.at(-1)?.state === 'refused');
    assert.equal(run.statuses.at(-1)!.errorCode, code);
    assert.ok(!JSON.stringify([run.statuses, run.lines]).includes('secret'));
  }
});

test('ends with a file that is to be played once', async () => {
  const stream = streamOf(pathToFileURL(file).href, { loop: false });
  await using run = await Supervised.start(stream, { sleep: () => assert.fail('it was tried again') }, [videoFolder]);
  await eventually('its end', () => run.statuses.at(-1)?.state === 'ended');
  await eventually('all pictures', () => run.units.length === 50);
  assert.equal(run.statuses.at(-1)!.errorCode, null);
});

test('tries again also after a failure that nobody foresaw', async () => {
  const delays: number[] = [];
  let attempts = 0;
  const open = (): Source => {
    attempts += 1;
    throw new TypeError('undefined is not a function');
  };
  const sleep = async (ms: number) => {
    delays.push(ms);
    await new Promise((resolve) => setTimeout(resolve, 5));
  };
  await using run = await Supervised.start(streamOf('rtsp://10.0.0.7/live'), { open, sleep, random: () => 0.5 });
  await eventually('three attempts', () => attempts >= 3);
  assert.equal(run.supervisor.status.errorCode, 'INTERNAL');
  assert.equal(delays[0]!.toFixed(0), '1250');
});

test('waits longer for a camera that stays away, and a picture makes it wait short again', async () => {
  const delays: number[] = [];
  let nowUs = 1_800_000_000_000_000;
  let attempts = 0;
  const open = (): Source => ({
    shown: '',
    async *frames() {
      attempts += 1;
      if (attempts === 4)
        yield {
          payload: Buffer.alloc(9),
          codec: 'h264',
          isKeyframe: true,
          capturedAtUs: nowUs,
          clock: 'arrival',
          rtpTimestamp: 0,
          width: 0,
          height: 0,
        };
      throw new RoadstreamError('SOURCE_UNREACHABLE', 'gone', { retryable: true });
    },
  });
  const sleep = async (ms: number) => {
    delays.push(Math.round(ms));
    nowUs += 100_000_000;
    await new Promise((resolve) => setTimeout(resolve, 5));
  };
  await using run = await Supervised.start(streamOf('rtsp://10.0.0.7/live'), { open, sleep, random: () => 1, nowUs: () => nowUs });
  await eventually('five attempts', () => delays.length >= 5);
  assert.deepEqual(delays.slice(0, 5), [2000, 5000, 10_000, 2000, 5000]);
  assert.equal(run.supervisor.status.reconnects, 0);
});

test('keeps credentials out of statuses and logs, whatever happens', async () => {
  const auth = { scheme: 'digest', user: 'fleetuser', password: 's3cr3t/w@rd' } as const;
  await using camera = await startCamera({ auth });
  for (const credentials of ['fleetuser:s3cr3t%2Fw%40rd', 'fleetuser:wr0ng-s3cr3t']) {
    await using run = await Supervised.start(streamOf(`${camera.url(credentials)}?token=s3cr3t-t0ken`));
    await eventually('an outcome', () => ['live', 'waiting'].includes(run.supervisor.status.state));
    await camera.die();
    await eventually('its loss', () => run.supervisor.status.state === 'waiting');
    await camera.revive();
    const told = JSON.stringify([run.statuses, run.lines, run.units.map(({ payload: _, ...unit }) => unit)]);
    assert.doesNotMatch(told, /fleetuser|s3cr3t|wr0ng|t0ken/);
    assert.match(told, /127\.0\.0\.1/);
  }
});

test('one bad stream never disturbs another', async () => {
  await using good = await startCamera();
  await using garbage = await startCamera();
  await using odd = await startCamera({ codecName: 'X-ODD' });
  await using locked = await startCamera({ auth: { scheme: 'basic', user: 'a', password: 'b' } });
  const broken = path.join(videoFolder, 'broken.mp4');
  await writeFile(broken, Buffer.alloc(10_000, 7));
  const urls = {
    good: good.url(),
    garbage: garbage.url(),
    odd: odd.url(),
    locked: locked.url(),
    broken: pathToFileURL(broken).href,
    scheme: 'gopher://x',
    gone: 'rtsp://127.0.0.1:9/live',
  };
  const bus = createEmbeddedBus();
  const newest = new Map<string, StreamStatus>();
  await bus.subscribe({
    topics: [topics.streams],
    from: 'earliest',
    onBatch: async (batch) => {
      for (const { key, value } of batch) newest.set(key, streamStatusCodec.decode(value!));
    },
  });
  const streams = Object.entries(urls).map(([id, url]) => ({ ...streamOf(url), id }));
  const ingest = await startIngest({ streams, fileFolders: [videoFolder], bus, log: capturingLog().log });
  const timer = setInterval(() => garbage.sendGarbage(), 20);
  try {
    const codeOf = (id: string) => newest.get(id)?.errorCode;
    await eventually(
      'each its own trouble',
      () =>
        codeOf('odd') === 'CODEC_UNSUPPORTED' &&
        codeOf('locked') === 'SOURCE_UNAUTHORIZED' &&
        codeOf('broken') === 'SOURCE_INVALID' &&
        codeOf('scheme') === 'SOURCE_SCHEME_REFUSED' &&
        codeOf('gone') === 'SOURCE_UNREACHABLE',
    );
    await eventually('the good one live', () => newest.get('good')?.state === 'live');
    const before = newest.get('good')!;
    await eventually('the good one going on', () => newest.get('good')!.newestFrameAtUs! - before.newestFrameAtUs! > 2_000_000);
    assert.equal(newest.get('good')!.state, 'live');
    assert.equal(newest.get('good')!.reconnects, 0);
    assert.equal(newest.get('good')!.epoch, before.epoch);
  } finally {
    clearInterval(timer);
    await ingest.close();
    await bus.close();
  }
});

/** A source that gives what the test pushes, for as long as the test runs. */
function pushedSource() {
  const waiting: SourceFrame[] = [];
  let wake = (): void => {};
  const source: Source = {
    shown: '',
    async *frames(signal) {
      signal.addEventListener('abort', () => wake());
      while (!signal.aborted) {
        const frame = waiting.shift();
        if (frame) yield frame;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    },
  };
  let number = 0;
  const push = (isKeyframe: boolean, bytes = 100) => {
    const capturedAtUs = 1_800_000_000_000_000 + number * 40_000;
    const rtpTimestamp = number++ * 3600;
    waiting.push({
      payload: Buffer.alloc(bytes),
      codec: 'h264',
      isKeyframe,
      capturedAtUs,
      clock: 'arrival',
      rtpTimestamp,
      width: 0,
      height: 0,
    });
    wake();
  };
  return { source, push };
}

test('says on the status that a keyframe is too large for as long as it is, and the stream goes on', async () => {
  const { source, push } = pushedSource();
  await using run = await Supervised.start(streamOf('rtsp://10.0.0.7/live'), { open: () => source });
  push(true);
  await eventually('live', () => run.statuses.at(-1)?.state === 'live');
  for (let round = 0; round < 2; round++) {
    push(true, maxMessageBytes);
    push(false);
    await eventually('told', () => run.statuses.at(-1)?.errorCode === 'MESSAGE_TOO_LARGE');
    assert.match(run.statuses.at(-1)!.errorMessage!, /8\.0 MiB.*resolution or bit rate/);
    assert.equal(run.statuses.at(-1)!.state, 'live');
  }
  push(true);
  push(false);
  await eventually('over', () => run.statuses.at(-1)?.errorCode === null);
  assert.deepEqual(
    run.units.map(({ sequence }) => sequence),
    [0, 5, 6],
  );
});

test('stops in time although the bus takes nothing', async () => {
  const { source, push } = pushedSource();
  const bus = { publish: () => new Promise(() => {}) } as unknown as Bus;
  const { log } = capturingLog();
  const supervisor = new StreamSupervisor({
    stream: streamOf('rtsp://10.0.0.7/live'),
    open: () => source,
    bus,
    log,
    metrics: createIngestMetrics(),
  });
  supervisor.start();
  push(true);
  await eventually('live', () => supervisor.status.state === 'live');
  await supervisor.close();
  assert.equal(supervisor.status.state, 'ended');
});

test('keeps one status on its way to a bus that is away, and then says the newest', async () => {
  const { source, push } = pushedSource();
  const answers: PromiseWithResolvers<void>[] = [];
  const said: StreamStatus[] = [];
  const bus = {
    async publish({ name }: { readonly name: string }, _key: string, value: Buffer) {
      if (name !== topics.streams.name) return;
      said.push(streamStatusCodec.decode(value));
      const answer = Promise.withResolvers<void>();
      answers.push(answer);
      await answer.promise;
    },
  } as unknown as Bus;
  let nowUs = 1_800_000_000_000_000;
  const supervisor = new StreamSupervisor({
    stream: streamOf('rtsp://10.0.0.7/live'),
    open: () => source,
    bus,
    log: capturingLog().log,
    metrics: createIngestMetrics(),
    nowUs: () => nowUs,
  });
  supervisor.start();
  push(true);
  await eventually('two heartbeats', () => {
    nowUs += 1;
    return supervisor.status.state === 'live' && supervisor.status.updatedAtUs > 1_800_000_000_000_100;
  });
  assert.deepEqual(
    said.map(({ state }) => state),
    ['connecting'],
  );
  answers[0]!.resolve();
  await eventually('the newest', () => said.length === 2);
  assert.equal(said[1]!.state, 'live');
  const closed = supervisor.close();
  await eventually('its end', () => {
    for (const { resolve } of answers) resolve();
    return said.at(-1)!.state === 'ended';
  });
  await closed;
});

test('an epoch is later than any that was ever announced, though the clock has been set back since', async () => {
  const bus = createEmbeddedBus();
  const stream = { ...loadStreams({ streams: 1, framesPerSecond: 5, width: 160 })[0]!, id: 'cam-1' };
  const units: AccessUnit[] = [];
  await bus.subscribe({
    topics: [topics.framesDashcam],
    from: 'earliest',
    onBatch: async (batch) => void units.push(...batch.map(({ value }) => accessUnitCodec.decode(value!))),
  });
  // An hour ahead, as a host is whose clock was never set.
  const ahead = nowUs() + 3_600_000_000;
  await using earlier = await Supervised.start(streamOf('rtsp://10.0.0.7/live'));
  const announced = { ...earlier.supervisor.status, epoch: ahead };
  await bus.publish(topics.streams, 'cam-0', Buffer.from('not a status'));
  await bus.publish(topics.streams, stream.id, streamStatusCodec.encode(announced));
  const epochs = [ahead];
  for (const round of [1, 2, 3]) {
    const ingest = await startIngest({ streams: [stream], fileFolders: [], bus, log: capturingLog().log });
    await eventually('pictures', () => new Set(units.map(({ epoch }) => epoch)).size === round);
    await ingest.close();
    epochs.push(units.at(-1)!.epoch);
  }
  assert.deepEqual(
    epochs,
    [0, 1, 2, 3].map((more) => ahead + more),
  );
  await bus.close();
});

test('a bus that cannot say what was announced holds no camera up for long', async () => {
  const bus = createEmbeddedBus();
  const forgetful: Bus = Object.assign(Object.create(bus) as Bus, {
    publish: bus.publish.bind(bus),
    offsets: () => new Promise(() => {}),
  });
  const units: AccessUnit[] = [];
  await bus.subscribe({
    topics: [topics.framesDashcam],
    from: 'earliest',
    onBatch: async (batch) => void units.push(...batch.map(({ value }) => accessUnitCodec.decode(value!))),
  });
  const streams = loadStreams({ streams: 1, framesPerSecond: 5, width: 160 });
  const { log, lines } = capturingLog();
  const ingest = await startIngest({ streams, fileFolders: [], bus: forgetful, log });
  await eventually('pictures', () => units.length > 0);
  assert.ok(Math.abs(nowUs() - units[0]!.epoch) < 600e6);
  assert.ok(lines.some((line) => line.includes('clock has to be right')));
  await ingest.close();
  await bus.close();
});
