import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cabinScenarios } from '../../ingest/simulator/scenarios/index.ts';
import { openFaceModels } from '../../models/face.ts';
import { telemetryCodec } from '../../schemas/codecs.ts';
import type { Telemetry } from '../../schemas/messages.ts';
import { topics } from '../../schemas/topics.ts';
import { cabinUnits } from '../support/cabin.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { processorWorld } from './world.ts';

test('where the driver looks is told to the other cameras of the vehicle', async (t) => {
  const face = await openFaceModels({ dataDirectory: temporaryFolder(t) });
  t.after(() => face.close());
  const scenario = cabinScenarios.find(({ name }) => name === 'cabin-microsleep')!;
  const units = await cabinUnits(scenario, 32 * 30);
  const asleep = units.filter(({ truth }) => truth.isEyesClosed && truth.eyesClosedSeconds > 1.2);
  assert.ok(asleep.length > 0, 'nobody falls asleep');

  const none = { name: 'none', hash: '0', inputWidth: 32, inputHeight: 32, fit: 'stretch', padding: 0 } as const;
  const detector = { ...none, detect: () => Promise.reject(new Error('a cabin needs no detector')), close: async () => {} };
  const streams = [{ id: scenario.name, url: `sim:${scenario.name}`, kind: 'cabin', vehicle: 'van' }];
  const w = await processorWorld(t, { detector, models: { face: async () => face }, streams });
  const told: Telemetry[] = [];
  await w.bus.subscribe({
    topics: [topics.telemetry],
    from: 'latest',
    onBatch: async (batch) => void told.push(...batch.map(({ value }) => telemetryCodec.decode(value!))),
  });
  await w.start();
  for (const { unit } of units) await w.publish({ ...unit, vehicleId: 'van' }, topics.framesJob);
  await eventually('all is analysed', () => w.analysed(scenario.name).length >= units.length / 2 - 1, 120_000);
  await eventually('the sleep is told', () => told.some(({ attention }) => attention === 'asleep'));

  const saidAt = (capturedAtUs: number) => told.findLast(({ measuredAtUs }) => measuredAtUs <= capturedAtUs)?.attention;
  assert.equal(saidAt(asleep.at(-1)!.unit.capturedAtUs), 'asleep');
  assert.equal(saidAt(units.find(({ unit }) => unit.capturedAtUs > 5e6)!.unit.capturedAtUs), 'road');
  for (const { vehicleId, source, speedMps } of told) assert.deepEqual([vehicleId, source, speedMps], ['van', scenario.name, null]);
});
