import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import fc from 'fast-check';
import { type Database, openDatabase } from '../../platform/database/open.ts';
import { upsert } from '../../platform/database/upsert.ts';
import { alertTable } from '../../processors/sinks/tables.ts';
import { type Incident, incidentsOf } from '../../schemas/incident.ts';
import type { Alert } from '../../schemas/messages.ts';
import { alert } from './messages.ts';
import { runGateway } from './running-gateway.ts';

/** 2026-01-31T12:00:00Z. */
const startUs = 1_769_860_800_000_000;
const raised = (index: number, seconds: number, changes: Partial<Alert> = {}): Alert => {
  const atUs = startUs + Math.round(seconds * 1e6);
  return alert(index, { raisedAtUs: atUs, updatedAtUs: atUs, publishedAtUs: atUs, ...changes });
};

let directory: string;
let database: Database;

before(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'roadstream-incidents-'));
  database = await openDatabase({ url: null, dataDirectory: directory });
});
after(async () => {
  await database.close();
  await rm(directory, { recursive: true });
});
beforeEach(() => database.execute('truncate alert, alert_feedback'));

interface Answer {
  readonly incidents: readonly Incident[];
  readonly nextCursor: string | null;
}

test('gives alerts of two cameras of one moment as one incident, with what was said of each', async (t) => {
  const { url } = await runGateway(t, { database });
  const collision = raised(1, 0, { severity: 'critical', state: 'cleared', clearedAtUs: startUs + 2_000_000 });
  const glance = raised(2, 1.3, { type: 'long-glance', streamId: 'cabin' });
  await upsert(database, alertTable, [collision, glance, raised(3, 60), raised(4, 1, { vehicleId: 'car-2' })]);
  await database.query('insert into alert_feedback (alert_id, verdict) values ($1, $2)', [glance.alertId, 'correct']);
  const { incidents, nextCursor } = (await (await fetch(`${url}/api/v3/vehicles/car-1/incidents`)).json()) as Answer;
  assert.equal(nextCursor, null);
  assert.equal(incidents.length, 2);
  assert.deepEqual(incidents[1], {
    ...{ incidentId: collision.alertId, vehicleId: 'car-1', severity: 'critical', firstAtUs: startUs, lastAtUs: startUs + 2_000_000 },
    alerts: [
      { ...collision, verdict: null },
      { ...glance, verdict: 'correct' },
    ],
  });
});

test('pages and periods leave no incident out and cut none', async (t) => {
  const { url } = await runGateway(t, { database });
  const all = Array.from({ length: 30 }, (_, index) => raised(index, 30 * Math.floor(index / 3) + (index % 3)));
  await upsert(database, alertTable, all);
  const expected = incidentsOf(all).map(({ incidentId, alerts }) => [incidentId, alerts.length]);
  const found: unknown[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query: string = cursor === '' ? '?limit=4' : `?limit=4&cursor=${cursor}`;
    const page = (await (await fetch(`${url}/api/v3/vehicles/car-1/incidents${query}`)).json()) as Answer;
    found.push(...page.incidents.map(({ incidentId, alerts }) => [incidentId, alerts.length]));
    cursor = page.nextCursor;
  }
  assert.deepEqual(found, expected);
  // Begins within the third incident, which began before, and ends within the fifth.
  const period = '?from=2026-01-31T12:01:01Z&to=2026-01-31T12:02:01Z';
  const { incidents } = (await (await fetch(`${url}/api/v3/vehicles/car-1/incidents${period}`)).json()) as Answer;
  assert.deepEqual(
    incidents.map(({ firstAtUs, alerts }) => [(firstAtUs - startUs) / 1e6, alerts.length]),
    [
      [120, 3],
      [90, 3],
    ],
  );
});

test('the database puts the same alerts together as the page does', async () => {
  const some = fc.array(fc.record({ tenths: fc.nat(1500), vehicleId: fc.constantFrom('a', 'b', null) }), { minLength: 1, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(some, async (given) => {
      await database.execute('truncate alert');
      const alerts = given.map(({ tenths, vehicleId }, index) => raised(index, tenths / 10, { vehicleId }));
      await upsert(database, alertTable, alerts);
      const rows = await database.query('select alert_id, incident_id from alert_incident');
      const expected = incidentsOf(alerts.filter(({ vehicleId }) => vehicleId !== null)).flatMap((incident) =>
        incident.alerts.map(({ alertId }) => [alertId, incident.incidentId] as const),
      );
      assert.deepEqual(new Map(rows.map((row) => [row.alert_id, row.incident_id])), new Map(expected));
    }),
    { numRuns: 30 },
  );
});

test('a vehicle that nobody knows is not found, one without incidents has none, and odd queries are refused', async (t) => {
  const { url, announce } = await runGateway(t, { database });
  assert.equal((await fetch(`${url}/api/v3/vehicles/nobody/incidents`)).status, 404);
  assert.equal((await fetch(`${url}/api/v3/vehicles/a%00b/incidents`)).status, 404);
  await announce({ vehicleId: 'car-9' });
  assert.deepEqual(await (await fetch(`${url}/api/v3/vehicles/car-9/incidents`)).json(), { incidents: [], nextCursor: null });
  for (const query of ['?from=yesterday', '?limit=0', '?cursor=x', '?speed=1']) {
    const refused = await fetch(`${url}/api/v3/vehicles/car-9/incidents${query}`);
    assert.equal(refused.status, 400, query);
    assert.match(((await refused.json()) as { error: { message: string } }).error.message, /It may hold from, to, limit, cursor/);
  }
});
