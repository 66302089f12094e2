import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import type { Bus, BusMessage } from '../../platform/bus/bus.ts';
import { createEmbeddedBus } from '../../platform/bus/embedded.ts';
import { readLog, wholeLog } from '../../platform/bus/read-log.ts';
import { deadLetterLines, listDeadLetters, retryDeadLetters, retryLines } from '../../platform/dead-letter-list.ts';
import { createDeadLetters, originOf } from '../../platform/dead-letters.ts';
import { RoadstreamError } from '../../schemas/errors.ts';
import { type TopicDefinition, topics } from '../../schemas/topics.ts';

function running(t: TestContext, options: Parameters<typeof createEmbeddedBus>[0] = {}) {
  const bus = createEmbeddedBus(options);
  t.after(() => bus.close());
  const letters = createDeadLetters(bus, 'recorder', pino({ level: 'silent' }));
  /** Publishes a message and buries it. */
  async function bury(topic: TopicDefinition, value: Buffer, { isCarried = true, key = 'front' } = {}): Promise<string> {
    const { partition, offset } = await bus.publish(topic, key, value);
    const message = { topic: topic.name, partition, offset, key, timestampMs: Date.now(), ...(isCarried && { value }) };
    await letters.bury(message, new RoadstreamError('MESSAGE_INVALID', 'It makes no sense.'));
    return originOf(message);
  }
  return { bus, bury };
}

async function read(bus: Bus, topic: TopicDefinition): Promise<BusMessage[]> {
  const messages: BusMessage[] = [];
  for await (const message of readLog(bus, topic, await wholeLog(bus, topic))) messages.push(message);
  return messages;
}

test('without dead letters there are none', async (t) => {
  const { bus } = running(t);
  assert.deepEqual(await listDeadLetters(bus), { letters: [], unreadable: 0 });
  assert.deepEqual(deadLetterLines(await listDeadLetters(bus)), ['There are no dead letters.']);
});

test('lists each message once with its cause and origin, and those not at all that have been dealt with', async (t) => {
  const { bus, bury } = running(t);
  const [first, second] = [await bury(topics.alerts, Buffer.from('one')), await bury(topics.perceptions, Buffer.from('two'))];
  const message = { topic: topics.perceptions.name, partition: Number(second.split('/')[1]), offset: 0, key: 'front', timestampMs: 1 };
  await createDeadLetters(bus, 'recorder', pino({ level: 'silent' })).bury({ ...message, value: null }, new Error('again'), 2);
  await bus.publish(topics.deadLetters, first, null);
  await bus.publish(topics.deadLetters, 'x/0/0', Buffer.from('no dead letter'));
  const { letters, unreadable } = await listDeadLetters(bus);
  assert.deepEqual(
    letters.map(({ origin, consumer, code, attempts }) => ({ origin, consumer, code, attempts })),
    [{ origin: second, consumer: 'recorder', code: 'INTERNAL', attempts: 2 }],
  );
  assert.equal(unreadable, 1);
  const [line, last] = deadLetterLines({ letters, unreadable });
  assert.match(line!, new RegExp(`recorder   ${second}  front  0 bytes  again \\[INTERNAL\\]$`));
  assert.match(last!, /^1 dead letters/);
});

test('a perception or alert goes back to its topic under its key, and is no dead letter any more', async (t) => {
  const { bus, bury } = running(t);
  for (const topic of [topics.perceptions, topics.alerts]) {
    const origin = await bury(topic, Buffer.from('the message'), { key: 'car-1' });
    const [result] = await retryDeadLetters(bus, { origin });
    assert.equal(result?.outcome, 'retried');
    assert.deepEqual(
      (await read(bus, topic)).map(({ key, value }) => [key, value?.toString()]),
      [
        ['car-1', 'the message'],
        ['car-1', 'the message'],
      ],
    );
  }
  assert.deepEqual((await listDeadLetters(bus)).letters, []);
});

test('what a letter does not carry is read where it came from', async (t) => {
  const { bus, bury } = running(t);
  await bus.publish(topics.alerts, 'front', Buffer.from('another one'));
  const origin = await bury(topics.alerts, Buffer.from('the message'), { isCarried: false });
  assert.equal((await listDeadLetters(bus)).letters[0]?.bytes, null);
  const results = await retryDeadLetters(bus, { origin });
  assert.deepEqual(retryLines(results), [`retried  ${origin}  It is on ${topics.alerts.name} again.`]);
  assert.equal((await read(bus, topics.alerts)).at(-1)?.value?.toString(), 'the message');
});

test('what is no longer kept where it came from is said to be gone, and stays a dead letter', async (t) => {
  // Room for two messages of this size.
  const { bus, bury } = running(t, { maxBytesPerTopic: 2500 });
  const origin = await bury(topics.perceptions, Buffer.alloc(1000), { isCarried: false });
  for (let more = 0; more < 3; more++) await bus.publish(topics.perceptions, 'front', Buffer.alloc(1000));
  const [result] = await retryDeadLetters(bus, { origin });
  assert.equal(result?.outcome, 'gone');
  assert.match(result.reason, /no longer kept/);
  assert.equal((await listDeadLetters(bus)).letters.length, 1);
});

test('what would do harm on its topic is refused with the reason, whatever else is retried', async (t) => {
  const { bus, bury } = running(t);
  const harmful = [topics.framesDashcam, topics.framesJob, topics.streams, topics.analysis, topics.checkpoints, topics.control];
  for (const topic of harmful) await bury(topic, Buffer.from('old'));
  await bury(topics.alerts, Buffer.from('alert'));
  const results = await retryDeadLetters(bus, { all: true });
  assert.deepEqual(
    results.map(({ outcome }) => outcome),
    [...harmful.map(() => 'refused'), 'retried'],
  );
  assert.match(results[0]!.reason, /roadstream replay/);
  for (const topic of harmful) assert.equal((await read(bus, topic)).length, 1);
  assert.equal((await listDeadLetters(bus)).letters.length, harmful.length);
});

test('a letter that is not there is said to be unknown', async (t) => {
  const { bus } = running(t);
  await assert.rejects(retryDeadLetters(bus, { origin: 'nowhere/0/0' }), { code: 'NOT_FOUND', message: /nowhere\/0\/0.*list/ });
});
