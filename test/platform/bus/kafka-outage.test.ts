import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BusMessage } from '../../../platform/bus/bus.ts';
import { newGroup, newTopic, texts } from '../../conformance/bus.ts';
import { eventually } from '../../support/eventually.ts';
import { startKafka } from '../../support/kafka-server.ts';
import { openKafkaBus } from './kafka-clients.ts';

/** A broker that is killed needs some seconds until it is back, more on a busy machine. */
const withinMs = 90_000;

test('waits for a broker that is not there yet, says so, and begins when it comes', async (t) => {
  const broker = await startKafka(t);
  if (!broker) return;
  await broker.kill();
  const { bus, lines } = openKafkaBus(t, broker);
  const topic = newTopic();
  const seen: BusMessage[] = [];
  const subscribed = bus.subscribe({ topics: [topic], from: 'earliest', onBatch: async (batch) => void seen.push(...batch) });
  const published = bus.publish(topic, 'k', Buffer.from('early'));
  await eventually('it says so', () => lines.filter(({ code }) => code === 'BUS_UNAVAILABLE').length >= 2);
  const line = lines.find(({ code }) => code === 'BUS_UNAVAILABLE')!;
  assert.deepEqual([line.broker, line.reason], [broker.brokers[0], 'ECONNREFUSED']);
  await broker.start();
  await Promise.all([subscribed, published]);
  await eventually('it comes', () => seen.length === 1);
});

test('loses nothing of a topic with acks all, and keeps the order, while the broker is killed and comes back', async (t) => {
  const broker = await startKafka(t);
  if (!broker) return;
  const { bus, lines } = openKafkaBus(t, broker);
  const [alerts, frames] = [newTopic({ partitions: 4, acks: 'all' }), newTopic({ partitions: 4 })];
  const seen: BusMessage[] = [];
  const revoked: number[] = [];
  await bus.subscribe({
    topics: [alerts, frames],
    group: newGroup(),
    from: 'earliest',
    onRevoked: async (partitions) => void revoked.push(partitions.length),
    onBatch: async (batch, subscription) => {
      seen.push(...batch);
      const last = batch.at(-1)!;
      subscription.commit(last.topic, last.partition, last.offset + 1);
    },
  });
  const keys = ['a', 'b', 'c', 'd', 'e'];
  let isLoading = true;
  let published = 0;
  const publishers = [alerts, frames].flatMap((topic) =>
    keys.map(async (key) => {
      const acknowledged: string[] = [];
      const results: Promise<unknown>[] = [];
      for (let i = 0; isLoading; i++) {
        const text = `${key} ${i}`;
        // Not awaited: many are under way when the broker dies.
        results.push(bus.publish(topic, key, Buffer.from(text)).then(() => acknowledged.push(text)));
        await sleep(10);
      }
      published += results.length;
      await Promise.all(results);
      return { topic, key, acknowledged };
    }),
  );
  for (let round = 0; round < 2; round++) {
    await sleep(1000);
    await broker.kill();
    await sleep(500);
    await broker.start();
    const before = seen.length;
    await eventually('consumers go on', () => seen.length > before + 50, withinMs);
  }
  isLoading = false;
  const results = await Promise.all(publishers);
  await eventually('all come', () => new Set(seen.map(({ topic, value }) => `${topic} ${value}`)).size === published, withinMs);
  for (const { topic, key, acknowledged } of results) {
    const messages = seen.filter((message) => message.topic === topic.name && message.key === key);
    const came = texts(messages);
    // Frames may come twice: a broker that dies has kept what it could no longer acknowledge.
    assert.deepEqual([...new Set(came)], acknowledged, `${key} in order`);
    if (topic === alerts) assert.equal(new Set(messages.map(({ offset }) => offset)).size, acknowledged.length, `${key} once in the log`);
  }
  assert.deepEqual(
    lines.filter(({ msg }) => msg === 'a consumer failed and begins anew'),
    [],
  );
});

test('drops frames beyond 64 MiB while the broker is away, and publishes the others when it is back', async (t) => {
  const broker = await startKafka(t);
  if (!broker) return;
  const { bus } = openKafkaBus(t, broker);
  const [frames, alerts] = [newTopic({ partitions: 2 }), newTopic({ partitions: 1, acks: 'all' })];
  await Promise.all([bus.offsets(frames), bus.offsets(alerts)]);
  await broker.kill();
  const value = Buffer.alloc(4 * 1024 * 1024);
  const outcomes = Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      bus.publish(frames, `k${i}`, value).then(
        () => 'kept',
        ({ code, retryable }) => `${code} ${retryable}`,
      ),
    ),
  );
  const alert = bus.publish(alerts, 'k', value);
  await broker.start();
  assert.deepEqual(await outcomes, [...Array(16).fill('kept'), ...Array(4).fill('BUS_UNAVAILABLE true')]);
  await alert;
});

test('closes in bounded time while the broker is away, and refuses what it could not send', async (t) => {
  const broker = await startKafka(t);
  if (!broker) return;
  const { bus } = openKafkaBus(t, broker);
  const topic = newTopic();
  await bus.subscribe({ topics: [topic], group: newGroup(), from: 'latest', onBatch: async () => {} });
  await bus.publish(topic, 'k', Buffer.from('x'));
  await broker.kill();
  const refused = assert.rejects(bus.publish(topic, 'k', Buffer.from('x')), { code: 'BUS_CLOSED' });
  const elsewhere = assert.rejects(bus.subscribe({ topics: [newTopic()], from: 'latest', onBatch: async () => {} }), {
    code: 'BUS_CLOSED',
  });
  await bus.close();
  await Promise.all([refused, elsewhere]);
});

test('refuses wrong credentials in a clear sentence, and takes right ones by each mechanism', async (t) => {
  const broker = await startKafka(t, { users: { roadstream: 'right' } });
  if (!broker) return;
  const topic = newTopic();
  for (const mechanism of ['plain', 'scram-sha-256', 'scram-sha-512']) {
    const login = (password: string) =>
      openKafkaBus(t, { brokers: broker.secureBrokers, sasl: { mechanism, username: 'roadstream', password } });
    const wrong = login('wrong-one');
    const refusal = { code: 'BUS_REFUSED', message: /refuse the credentials.*kafka\.sasl\.mechanism/ };
    await assert.rejects(wrong.bus.publish(topic, 'k', Buffer.from('x')), refusal);
    await assert.rejects(wrong.bus.subscribe({ topics: [topic], from: 'latest', onBatch: async () => {} }), refusal);
    assert.ok(!JSON.stringify(wrong.lines).includes('wrong-one'));
    await login('right').bus.publish(topic, 'k', Buffer.from('x'));
  }
  const without = openKafkaBus(t, { brokers: broker.secureBrokers });
  const waiting = assert.rejects(without.bus.publish(topic, 'k', Buffer.from('x')), { code: 'BUS_CLOSED' });
  await eventually('it says what may be wrong', () => without.lines.some(({ code }) => code === 'BUS_UNAVAILABLE'));
  await without.bus.close();
  await waiting;
});
