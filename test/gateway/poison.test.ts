import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Bus } from '../../platform/bus/bus.ts';
import { analysisStatusCodec, deadLetterCodec, perceptionCodec } from '../../schemas/codecs.ts';
import type { StreamView } from '../../schemas/live.ts';
import type { DeadLetter } from '../../schemas/messages.ts';
import { type TopicDefinition, topics } from '../../schemas/topics.ts';
import { eventually } from '../support/eventually.ts';
import { analysisStatus, perception } from './messages.ts';
import { runGateway } from './running-gateway.ts';

const poison = Buffer.from('no message at all');

async function buriedOn(t: TestContext, bus: Bus): Promise<DeadLetter[]> {
  const buried: DeadLetter[] = [];
  const subscription = await bus.subscribe({
    topics: [topics.deadLetters],
    from: 'earliest',
    onBatch: async (batch) => void buried.push(...batch.map(({ value }) => deadLetterCodec.decode(value!))),
  });
  t.after(() => subscription.close());
  return buried;
}

for (const [name, topic] of Object.entries({ streams: topics.streams, analysis: topics.analysis, snapshots: topics.snapshots }))
  test(`what cannot be read on the topic of ${name} is buried, and the next message is taken`, async (t) => {
    const gateway = await runGateway(t);
    const buried = await buriedOn(t, gateway.bus);
    await gateway.bus.publish(topic, 'front', poison);
    await eventually('it is buried', () => buried.length === 1);
    assert.deepEqual(
      { ...buried[0]!, timestampMs: 0, buriedAtUs: 0, reason: '' },
      {
        ...{ topic: topic.name, partition: buried[0]!.partition, offset: 0, key: 'front', consumer: 'gateway', code: 'MESSAGE_INVALID' },
        ...{ attempts: 1, value: poison, isWhole: true, timestampMs: 0, buriedAtUs: 0, reason: '' },
      },
    );
    await gateway.announce();
    await gateway.bus.publish(topics.analysis, 'front', analysisStatusCodec.encode(analysisStatus({ ageMs: 77 })));
    await eventually('the next one is known', async () => (await streamOf(gateway.url)).analysis?.ageMs === 77);
  });

test('what cannot be read on the topics that others bury from is left to them', async (t) => {
  const gateway = await runGateway(t);
  const buried = await buriedOn(t, gateway.bus);
  const others: readonly TopicDefinition[] = [topics.framesDashcam, topics.perceptions, topics.alerts];
  for (const topic of others) await gateway.bus.publish(topic, 'front', poison);
  await gateway.announce();
  await gateway.bus.publish(topics.perceptions, 'front', perceptionCodec.encode(perception(1, { latencyMs: 61 })));
  await eventually('the perception after it is known', async () => (await streamOf(gateway.url)).perceptionLatencyMs === 61);
  assert.deepEqual(buried, []);
});

async function streamOf(url: string): Promise<StreamView> {
  return (await (await fetch(`${url}/api/v3/streams/front`)).json()) as StreamView;
}
