import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import fc from 'fast-check';
import { type Database, openDatabase } from '../../platform/database/open.ts';
import { upsert } from '../../platform/database/upsert.ts';
import { riskSecondTable } from '../../processors/sinks/tables.ts';
import type { RiskSecond } from '../../processors/sinks/track-seconds.ts';
import { type Risk, type RiskParts, riskParts, scoreOf, unknownRisk, worseOf } from '../../schemas/risk.ts';
import { runGateway } from './running-gateway.ts';

/** 2026-01-31T12:00:00Z. */
const startSecond = 1_769_860_800;
const from = 'from=2026-01-31T12:00:00Z';

let directory: string;
let database: Database;

before(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'roadstream-risk-'));
  database = await openDatabase({ url: null, dataDirectory: directory });
});
after(async () => {
  await database.close();
  await rm(directory, { recursive: true });
});
beforeEach(() => database.execute('truncate risk_second'));

function row(streamId: string, seconds: number, parts: Partial<RiskParts>, egoSpeedMps: number | null = null): RiskSecond {
  const together = { ...unknownRisk.parts, ...parts };
  return { streamId, vehicleId: 'van', second: startSecond + seconds, frames: 15, firstOffset: 0, parts: together, egoSpeedMps };
}

test("puts a second's cameras together, explained by their parts, as JSON and as CSV", async (t) => {
  const { url } = await runGateway(t, { database });
  const road = { collision: 0, headway: 40, lane: 0, unseen: 0 };
  const driver = { gaze: 50, drowsiness: 0, unseen: 0 };
  await upsert(database, riskSecondTable, [row('front', 0, road, 22.25), row('cabin', 0, driver), row('front', 1, road, 22.25)]);
  const { risk } = (await (await fetch(`${url}/api/v3/vehicles/van/risk?${from}`)).json()) as { risk: Risk[] };
  const parts = { ...unknownRisk.parts, ...road };
  assert.deepEqual(risk, [
    { vehicleId: 'van', atUs: startSecond * 1e6, score: 70, parts: { ...parts, ...driver }, egoSpeedMps: 22.25 },
    { vehicleId: 'van', atUs: (startSecond + 1) * 1e6, score: 40, parts, egoSpeedMps: 22.25 },
  ]);
  const csv = await fetch(`${url}/api/v3/vehicles/van/risk.csv?${from}&to=2026-01-31T12:00:01Z`);
  assert.match(csv.headers.get('content-disposition')!, /van-risk\.csv/);
  assert.equal(
    await csv.text(),
    'at,score,collision,headway,lane,gaze,drowsiness,speed,unseen,ego_speed_mps\r\n2026-01-31T12:00:00.000Z,70,0,40,0,50,0,,0,22.3\r\n',
  );
});

test('the database scores as the gateway does', async () => {
  const camera = fc.record({
    parts: fc.record(Object.fromEntries(riskParts.map((part) => [part, fc.option(fc.integer({ min: 0, max: 99 }))]))),
    egoSpeedMps: fc.option(fc.constantFrom(0, 1.25, 1.5, 30)),
  });
  await fc.assert(
    fc.asyncProperty(camera, camera, async (front, cabin) => {
      await database.execute('truncate risk_second');
      const rows = [front, cabin].map((one, index) => row(`camera-${index}`, 0, one.parts, one.egoSpeedMps));
      await upsert(database, riskSecondTable, rows);
      const [found] = await database.query('select score from vehicle_risk');
      assert.equal(found!.score, scoreOf(worseOf(rows[0]!, rows[1]!)));
    }),
    { numRuns: 100 },
  );
});

test('gives a whole day, and without a period the last hour', async (t) => {
  const { url, announce } = await runGateway(t, { database });
  await announce({ vehicleId: 'van' });
  await upsert(
    database,
    riskSecondTable,
    Array.from({ length: 2500 }, (_, second) => row('front', second, { collision: second % 100 })),
  );
  const { risk } = (await (await fetch(`${url}/api/v3/vehicles/van/risk?${from}`)).json()) as { risk: Risk[] };
  assert.deepEqual(
    risk.map(({ atUs, score }) => [atUs / 1e6 - startSecond, score]),
    Array.from({ length: 2500 }, (_, second) => [second, second % 100]),
  );
  assert.deepEqual(await (await fetch(`${url}/api/v3/vehicles/van/risk`)).json(), { risk: [] });
  assert.equal((await fetch(`${url}/api/v3/vehicles/nobody/risk`)).status, 404);
  assert.equal((await fetch(`${url}/api/v3/vehicles/van/risk?from=noon`)).status, 400);
});
