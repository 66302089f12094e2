import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BusMessage } from '../../../platform/bus/bus.ts';
import { createEmbeddedBus } from '../../../platform/bus/embedded.ts';
import { readLog, wholeLog } from '../../../platform/bus/read-log.ts';
import { topics } from '../../../schemas/topics.ts';

const topic = topics.perceptions;
const keys = ['front', 'rear', 'left'] as const;

test('reads every partition from oldest to newest, and ends at what lay there when it was asked', async (t) => {
  const bus = createEmbeddedBus();
  t.after(() => bus.close());
  for (let round = 0; round < 50; round++) for (const key of keys) await bus.publish(topic, key, Buffer.from(`${round}`));
  const ranges = await wholeLog(bus, topic);
  await bus.publish(topic, 'front', Buffer.from('later'));
  const read = new Map<string, string[]>();
  for await (const { key, value } of readLog(bus, topic, ranges)) read.set(key, [...(read.get(key) ?? []), String(value)]);
  const rounds = Array.from({ length: 50 }, (_, round) => `${round}`);
  assert.deepEqual(read, new Map(keys.map((key) => [key, rounds])));
});

test('reads a range of one partition', async (t) => {
  const bus = createEmbeddedBus();
  t.after(() => bus.close());
  let partition = 0;
  for (let index = 0; index < 10; index++) ({ partition } = await bus.publish(topic, 'front', Buffer.from([index])));
  const offsets: number[] = [];
  for await (const { offset } of readLog(bus, topic, [{ partition, from: 3, until: 7 }])) offsets.push(offset);
  assert.deepEqual(offsets, [3, 4, 5, 6]);
});

test('whoever has read enough may go', async (t) => {
  const bus = createEmbeddedBus();
  t.after(() => bus.close());
  for (const key of [...keys, ...keys]) await bus.publish(topic, key, Buffer.from('x'));
  let first: BusMessage | undefined;
  for await (const message of readLog(bus, topic, await wholeLog(bus, topic))) {
    first = message;
    break;
  }
  assert.ok(first);
});

test('ends when what is left to read has been dropped', async (t) => {
  const bus = createEmbeddedBus({ maxBytesPerTopic: 2500 });
  t.after(() => bus.close());
  const { partition } = await bus.publish(topic, 'front', Buffer.alloc(1000));
  const ranges = [{ partition, from: 0, until: 1 }];
  for (let more = 0; more < 3; more++) await bus.publish(topic, 'front', Buffer.alloc(1000));
  for await (const message of readLog(bus, topic, ranges)) assert.fail(`read offset ${message.offset}`);
});
