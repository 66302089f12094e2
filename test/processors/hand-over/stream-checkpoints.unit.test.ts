import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Bus } from '../../../platform/bus/bus.ts';
import { createEmbeddedBus } from '../../../platform/bus/embedded.ts';
import { createDeadLetters } from '../../../platform/dead-letters.ts';
import { createLogger } from '../../../platform/logging.ts';
import { unknownHealth } from '../../../processors/core/camera-health.ts';
import { createDashcamJudge } from '../../../processors/core/dashcam-judge.ts';
import { CheckpointBook } from '../../../processors/hand-over/checkpoint-book.ts';
import { StreamCheckpoints } from '../../../processors/hand-over/stream-checkpoints.ts';
import { checkpointCodec } from '../../../schemas/codecs.ts';
import { parseConfiguration, streamSchema } from '../../../schemas/configuration.ts';
import type { Checkpoint } from '../../../schemas/messages.ts';
import { topics } from '../../../schemas/topics.ts';
import { eventually } from '../../support/eventually.ts';

const partition = { topic: topics.framesDashcam.name, partition: 3 };
const start = 1_750_000_000_000_000;
const { alerts } = parseConfiguration({}, 'test');
const { camera } = streamSchema.parse({ id: 'front', url: 'sim:quiet-drive' });
const judge = createDashcamJudge({
  streamId: 'front',
  vehicleId: null,
  camera,
  alerts,
  modelSet: 'f00d',
}).snapshot();

async function writers(t: TestContext) {
  const bus = createEmbeddedBus();
  t.after(() => bus.close());
  const log = createLogger({ level: 'silent' });
  const written: Checkpoint[] = [];
  const history: Checkpoint[] = [];
  await bus.subscribe({
    topics: [topics.checkpoints, topics.checkpointHistory],
    from: 'latest',
    async onBatch(batch) {
      for (const { topic, value } of batch) (topic === topics.checkpoints.name ? written : history).push(checkpointCodec.decode(value!));
    },
  });
  const open = (processor: string) => CheckpointBook.open({ bus, processor, deadLetters: createDeadLetters(bus, 'processor', log), log });
  const writer = (book: CheckpointBook, processor: string, streamId = 'front') =>
    new StreamCheckpoints({ streamId, partition, bus, book, processor, modelSet: 'f00d', stateVersion: 2 });
  return { bus, written, history, open, writer };
}

/** After the frame at a second of the stream. */
const settledAt = (seconds: number, nextTrackId = 1) => ({
  state: { kind: 'dashcam' as const, newest: null, shown: null, health: unknownHealth, senses: judge },
  idsGiven: nextTrackId,
  unit: { epoch: 1, sequence: Math.round(30 * seconds), capturedAtUs: start + seconds * 1e6 },
  keyframeOffset: 30 * Math.floor(seconds),
  nextOffset: 30 * seconds + 1,
});

test('a checkpoint is due after a second of the stream, and after 900 track ids', async (t) => {
  const { open, writer } = await writers(t);
  const checkpoints = writer(await open('a'), 'a');
  await checkpoints.takeOver(settledAt(1, 40));
  for (const [seconds, nextTrackId, isDue] of [
    [1, 40, false],
    [1.9, 40, false],
    [2, 40, true],
    // A camera whose clock was set back.
    [-10, 40, true],
    [1.5, 939, false],
    [1.5, 940, true],
  ] as const) {
    checkpoints.settle(settledAt(seconds, nextTrackId));
    assert.equal(checkpoints.isDue, isDue, `${seconds} s, ${nextTrackId}`);
  }
});

test('one checkpoint a minute is kept in the history', async (t) => {
  const { open, writer, written, history } = await writers(t);
  const checkpoints = writer(await open('a'), 'a');
  for (let seconds = 0; seconds <= 130; seconds += 5) {
    checkpoints.settle(settledAt(seconds));
    await checkpoints.write();
  }
  await eventually('all are written', () => written.length === 27);
  assert.deepEqual(
    history.map(({ capturedAtUs }) => (capturedAtUs - start) / 1e6),
    [0, 60, 120],
  );
});

test('has something left to write until the newest state is written, without alerts that have been published since', async (t) => {
  const { open, writer } = await writers(t);
  const checkpoints = writer(await open('a'), 'a');
  checkpoints.settle(settledAt(1));
  assert.equal(checkpoints.isBehind, false, 'nothing was published, so nothing is to be remembered');
  await checkpoints.write();
  assert.equal(checkpoints.isBehind, false);
  await checkpoints.write([Buffer.from('alert')]);
  assert.equal(checkpoints.isBehind, true);
  await checkpoints.write();
  assert.equal(checkpoints.isBehind, false);
  checkpoints.settle(settledAt(2));
  assert.equal(checkpoints.isBehind, true);
});

test('who was replaced learns it, and writes no more', async (t) => {
  const { open, writer, written } = await writers(t);
  const [bookOfA, bookOfB] = [await open('a'), await open('b')];
  const [a, b] = [writer(bookOfA, 'a'), writer(bookOfB, 'b')];
  a.settle(settledAt(1));
  await a.write();
  b.settle(settledAt(2));
  await b.write();
  await eventually('a knows', () => a.isTakenOver);
  a.settle(settledAt(3));
  await a.write();
  await b.write();
  await eventually('b goes on', () => written.length === 3);
  assert.deepEqual(
    written.map(({ processor, isTakeOver }) => [processor, isTakeOver]),
    [
      ['a', true],
      ['b', true],
      ['b', false],
    ],
  );
  assert.equal(b.isTakenOver, false);
});

test('an alert of who was replaced without knowing it is not told', async (t) => {
  const { open, writer } = await writers(t);
  const [a, b] = [writer(await open('a'), 'a'), writer(await open('b'), 'b')];
  await a.takeOver(settledAt(1));
  const taken = b.takeOver(settledAt(1));
  a.settle(settledAt(2));
  assert.equal(a.isTakenOver, false);
  assert.equal(await a.write([Buffer.from('alert')]), false);
  await taken;
  b.settle(settledAt(2));
  assert.equal(await b.write([Buffer.from('alert')]), true);
});

test('who takes over learns what was written between its reading and its take-over, and of no other', async (t) => {
  const { open, writer } = await writers(t);
  const book = await open('b');
  const [a, b] = [writer(await open('a'), 'a'), writer(book, 'b')];
  const newer = (seconds: number) =>
    book.restoreNewer({ streamId: 'front', ...partition, nextOffset: settledAt(seconds).nextOffset }, 'dashcam', 2);
  await a.takeOver(settledAt(1));
  const read = (await book.restore('front', 'dashcam', 2))!;
  a.settle(settledAt(2));
  assert.equal(await a.write([Buffer.from('alert')]), true);
  await b.takeOver({ ...settledAt(1), unit: read.checkpoint });
  const { checkpoint } = (await newer(1))!;
  assert.deepEqual([checkpoint.processor, checkpoint.nextOffset, checkpoint.outbox.length], ['a', 61, 1]);
  assert.equal(await newer(2), undefined);
  // Too late: the stream is no longer theirs.
  a.settle(settledAt(3));
  await a.write();
  assert.equal(await newer(2), undefined);
  assert.equal(
    await book.restoreNewer({ streamId: 'front', topic: partition.topic, partition: 4, nextOffset: 0 }, 'dashcam', 2),
    undefined,
  );
  b.settle(settledAt(3));
  assert.equal(await b.write([Buffer.from('alert')]), true);
  assert.equal(await newer(1), undefined, 'kept although its own checkpoint has replaced it');
});

test('seeks back to the first keyframe that a stream of the partition needs, but not for streams that have ended', async (t) => {
  const embedded = createEmbeddedBus();
  t.after(() => embedded.close());
  const timestamps = new Map<string, number>();
  // The same bus, at other times.
  const bus: Bus = {
    publish: (...given) => embedded.publish(...given),
    subscribe: (options) =>
      embedded.subscribe({
        ...options,
        onBatch: (batch, subscription) =>
          options.onBatch(
            batch.map((message) => ({ ...message, timestampMs: timestamps.get(message.key)! })),
            subscription,
          ),
      }),
    offsets: (topic) => embedded.offsets(topic),
    offsetAt: (...given) => embedded.offsetAt(...given),
    close: () => embedded.close(),
  };
  const log = createLogger({ level: 'silent' });
  const book = await CheckpointBook.open({ bus, processor: 'a', deadLetters: createDeadLetters(bus, 'processor', log), log });
  t.after(() => book.close());
  const put = (streamId: string, keyframeOffset: number, publishedAtUs: number, where: Partial<Checkpoint> = {}) => {
    timestamps.set(streamId, publishedAtUs / 1000);
    return bus.publish(
      topics.checkpoints,
      streamId,
      checkpointCodec.encode({
        streamId,
        version: 1,
        epoch: 1,
        sequence: 1,
        capturedAtUs: start,
        ...partition,
        keyframeOffset,
        nextOffset: keyframeOffset + 5,
        modelSet: 'f00d',
        state: '{}',
        outbox: [],
        isTakeOver: true,
        processor: 'z',
        // By the clock of an owner that is a day ahead of the others.
        writtenAtUs: publishedAtUs + (streamId === 'front' ? 86_400e6 : 0),
        ...where,
      }),
    );
  };
  assert.equal(book.keyframeOffset(partition), undefined);
  await put('front', 500, start);
  await put('rear', 470, start - 4e6);
  await put('ended', 20, start - 60e6);
  await put('elsewhere', 7, start, { partition: 4 });
  await put('job', 8, start, { topic: topics.framesJob.name });
  await book.caughtUp();
  assert.equal(book.keyframeOffset(partition), 470);
});
