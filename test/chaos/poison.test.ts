import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { Bus } from '../../platform/bus/bus.ts';
import { listDeadLetters } from '../../platform/dead-letter-list.ts';
import { accessUnitCodec } from '../../schemas/codecs.ts';
import { type TopicDefinition, topics } from '../../schemas/topics.ts';
import { accessUnit } from '../support/access-unit.ts';
import { startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { assertEachEventOnce, settle, untilAllFlow } from './verdict.ts';

/** Who has to bury what nobody understands. */
const undertakers: readonly (readonly [TopicDefinition, string])[] = [
  [topics.framesDashcam, 'processor'],
  [topics.framesJob, 'processor'],
  [topics.control, 'processor'],
  [topics.checkpoints, 'processor'],
  [topics.perceptions, 'recorder'],
  [topics.alerts, 'recorder'],
  [topics.streams, 'gateway'],
  [topics.analysis, 'gateway'],
  [topics.snapshots, 'gateway'],
];
/** In Confluent's wire format, by a schema that no registry and no release has given out. */
const fromTheFuture = Buffer.from([0, 0, 0, 3, 231, 1, 2, 3]);

test('poison on every topic, a camera of garbage and a schema of the future become dead letters, and harm no other camera', async (t) => {
  const cluster = await startCluster(t, { streams: 4 });
  if (!cluster) return;
  const roles = [await cluster.role('process'), await cluster.role('record'), await cluster.role('gateway', '--port', '0')];
  const ingest = await cluster.role('ingest');
  await untilAllFlow(cluster);

  const expected = new Map<string, string>();
  for (const [topic, consumer] of undertakers)
    for (const value of [Buffer.from('poison'), fromTheFuture]) {
      const { partition, offset } = await cluster.bus.publish(topic, 'poisoned', value);
      expected.set(`${topic.name}/${partition}/${offset}`, consumer);
    }
  const first = await publishGarbage(cluster.bus);

  let letters: Awaited<ReturnType<typeof listDeadLetters>>['letters'] = [];
  await eventually(
    'all of it is buried',
    async () => {
      ({ letters } = await listDeadLetters(cluster.bus));
      const origins = new Set(letters.map(({ origin }) => origin));
      return origins.has(first) && [...expected.keys()].every((origin) => origins.has(origin));
    },
    60_000,
  );
  for (const { origin, consumer, code } of letters) {
    if (!expected.has(origin)) continue;
    assert.equal(consumer, expected.get(origin), origin);
    assert.match(code, /^(MESSAGE_INVALID|SCHEMA_UNKNOWN)$/);
  }
  assert.equal(letters.find(({ origin }) => origin === first)?.code, 'DECODE_FAILED');

  await untilAllFlow(cluster, Date.now() * 1000 + 10_000_000);
  await settle(cluster, ingest);
  t.diagnostic(await assertEachEventOnce(cluster));
  assert.deepEqual(
    [...roles, ingest].map(({ crashes }) => crashes),
    [0, 0, 0, 0],
  );
});

/** A camera that sends noise and calls it H.264. @returns Origin of its first message. */
async function publishGarbage(bus: Bus): Promise<string> {
  const origins: string[] = [];
  for (let sequence = 0; sequence < 60; sequence++) {
    const nowUs = Date.now() * 1000;
    const unit = accessUnit(sequence, {
      streamId: 'garbage',
      capturedAtUs: nowUs,
      publishedAtUs: nowUs,
      isKeyframe: sequence % 10 === 0,
      payload: randomBytes(4000),
    });
    const { partition, offset } = await bus.publish(topics.framesDashcam, 'garbage', accessUnitCodec.encode(unit));
    origins.push(`${topics.framesDashcam.name}/${partition}/${offset}`);
  }
  return origins[0]!;
}
