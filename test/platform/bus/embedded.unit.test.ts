import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { createEmbeddedBus, type EmbeddedBusOptions } from '../../../platform/bus/embedded.ts';
import { newGroup, newTopic, texts } from '../../conformance/bus.ts';
import { eventually } from '../../support/eventually.ts';

// Bounds and policies of the embedded bus; what every bus does stands in test/conformance/bus.ts.

const frames = newTopic({ partitions: 2 });
const alerts = newTopic({ partitions: 2, acks: 'all' });

test('hands over the very buffer that was published', async (t) => {
  const bus = open(t);
  const value = Buffer.from('picture');
  const received: (Buffer | null)[] = [];
  await bus.subscribe({ topics: [frames], from: 'latest', onBatch: async ([message]) => void received.push(message!.value) });
  await bus.publish(frames, 'k', value);
  await eventually('it comes', () => received.length > 0);
  assert.equal(received[0], value);
});

test('never runs a consumer within publish', async (t) => {
  const bus = open(t);
  let runs = 0;
  await bus.subscribe({ topics: [frames], from: 'latest', onBatch: async () => void runs++ });
  await bus.publish(frames, 'k', Buffer.from('x'));
  await Promise.resolve();
  assert.equal(runs, 0);
  await eventually('it runs', () => runs === 1);
});

test('drops the oldest frames of the whole topic by bytes, and counts and logs what a slow consumer missed', async (t) => {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  // Room for four values of 1000 bytes and what keeping them costs.
  const bus = open(t, { maxBytesPerTopic: 4 * 1200, log });
  const gate = Promise.withResolvers<void>();
  const seen: string[] = [];
  await bus.subscribe({
    topics: [frames],
    from: 'earliest',
    maxBatchBytes: 1,
    onBatch: async (batch) => {
      seen.push(...batch.map(({ offset }) => `${offset}`));
      await gate.promise;
    },
  });
  await bus.publish(frames, 'k', Buffer.alloc(1000));
  await eventually('it is busy', () => seen.length === 1);
  for (let i = 1; i <= 9; i++) await bus.publish(frames, 'k', Buffer.alloc(1000));
  gate.resolve();
  await eventually('the newest comes', () => seen.includes('9'));
  assert.deepEqual(seen, ['0', '6', '7', '8', '9']);
  assert.deepEqual(
    lines.map(({ topic, messages }) => ({ topic, messages })),
    [{ topic: frames.name, messages: 5 }],
  );
});

test('drops frames by age', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
  const bus = open(t, { maxAgeMs: 60_000 });
  await bus.publish(frames, 'k', Buffer.from('old'));
  t.mock.timers.tick(60_001);
  await bus.publish(frames, 'k', Buffer.from('new'));
  const seen: string[] = [];
  await bus.subscribe({ topics: [frames], from: 'earliest', onBatch: async (batch) => void seen.push(...texts(batch)) });
  await eventually('it comes', () => seen.length > 0);
  assert.deepEqual(seen, ['new']);
});

test('lets a publisher of alerts wait, in order, until the group has committed, and drops none', async (t) => {
  const bus = open(t, { maxBytesPerTopic: 4 * 1200 });
  const gate = Promise.withResolvers<void>();
  const seen: number[] = [];
  await bus.subscribe({
    topics: [alerts],
    group: newGroup(),
    from: 'earliest',
    maxBatchBytes: 1,
    onBatch: async (batch, subscription) => {
      await gate.promise;
      for (const { value, topic, partition, offset } of batch) {
        seen.push(value![0]!);
        subscription.commit(topic, partition, offset + 1);
      }
    },
  });
  let accepted = 0;
  const published = Array.from({ length: 20 }, (_, i) => bus.publish(alerts, 'k', Buffer.alloc(1000, i)).then(() => accepted++));
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(accepted, 4);
  gate.resolve();
  await Promise.all(published);
  await eventually('all come', () => seen.length === 20);
  assert.deepEqual(seen, [...Array(20).keys()]);
});

test('lets alerts go on when the group that had not committed has left', async (t) => {
  const bus = open(t, { maxBytesPerTopic: 2 * 1200 });
  const subscription = await bus.subscribe({ topics: [alerts], group: newGroup(), from: 'earliest', onBatch: async () => {} });
  await bus.publish(alerts, 'k', Buffer.alloc(1000));
  await bus.publish(alerts, 'k', Buffer.alloc(1000));
  const third = bus.publish(alerts, 'k', Buffer.alloc(1000));
  await subscription.close();
  assert.equal((await third).offset, 2);
});

test('drops alerts nobody subscribes to, oldest first, instead of filling the memory', async (t) => {
  const bus = open(t, { maxBytesPerTopic: 2 * 1200 });
  for (let i = 0; i < 10; i++) await bus.publish(alerts, 'k', Buffer.alloc(1000, i));
  const seen: number[] = [];
  await bus.subscribe({
    topics: [alerts],
    from: 'earliest',
    onBatch: async (batch) => void seen.push(...batch.map(({ value }) => value![0]!)),
  });
  await eventually('they come', () => seen.length === 2);
  assert.deepEqual(seen, [8, 9]);
});

test('refuses a publisher that waits for room when the bus closes', async () => {
  const bus = createEmbeddedBus({ maxBytesPerTopic: 1200 });
  await bus.subscribe({ topics: [alerts], group: newGroup(), from: 'earliest', onBatch: async () => {} });
  await bus.publish(alerts, 'k', Buffer.alloc(1000));
  const waiting = assert.rejects(bus.publish(alerts, 'k', Buffer.alloc(1000)), { code: 'BUS_CLOSED' });
  await bus.close();
  await waiting;
});

test('keeps a compacted topic as small as its keys, however often they change', async (t) => {
  const bus = open(t);
  const streams = newTopic({ partitions: 1, cleanup: 'compact', acks: 'all' });
  for (let i = 0; i < 10_000; i++) await bus.publish(streams, `camera-${i % 3}`, Buffer.from(`${i}`));
  const seen: string[] = [];
  await bus.subscribe({ topics: [streams], from: 'earliest', onBatch: async (batch) => void seen.push(...texts(batch)) });
  await eventually('the newest comes', () => seen.includes('9999'));
  assert.ok(seen.length <= 64, `${seen.length} messages for 3 keys`);
  assert.deepEqual(seen.slice(-3), ['9997', '9998', '9999']);
});

test('frees a member that leaves although another of its group is stuck', async (t) => {
  const bus = open(t);
  const topic = newTopic({ partitions: 2 });
  const group = newGroup();
  const gate = Promise.withResolvers<void>();
  let isStuck = false;
  const onBatch = async () => {
    isStuck = true;
    await gate.promise;
  };
  await bus.subscribe({ topics: [topic], group, from: 'earliest', onBatch });
  for (let i = 0; i < 8; i++) await bus.publish(topic, `k${i}`, Buffer.from('x'));
  await eventually('the first is stuck', () => isStuck);
  const second = await bus.subscribe({ topics: [topic], group, from: 'earliest', onBatch: async () => {} });
  await second.close();
  gate.resolve();
});

test('tries again to take over partitions when the consumer could not', async (t) => {
  const bus = open(t);
  let attempts = 0;
  const seen: string[] = [];
  await bus.publish(frames, 'k', Buffer.from('x'));
  await bus.subscribe({
    topics: [frames],
    group: newGroup(),
    from: 'earliest',
    onAssigned: async () => {
      attempts += 1;
      if (attempts < 3) throw new Error('as if the checkpoint could not be read');
    },
    onBatch: async (batch) => void seen.push(...texts(batch)),
  });
  assert.equal(attempts, 3);
  await eventually('it comes', () => seen.length === 1);
});

test('lets go of buffers that are dropped', async (t) => {
  const bus = open(t, { maxBytesPerTopic: 10_000 });
  let freed = 0;
  const registry = new FinalizationRegistry(() => freed++);
  for (let i = 0; i < 50; i++) {
    const value = Buffer.alloc(1000);
    registry.register(value, i);
    await bus.publish(frames, 'k', value);
  }
  const { gc } = await collector();
  await eventually('most are freed', () => {
    gc();
    return freed >= 40;
  });
});

function open(t: { after(close: () => Promise<void>): void }, options: EmbeddedBusOptions = {}) {
  const bus = createEmbeddedBus({ redeliveryDelayMs: 20, ...options });
  t.after(() => bus.close());
  return bus;
}

async function collector(): Promise<{ gc: () => void }> {
  const { setFlagsFromString } = await import('node:v8');
  const { runInNewContext } = await import('node:vm');
  setFlagsFromString('--expose_gc');
  return { gc: runInNewContext('gc') as () => void };
}
