import assert from 'node:assert/strict';
import { test } from 'node:test';
import { telemetryCodec } from '../../schemas/codecs.ts';
import type { Telemetry } from '../../schemas/messages.ts';
import { topics } from '../../schemas/topics.ts';
import { eventually } from '../support/eventually.ts';
import { runGateway } from './running-gateway.ts';

test('what a vehicle tells is on the telemetry topic, in SI units', async (t) => {
  const { url, bus } = await runGateway(t);
  const told: Telemetry[] = [];
  await bus.subscribe({
    topics: [topics.telemetry],
    from: 'latest',
    onBatch: async (batch) => void told.push(...batch.map(({ value }) => telemetryCodec.decode(value!))),
  });
  const post = (body: string) => fetch(`${url}/api/v3/vehicles/van-7/telemetry`, { method: 'POST', body });
  const answer = await post(JSON.stringify({ speedKmh: 90, indicator: 'left', measuredAt: '2026-05-17T10:00:00.5+02:00' }));
  assert.equal(answer.status, 202);
  await eventually('it is told', () => told.length === 1);
  const nothing = { latitudeDegrees: null, longitudeDegrees: null, attention: null };
  assert.deepEqual(
    { ...told[0] },
    {
      ...nothing,
      ...{ vehicleId: 'van-7', source: 'vehicle', speedMps: 25, indicator: 'left' },
      measuredAtUs: Date.UTC(2026, 4, 17, 8, 0, 0, 500) * 1000,
    },
  );

  for (const body of ['', '{}', '{"speedKmh": -1}', '{"speed": 10}', '{"speedKmh": 80, "measuredAt": "yesterday"}']) {
    const refused = await post(body);
    assert.equal(refused.status, 400, body);
    assert.match(((await refused.json()) as { error: { message: string } }).error.message, /Post JSON such as/);
  }
  assert.equal(told.length, 1);
});
