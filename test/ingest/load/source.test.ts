import assert from 'node:assert/strict';
import { readdirSync, statSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { startIngest } from '../../../ingest/ingest.ts';
import { parseLoadAddress } from '../../../ingest/load/address.ts';
import { loadMomentAt } from '../../../ingest/load/moment.ts';
import { recordingOf } from '../../../ingest/load/recording.ts';
import { openLoadSource } from '../../../ingest/load/source.ts';
import { loadStreams } from '../../../ingest/load/streams.ts';
import type { SourceFrame } from '../../../ingest/source.ts';
import { parameterSetsOf } from '../../../ingest/sources/annex-b.ts';
import { createEmbeddedBus } from '../../../platform/bus/embedded.ts';
import { nowUs } from '../../../platform/clock.ts';
import { Decoder } from '../../../processors/stages/decoder.ts';
import { accessUnitCodec, streamStatusCodec } from '../../../schemas/codecs.ts';
import type { AccessUnit, StreamStatus } from '../../../schemas/messages.ts';
import { topics } from '../../../schemas/topics.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { capturingLog, take } from '../support.ts';

/** A pedestrian's drive of 14 s, small and slow, so that a loop is recorded in no time. */
const url = 'load:pedestrian-crossing?fps=2&width=160';

const timers = (): number => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;

test('plays by the wall clock from a keyframe on, and time goes on over the end of the loop', async () => {
  await recordingOf(parseLoadAddress(url), undefined);
  // Wherever the wall clock stands, this phase puts the end of the loop into the next seconds.
  const { timeSeconds } = loadMomentAt(url, nowUs());
  const source = openLoadSource({ url: `${url}&phase=${(14 - timeSeconds + 10) % 14}`, cacheDirectory: undefined });
  const frames = await take(source, 12);
  const [first] = frames;
  assert.equal(first!.isKeyframe, true);
  assert.ok(parameterSetsOf('h264', first!.payload));
  const moments = frames.map(({ capturedAtUs }) => loadMomentAt(source.shown, capturedAtUs));
  assert.equal(new Set(moments.map(({ loop }) => loop)).size, 2);
  for (const [index, frame] of frames.entries()) {
    assert.ok(Math.abs(frame.capturedAtUs - first!.capturedAtUs - index * 500_000) <= 2);
    assert.equal((frame.rtpTimestamp - first!.rtpTimestamp + 2 ** 32) % 2 ** 32, index * 45_000);
    assert.deepEqual([frame.codec, frame.clock, frame.width, frame.height], ['h264', 'source', 160, 90]);
    assert.equal(frame.isKeyframe, moments[index]!.frame % 2 === 0);
  }
  assert.ok(Math.abs(nowUs() - frames.at(-1)!.capturedAtUs) < 5e6);
});

test('a loop after the other decodes without a fault, one picture for each access unit', async () => {
  const pictures = await recordingOf(parseLoadAddress('load:braking-lead?fps=5&width=320'), undefined);
  const decoder = new Decoder();
  const shown: number[] = [];
  for (const [sequence, { payload, isKeyframe }] of [...pictures, ...pictures].entries()) {
    const unit: AccessUnit = {
      payload,
      isKeyframe,
      sequence,
      streamId: 'load-001',
      vehicleId: null,
      kind: 'dashcam',
      epoch: 1,
      capturedAtUs: sequence * 200_000,
      publishedAtUs: 0,
      rtpTimestamp: sequence * 18_000,
      clock: 'source',
      codec: 'h264',
      width: 320,
      height: 180,
    };
    const picture = await decoder.decode(unit);
    if (picture) shown.push(picture.unit.sequence);
  }
  decoder.close();
  assert.deepEqual(
    shown,
    Array.from({ length: 80 }, (_, index) => index),
  );
});

test('stops at once when told to, and leaves no timer behind', async () => {
  const before = timers();
  const stop = new AbortController();
  const frames: SourceFrame[] = [];
  for await (const frame of openLoadSource({ url, cacheDirectory: undefined }).frames(stop.signal)) {
    frames.push(frame);
    stop.abort();
  }
  assert.equal(frames.length, 1);
  assert.equal(timers(), before);
  const none = openLoadSource({ url, cacheDirectory: undefined }).frames(AbortSignal.abort());
  assert.deepEqual(await none.next(), { done: true, value: undefined });
});

test('keeps what it has recorded, and records anew what is damaged', async (t) => {
  const cacheDirectory = path.join(temporaryFolder(t), 'cache');
  // Each rate is a recording that this process does not yet have.
  const request = parseLoadAddress('load:braking-lead?fps=1&width=96');
  const [first] = await Promise.all([recordingOf(request, cacheDirectory), recordingOf(request, cacheDirectory)]);
  const [file, ...others] = readdirSync(cacheDirectory);
  assert.deepEqual(others, []);
  const kept = path.join(cacheDirectory, file!);
  const url = new URL('../../../ingest/load/recording.ts', import.meta.url).href;
  // A second copy of the module is what another process would be: it has nothing in memory.
  const fresh = async (name: string) =>
    ((await import(`${url}?${name}`)) as typeof import('../../../ingest/load/recording.ts')).recordingOf;
  const { mtimeMs, size } = statSync(kept);
  assert.deepEqual(await (await fresh('again'))(request, cacheDirectory), first);
  assert.equal(statSync(kept).mtimeMs, mtimeMs);
  truncateSync(kept, Math.floor(size / 2));
  assert.deepEqual(await (await fresh('damaged'))(request, cacheDirectory), first);
  assert.equal(statSync(kept).size, size);
});

test('forty cameras of one ingest are all live, each at its own place of the drive', async () => {
  const bus = createEmbeddedBus();
  const streams = loadStreams({ streams: 40, framesPerSecond: 5, width: 160 });
  const seen = new Map<string, AccessUnit[]>(streams.map(({ id }) => [id, []]));
  const statuses = new Map<string, StreamStatus>();
  await bus.subscribe({
    topics: [topics.framesDashcam],
    from: 'earliest',
    onBatch: async (batch) => {
      for (const { key, value } of batch) seen.get(key)!.push(accessUnitCodec.decode(value!));
    },
  });
  await bus.subscribe({
    topics: [topics.streams],
    from: 'earliest',
    onBatch: async (batch) => {
      for (const { key, value } of batch) statuses.set(key, streamStatusCodec.decode(value!));
    },
  });
  const { log, lines } = capturingLog();
  const before = timers();
  const ingest = await startIngest({ streams, fileFolders: [], bus, log });
  await eventually('ten pictures of each', () => [...seen.values()].every((units) => units.length >= 10));
  // A heartbeat each, and one timer for all the pictures.
  assert.ok(timers() - before <= 40 + 5, `${timers() - before} timers`);
  assert.ok([...statuses.values()].every(({ state, errorCode }) => state === 'live' && errorCode === null));
  await ingest.close();
  await eventually('their end', () => [...statuses.values()].every(({ state }) => state === 'ended'));
  await bus.close();
  for (const { id, url } of streams) {
    const units = seen.get(id)!;
    assert.ok(units[0]!.isKeyframe);
    const counts = units.map(({ capturedAtUs }) => loadMomentAt(url, capturedAtUs)).map(({ loop, frame }) => loop * 40 + frame);
    assert.deepEqual(
      counts,
      counts.map((_, index) => counts[0]! + index),
      id,
    );
  }
  assert.equal(lines.filter((line) => line.includes('more cameras than threads')).length, 0);
});
