import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Bus, type BusMessage, maxMessageBytes, type SubscribeOptions, type Subscription } from '../../platform/bus/bus.ts';
import type { TopicDefinition } from '../../schemas/topics.ts';
import { eventually } from '../support/eventually.ts';

/**
 * What every bus must do. Topics and groups are new in every test, and nothing is expected at once, so it runs on a shared broker too.
 * @param connect A new client; undefined after it has skipped the test. The suite closes it.
 */
export function busConformance(name: string, connect: (t: TestContext) => Promise<Bus | undefined>): void {
  const onBus = (title: string, body: (bus: Bus) => Promise<void>) =>
    test(title, async (t) => {
      const bus = await connect(t);
      if (!bus) return;
      try {
        await body(bus);
      } finally {
        await bus.close();
      }
    });

  suite(`${name} bus`, () => {
    onBus('keeps a key in one partition, in order, byte for byte', async (bus) => {
      const topic = newTopic({ partitions: 4 });
      const seen = await collect(bus, { topics: [topic], from: 'earliest' });
      const values = [Buffer.from([0, 255, 10, 13]), Buffer.alloc(0), Buffer.from('é'), Buffer.alloc(100_000, 7)];
      const published = [];
      for (const value of values) published.push(await bus.publish(topic, 'camera', value));
      await eventually('all four come', () => seen.length === values.length);
      assert.deepEqual(
        seen.map((message) => message.value?.toString('hex')),
        values.map((value) => value.toString('hex')),
      );
      assert.deepEqual(
        seen.map(({ partition, offset }) => ({ partition, offset })),
        published,
      );
      assert.equal(new Set(seen.map(({ partition }) => partition)).size, 1);
      for (const message of seen) {
        assert.equal(message.topic, topic.name);
        assert.equal(message.key, 'camera');
        assert.ok(Math.abs(message.timestampMs - Date.now()) < 600_000, 'published just now');
      }
    });

    onBus('spreads keys over the partitions', async (bus) => {
      const topic = newTopic({ partitions: 4 });
      const partitions = new Set<number>();
      for (let i = 0; i < 64; i++) partitions.add((await bus.publish(topic, `camera-${i}`, Buffer.from('x'))).partition);
      assert.deepEqual([...partitions].sort(), [0, 1, 2, 3]);
    });

    onBus('begins at the oldest or at the newest message, as asked', async (bus) => {
      const topic = newTopic();
      await bus.publish(topic, 'k', Buffer.from('before'));
      const early = await collect(bus, { topics: [topic], from: 'earliest' });
      const late = await collect(bus, { topics: [topic], from: 'latest' });
      await bus.publish(topic, 'k', Buffer.from('after'));
      await eventually('both have the newest', () => texts(early).includes('after') && texts(late).includes('after'));
      assert.deepEqual(texts(early), ['before', 'after']);
      assert.deepEqual(texts(late), ['after']);
    });

    onBus('reads several topics in one subscription', async (bus) => {
      const [first, second] = [newTopic(), newTopic()];
      const seen = await collect(bus, { topics: [first, second], from: 'earliest' });
      await bus.publish(first, 'k', Buffer.from('1'));
      await bus.publish(second, 'k', Buffer.from('2'));
      await eventually('both come', () => seen.length === 2);
      assert.deepEqual(new Set(seen.map(({ topic }) => topic)), new Set([first.name, second.name]));
    });

    onBus('gives every message to each subscriber without a group', async (bus) => {
      const topic = newTopic();
      const subscribers = [
        await collect(bus, { topics: [topic], from: 'earliest' }),
        await collect(bus, { topics: [topic], from: 'earliest' }),
      ];
      for (let i = 0; i < 10; i++) await bus.publish(topic, `k${i}`, Buffer.from(`${i}`));
      await eventually('both have all', () => subscribers.every((seen) => seen.length === 10));
    });

    onBus('gives only the partitions asked for to a subscriber without a group', async (bus) => {
      const topic = newTopic({ partitions: 2 });
      const [first, second] = await keysOfTwoPartitions(bus, topic);
      const { partition } = await bus.publish(topic, second, Buffer.from('before'));
      const seen: BusMessage[] = [];
      const subscription = await bus.subscribe({
        topics: [topic],
        partitions: [partition],
        from: 'latest',
        onBatch: async (batch) => void seen.push(...batch),
      });
      assert.deepEqual(subscription.assigned, [{ topic: topic.name, partition }]);
      await bus.publish(topic, first, Buffer.from('another'));
      await bus.publish(topic, second, Buffer.from('wanted'));
      await eventually('it comes', () => seen.length > 0);
      assert.deepEqual(texts(seen), ['wanted']);
    });

    onBus('misses nothing that is published once it has subscribed at the newest', async (bus) => {
      const topic = newTopic({ partitions: 4 });
      const seen = await collect(bus, { topics: [topic], from: 'latest' });
      const grouped = await collect(bus, { topics: [topic], group: newGroup(), from: 'latest' });
      const wanted = Array.from({ length: 20 }, (_, i) => `${i}`);
      await Promise.all(wanted.map((text) => bus.publish(topic, `k${text}`, Buffer.from(text))));
      await eventually('all come', () => seen.length >= 20 && grouped.length >= 20);
      assert.deepEqual(new Set(texts(seen)), new Set(wanted));
      assert.deepEqual(new Set(texts(grouped)), new Set(wanted));
    });

    onBus('knows the oldest and the next offset of each partition', async (bus) => {
      const topic = newTopic({ partitions: 2 });
      assert.deepEqual(await bus.offsets(topic), [
        { oldest: 0, next: 0 },
        { oldest: 0, next: 0 },
      ]);
      const { partition, offset } = await bus.publish(topic, 'k', Buffer.from('x'));
      const offsets = await bus.offsets(topic);
      assert.deepEqual(offsets[partition], { oldest: offset, next: offset + 1 });
      assert.deepEqual(offsets[1 - partition], { oldest: 0, next: 0 });
    });

    onBus('knows the first message at or after a time', async (bus) => {
      const topic = newTopic({ partitions: 1 });
      const seen = await collect(bus, { topics: [topic], from: 'earliest' });
      for (let i = 0; i < 3; i++) {
        const published = Date.now();
        await bus.publish(topic, 'k', Buffer.from(`${i}`));
        await eventually('the next has a later time', () => Date.now() > published + 1);
      }
      await eventually('all come', () => seen.length === 3);
      const [first, second, third] = seen as [BusMessage, BusMessage, BusMessage];
      assert.equal(await bus.offsetAt(topic, 0, 0), first.offset);
      assert.equal(await bus.offsetAt(topic, 0, second.timestampMs), second.offset);
      assert.equal(await bus.offsetAt(topic, 0, second.timestampMs + 1), third.offset);
      assert.equal(await bus.offsetAt(topic, 0, third.timestampMs + 1), third.offset + 1);
      await assert.rejects(bus.offsetAt(topic, 1, 0), { code: 'TOPIC_UNKNOWN' });
    });

    onBus('shares the partitions of a topic among the members of a group', async (bus) => {
      const topic = newTopic({ partitions: 4 });
      const group = newGroup();
      const seen: BusMessage[] = [];
      const options: SubscribeOptions = { topics: [topic], group, from: 'earliest', onBatch: async (batch) => void seen.push(...batch) };
      const members = [await bus.subscribe(options), await bus.subscribe(options)];
      await eventually('each has half', () => members.every((member) => member.assigned.length === 2));
      assert.equal(new Set(members.flatMap((member) => member.assigned.map(({ partition }) => partition))).size, 4);
      for (let i = 0; i < 40; i++) await bus.publish(topic, `k${i}`, Buffer.from(`${i}`));
      await eventually('all come', () => new Set(texts(seen)).size === 40);
      assert.equal(seen.length, 40, 'nobody has left, so nothing comes twice');
    });

    onBus('hands the partitions of a leaving member to the others, from its last commit on', async (bus) => {
      const topic = newTopic({ partitions: 4 });
      const group = newGroup();
      const seen: string[] = [];
      const options: SubscribeOptions = {
        topics: [topic],
        group,
        from: 'earliest',
        onBatch: async (batch, subscription) => {
          seen.push(...texts(batch));
          commitAll(batch, subscription);
        },
      };
      const leaving = await bus.subscribe(options);
      const staying = await bus.subscribe(options);
      await eventually('both have partitions', () => leaving.assigned.length === 2 && staying.assigned.length === 2);
      for (let i = 0; i < 20; i++) await bus.publish(topic, `k${i}`, Buffer.from(`first ${i}`));
      await eventually('the first ones come', () => seen.length >= 20);
      await leaving.close();
      assert.deepEqual(leaving.assigned, []);
      for (let i = 0; i < 20; i++) await bus.publish(topic, `k${i}`, Buffer.from(`second ${i}`));
      await eventually('the second ones come', () => seen.filter((text) => text.startsWith('second')).length >= 20);
      await eventually('one has all partitions', () => staying.assigned.length === 4);
      assert.equal(new Set(seen).size, 40);
      assert.equal(seen.length, 40);
    });

    onBus('ends the running batch before it lets go of the partition', async (bus) => {
      const topic = newTopic({ partitions: 1 });
      const story: string[] = [];
      const gate = Promise.withResolvers<void>();
      const subscription = await bus.subscribe({
        topics: [topic],
        group: newGroup(),
        from: 'earliest',
        onAssigned: async (partitions) => void story.push(`assigned ${partitions.length}`),
        onRevoked: async (partitions) => void story.push(`revoked ${partitions.length}`),
        onBatch: async () => {
          story.push('begins');
          await gate.promise;
          story.push('ends');
        },
      });
      await bus.publish(topic, 'k', Buffer.from('x'));
      await eventually('it is running', () => story.includes('begins'));
      const closed = subscription.close().then(() => story.push('closed'));
      gate.resolve();
      await closed;
      assert.deepEqual(story, ['assigned 1', 'begins', 'ends', 'revoked 1', 'closed']);
    });

    onBus('goes on at the commit, and gives again what was not committed', async (bus) => {
      const topic = newTopic({ partitions: 1 });
      const group = newGroup();
      for (let i = 0; i < 6; i++) await bus.publish(topic, 'k', Buffer.from(`${i}`));
      let seen: BusMessage[] = [];
      const options: SubscribeOptions = { topics: [topic], group, from: 'earliest', onBatch: async (batch) => void seen.push(...batch) };
      const first = await bus.subscribe(options);
      await eventually('all come', () => seen.length === 6);
      first.commit(topic.name, 0, seen[4]!.offset);
      await first.close();
      seen = [];
      await bus.subscribe(options);
      await bus.publish(topic, 'k', Buffer.from('6'));
      await eventually('the newest comes', () => texts(seen).includes('6'));
      assert.deepEqual(texts(seen), ['4', '5', '6']);
    });

    onBus('begins where a member seeks while it takes over, and jumps where it seeks later', async (bus) => {
      const topic = newTopic({ partitions: 1 });
      const offsets: number[] = [];
      for (let i = 0; i < 5; i++) offsets.push((await bus.publish(topic, 'k', Buffer.from(`${i}`))).offset);
      const seen: string[] = [];
      const subscription = await bus.subscribe({
        topics: [topic],
        group: newGroup(),
        from: 'earliest',
        onAssigned: async (_partitions, joining) => joining.seek(topic.name, 0, offsets[3]!),
        onBatch: async (batch) => void seen.push(...texts(batch)),
      });
      await eventually('it begins', () => seen.length === 2);
      // By then it waits for the next message.
      await eventually('it is idle', () => subscription.lag(topic.name, 0) === 0);
      await sleep(20);
      subscription.seek(topic.name, 0, offsets[1]!);
      await eventually('it jumps', () => seen.length === 6);
      assert.deepEqual(seen, ['3', '4', '1', '2', '3', '4']);
    });

    onBus('jumps where a batch seeks', async (bus) => {
      const topic = newTopic({ partitions: 1 });
      for (let i = 0; i < 5; i++) await bus.publish(topic, 'k', Buffer.from(`${i}`));
      const seen: string[] = [];
      await bus.subscribe({
        topics: [topic],
        from: 'earliest',
        maxBatchBytes: 1,
        onBatch: async (batch, subscription) => {
          seen.push(...texts(batch));
          if (seen.length === 1) subscription.seek(topic.name, 0, batch[0]!.offset + 3);
        },
      });
      await eventually('the last comes', () => seen.includes('4'));
      assert.deepEqual(seen, ['0', '3', '4']);
    });

    onBus('gives a batch again whose consumer threw, while other partitions go on', async (bus) => {
      const topic = newTopic({ partitions: 2 });
      const [bad, good] = await keysOfTwoPartitions(bus, topic);
      const seen: string[] = [];
      let failures = 0;
      await bus.subscribe({
        topics: [topic],
        group: newGroup(),
        from: 'latest',
        onBatch: async (batch) => {
          if (batch[0]!.key === bad && !seen.includes('good 2')) {
            failures += 1;
            throw new Error('as if the consumer had failed');
          }
          seen.push(...texts(batch));
        },
      });
      await bus.publish(topic, bad, Buffer.from('bad'));
      await eventually('it has failed', () => failures > 0);
      await bus.publish(topic, good, Buffer.from('good 1'));
      await bus.publish(topic, good, Buffer.from('good 2'));
      await eventually('it comes again', () => seen.includes('bad'));
      assert.deepEqual(seen, ['good 1', 'good 2', 'bad']);
    });

    onBus('runs one batch at a time a partition, and partitions side by side', async (bus) => {
      const topic = newTopic({ partitions: 2 });
      const keys = await keysOfTwoPartitions(bus, topic);
      const running = new Map<number, number>();
      let [mostInOne, mostInAll, seen] = [0, 0, 0];
      const gate = Promise.withResolvers<void>();
      await bus.subscribe({
        topics: [topic],
        from: 'latest',
        maxBatchBytes: 1,
        onBatch: async (batch) => {
          const { partition } = batch[0]!;
          running.set(partition, (running.get(partition) ?? 0) + 1);
          mostInOne = Math.max(mostInOne, running.get(partition)!);
          mostInAll = Math.max(
            mostInAll,
            [...running.values()].reduce((a, b) => a + b),
          );
          await gate.promise;
          running.set(partition, running.get(partition)! - 1);
          seen += batch.length;
        },
      });
      for (let i = 0; i < 3; i++) for (const key of keys) await bus.publish(topic, key, Buffer.from(`${i}`));
      await eventually('both partitions are at work', () => mostInAll === 2);
      gate.resolve();
      await eventually('all come', () => seen === 6);
      assert.equal(mostInOne, 1);
    });

    onBus('lets publishers and other consumers go on while one consumer is stuck', async (bus) => {
      const topic = newTopic({ partitions: 1 });
      const gate = Promise.withResolvers<void>();
      let isStuck = false;
      await bus.subscribe({
        topics: [topic],
        group: newGroup(),
        from: 'earliest',
        onBatch: async () => {
          isStuck = true;
          await gate.promise;
        },
      });
      const other = await collect(bus, { topics: [topic], group: newGroup(), from: 'earliest' });
      await bus.publish(topic, 'k', Buffer.from('first'));
      await eventually('one is stuck', () => isStuck);
      for (let i = 0; i < 100; i++) await bus.publish(topic, 'k', Buffer.from(`${i}`));
      await eventually('the other has all', () => other.length === 101);
      gate.resolve();
    });

    onBus('keeps a batch within the bytes asked for, one message at least', async (bus) => {
      const topic = newTopic({ partitions: 1 });
      for (const bytes of [400, 400, 400, 3000, 400]) await bus.publish(topic, 'k', Buffer.alloc(bytes));
      const batches: number[][] = [];
      await bus.subscribe({
        topics: [topic],
        from: 'earliest',
        maxBatchBytes: 1000,
        onBatch: async (batch) => void batches.push(batch.map(({ value }) => value!.length)),
      });
      await eventually('all come', () => batches.flat().length === 5);
      assert.deepEqual(batches.flat(), [400, 400, 400, 3000, 400]);
      for (const batch of batches) assert.ok(batch.length === 1 || batch.reduce((a, b) => a + b) <= 1000);
    });

    onBus('tells how many messages lie after the newest delivered one', async (bus) => {
      const topic = newTopic({ partitions: 1 });
      const gate = Promise.withResolvers<void>();
      let running = 0;
      const subscription = await bus.subscribe({
        topics: [topic],
        group: newGroup(),
        from: 'earliest',
        maxBatchBytes: 1,
        onBatch: async () => {
          running += 1;
          await gate.promise;
        },
      });
      for (let i = 0; i < 4; i++) await bus.publish(topic, 'k', Buffer.from(`${i}`));
      await eventually('three wait behind the first', () => running === 1 && subscription.lag(topic.name, 0) === 3);
      gate.resolve();
      await eventually('none is left', () => running === 4 && subscription.lag(topic.name, 0) === 0);
    });

    onBus('keeps the newest message of each key of a compacted topic, until it is deleted', async (bus) => {
      const topic = newTopic({ partitions: 1, cleanup: 'compact', acks: 'all' });
      for (let round = 0; round < 50; round++)
        for (const key of ['a', 'b', 'c']) await bus.publish(topic, key, Buffer.from(`${key}${round}`));
      await bus.publish(topic, 'b', null);
      const seen = await collect(bus, { topics: [topic], from: 'earliest' });
      const state = () => new Map(seen.map(({ key, value }) => [key, value?.toString() ?? null]));
      await eventually('the newest has come', () => state().get('c') === 'c49' && (state().get('b') ?? null) === null);
      assert.equal(state().get('a'), 'a49');
      assert.deepEqual(
        seen.map(({ offset }) => offset),
        seen.map(({ offset }) => offset).toSorted((a, b) => a - b),
      );
    });

    onBus('takes a message of the greatest size and refuses a greater one', async (bus) => {
      const topic = newTopic({ partitions: 1 });
      const seen = await collect(bus, { topics: [topic], from: 'earliest' });
      await bus.publish(topic, 'k', Buffer.alloc(maxMessageBytes, 1));
      await assert.rejects(bus.publish(topic, 'k', Buffer.alloc(maxMessageBytes + 1)), { code: 'MESSAGE_TOO_LARGE' });
      await bus.publish(topic, 'k', Buffer.from('next'));
      await eventually('it comes', () => seen.length === 2);
      assert.deepEqual(
        seen.map(({ value }) => value!.length),
        [maxMessageBytes, 4],
      );
    });

    onBus('knows only the topics of the subscription', async (bus) => {
      const subscription = await bus.subscribe({ topics: [newTopic({ partitions: 1 })], from: 'latest', onBatch: async () => {} });
      assert.throws(() => subscription.commit('another', 0, 1), { code: 'TOPIC_UNKNOWN' });
      assert.throws(() => subscription.seek('another', 0, 1), { code: 'TOPIC_UNKNOWN' });
      assert.throws(() => subscription.lag('another', 0), { code: 'TOPIC_UNKNOWN' });
    });

    onBus('ends its subscriptions when it closes, and takes nothing afterwards', async (bus) => {
      const topic = newTopic({ partitions: 1 });
      let revoked = 0;
      const onRevoked = async () => void revoked++;
      await bus.subscribe({ topics: [topic], group: newGroup(), from: 'latest', onBatch: async () => {}, onRevoked });
      await Promise.all([bus.close(), bus.close()]);
      assert.equal(revoked, 1);
      await assert.rejects(bus.publish(topic, 'k', Buffer.from('x')), { code: 'BUS_CLOSED' });
      await assert.rejects(bus.subscribe({ topics: [topic], from: 'latest', onBatch: async () => {} }), { code: 'BUS_CLOSED' });
      await assert.rejects(bus.offsets(topic), { code: 'BUS_CLOSED' });
      await assert.rejects(bus.offsetAt(topic, 0, 0), { code: 'BUS_CLOSED' });
    });
  });
}

export function newTopic(differences: Partial<TopicDefinition> = {}): TopicDefinition {
  return { name: `test.${randomUUID()}`, partitions: 2, cleanup: 'delete', retentionMs: 3_600_000, acks: 'leader', ...differences };
}

export function newGroup(): string {
  return `test-${randomUUID()}`;
}

export function texts(messages: readonly BusMessage[]): string[] {
  return messages.map(({ value }) => String(value));
}

/** Subscribes, and @returns the list that everything received is added to. */
async function collect(bus: Bus, options: Omit<SubscribeOptions, 'onBatch'>): Promise<BusMessage[]> {
  const seen: BusMessage[] = [];
  await bus.subscribe({ ...options, onBatch: async (batch) => void seen.push(...batch) });
  return seen;
}

function commitAll(batch: readonly BusMessage[], subscription: Subscription): void {
  const last = batch.at(-1)!;
  subscription.commit(last.topic, last.partition, last.offset + 1);
}

async function keysOfTwoPartitions(bus: Bus, topic: TopicDefinition): Promise<[string, string]> {
  const first = await bus.publish(topic, 'key 0', Buffer.from('x'));
  for (let i = 1; ; i++)
    if ((await bus.publish(topic, `key ${i}`, Buffer.from('x'))).partition !== first.partition) return ['key 0', `key ${i}`];
}
