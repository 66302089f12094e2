import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Counter } from '@opentelemetry/api';
import { FramePublisher } from '../../ingest/publisher.ts';
import type { SourceFrame } from '../../ingest/source.ts';
import type { Bus } from '../../platform/bus/bus.ts';
import { createEmbeddedBus } from '../../platform/bus/embedded.ts';
import { accessUnitCodec } from '../../schemas/codecs.ts';
import type { AccessUnit } from '../../schemas/messages.ts';
import { topics } from '../../schemas/topics.ts';
import { eventually } from '../support/eventually.ts';
import { capturingLog } from './support.ts';

function counting() {
  const counts = { frames: 0, bytes: 0, dropped: 0, reconnects: 0 };
  const counter = (name: keyof typeof counts): Counter => ({
    add(value) {
      counts[name] += value;
    },
  });
  return {
    counts,
    metrics: { frames: counter('frames'), bytes: counter('bytes'), dropped: counter('dropped'), reconnects: counter('reconnects') },
  };
}

function frameOf(number: number, isKeyframe: boolean, bytes = 100): SourceFrame {
  const payload = Buffer.alloc(bytes, number);
  return {
    payload,
    codec: 'h264',
    isKeyframe,
    capturedAtUs: 1_800_000_000_000_000 + number * 40_000,
    clock: 'arrival',
    rtpTimestamp: number * 3600,
    width: 320,
    height: 176,
  };
}

const stream = { id: 'cam-1', vehicle: 'truck-7', kind: 'dashcam' } as const;

test('begins at the first keyframe and counts from nought in every epoch', async () => {
  const bus = createEmbeddedBus();
  const units: AccessUnit[] = [];
  await bus.subscribe({
    topics: [topics.framesDashcam],
    from: 'earliest',
    onBatch: async (batch) => void units.push(...batch.map(({ key, value }) => ({ ...accessUnitCodec.decode(value!), key }))),
  });
  const { counts, metrics } = counting();
  const publisher = new FramePublisher({ stream, bus, log: capturingLog().log, metrics });
  for (const epoch of [1000, 2000]) {
    publisher.begin(epoch);
    for (const [number, isKeyframe] of [false, false, true, false, false].entries()) publisher.push(frameOf(number, isKeyframe));
  }
  await publisher.drain();
  await eventually('six units', () => units.length === 6);
  assert.deepEqual(
    units.map(({ epoch, sequence, isKeyframe, rtpTimestamp }) => [epoch, sequence, isKeyframe, rtpTimestamp / 3600]),
    [1000, 2000].flatMap((epoch) => [2, 3, 4].map((number) => [epoch, number - 2, number === 2, number])),
  );
  const { streamId, vehicleId, kind, payload, capturedAtUs, clock } = units[0]!;
  assert.deepEqual({ streamId, vehicleId, kind, clock }, { streamId: 'cam-1', vehicleId: 'truck-7', kind: 'dashcam', clock: 'arrival' });
  assert.deepEqual(payload, Buffer.alloc(100, 2));
  assert.equal(capturedAtUs, 1_800_000_000_080_000);
  assert.deepEqual(counts, { frames: 6, bytes: 600, dropped: 0, reconnects: 0 });
  await bus.close();
});

/** A bus whose acknowledgements come when the test says so, as with a broker far away. */
function slowBus() {
  const sequences: number[] = [];
  const waiting: PromiseWithResolvers<{ partition: number; offset: number }>[] = [];
  const bus = {
    publish(_topic: unknown, _key: string, value: Buffer) {
      sequences.push(accessUnitCodec.decode(value).sequence);
      const answer = Promise.withResolvers<{ partition: number; offset: number }>();
      waiting.push(answer);
      return answer.promise;
    },
  } as unknown as Bus;
  return { bus, sequences, waiting };
}

test('drops up to the next keyframe what a slow bus does not take, and never holds the camera up', async () => {
  const { bus, sequences, waiting } = slowBus();
  const { counts, metrics } = counting();
  const publisher = new FramePublisher({ stream, bus, log: capturingLog().log, metrics });
  publisher.begin(1);
  // Six megabytes each: the fourth finds more than sixteen waiting.
  for (let number = 0; number < 10; number++) publisher.push(frameOf(number, number % 5 === 0, 6_000_000));
  assert.deepEqual(sequences, [0, 1, 2]);
  assert.equal(counts.dropped, 7);
  for (const { resolve } of waiting.splice(0)) resolve({ partition: 0, offset: 0 });
  await publisher.drain();
  // The bus is quick again, but the group of pictures is broken.
  for (let number = 11; number < 17; number++) publisher.push(frameOf(number, number === 15, 100));
  assert.deepEqual(sequences, [0, 1, 2, 14, 15]);
  assert.equal(counts.dropped, 11);
});

test('drops the rest of a group of pictures when the bus refuses one of it, and says so once without flooding the log', async () => {
  const { bus, sequences, waiting } = slowBus();
  const { counts, metrics } = counting();
  const { log, lines } = capturingLog();
  const publisher = new FramePublisher({ stream, bus, log, metrics });
  publisher.begin(1);
  publisher.push(frameOf(0, true));
  publisher.push(frameOf(1, false));
  for (const { reject } of waiting.splice(0)) reject(new Error('the broker is away'));
  await publisher.drain();
  publisher.push(frameOf(2, false));
  publisher.push(frameOf(3, true));
  assert.deepEqual(sequences, [0, 1, 3]);
  assert.equal(counts.dropped, 3);
  assert.equal(lines.length, 1);
  assert.match(lines[0]!, /the broker is away/);
});

test('says why pictures are lost while they are, and how many once the bus takes them again', async () => {
  const { bus, waiting } = slowBus();
  const { counts, metrics } = counting();
  const { log, lines } = capturingLog();
  const publisher = new FramePublisher({ stream, bus, log, metrics });
  publisher.begin(1);
  for (let number = 0; number < 5; number++) publisher.push(frameOf(number, number === 0, 6_000_000));
  assert.equal(publisher.trouble?.code, 'BUS_UNAVAILABLE');
  // The first keyframe was given before anything was lost: that it is taken tells nothing.
  for (const { resolve } of waiting.splice(0)) resolve({ partition: 0, offset: 0 });
  await publisher.drain();
  assert.equal(publisher.trouble?.code, 'BUS_UNAVAILABLE');
  publisher.push(frameOf(5, false));
  publisher.push(frameOf(6, true));
  for (const { resolve } of waiting.splice(0)) resolve({ partition: 0, offset: 0 });
  await publisher.drain();
  assert.equal(publisher.trouble, undefined);
  assert.equal(counts.dropped, 3);
  assert.equal((JSON.parse(lines.at(-1)!) as { dropped: number }).dropped, 3);
});

test('keeps no more than a second of pictures while the bus is away, counts the rest, and goes on at a keyframe', async () => {
  const bus = createEmbeddedBus();
  const units: AccessUnit[] = [];
  await bus.subscribe({
    topics: [topics.framesDashcam],
    from: 'earliest',
    onBatch: async (batch) => void units.push(...batch.map(({ value }) => accessUnitCodec.decode(value!))),
  });
  // As a client does that waits for its broker: what it is given goes through once the broker is back.
  const isBack = Promise.withResolvers<void>();
  let given = 0;
  const away: Bus = Object.assign(Object.create(bus) as Bus, {
    async publish(...parameters: Parameters<Bus['publish']>) {
      given += 1;
      await isBack.promise;
      return bus.publish(...parameters);
    },
  });
  const { counts, metrics } = counting();
  const publisher = new FramePublisher({ stream, bus: away, log: capturingLog().log, metrics });
  publisher.begin(1);
  let number = 0;
  const push = () => publisher.push(frameOf(number, number++ % 10 === 0));
  push();
  await eventually('it has waited long enough', () => {
    push();
    return publisher.trouble !== undefined;
  });
  const kept = given;
  for (let more = 0; more < 25; more++) push();
  assert.equal(given, kept);
  assert.equal(counts.dropped, number - kept);
  isBack.resolve();
  await publisher.drain();
  while (publisher.trouble) {
    push();
    await publisher.drain();
  }
  await eventually('all that was taken', () => units.length === counts.frames);
  assert.equal(counts.frames + counts.dropped, number);
  const sequences = units.map(({ sequence }) => sequence);
  assert.deepEqual(
    sequences.slice(0, kept),
    sequences.slice(0, kept).map((_, index) => index),
  );
  assert.equal(units[kept]!.isKeyframe, true);
  assert.ok(units[kept]!.sequence >= kept + 25);
  await bus.close();
});
