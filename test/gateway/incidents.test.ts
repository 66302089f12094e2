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

test('of any alerts, a period holds the incidents that begin within, each whole, however they are paged', async (t) => {
  const { url, announce } = await runGateway(t, { database });
  await announce({ vehicleId: 'a' });
  const tenths = fc.nat(1500);
  const some = fc.array(fc.record({ tenths, vehicleId: fc.constantFrom('a', 'b', null) }), { minLength: 1, maxLength: 40 });
  const bounds = fc.record({ from: fc.option(tenths), to: fc.option(tenths), limit: fc.integer({ min: 1, max: 5 }) });
  await fc.assert(
    fc.asyncProperty(some, bounds, async (given, { from, to, limit }) => {
      await database.execute('truncate alert');
      const alerts = given.map(({ tenths, vehicleId }, index) => raised(index, tenths / 10, { vehicleId }));
      await upsert(database, alertTable, alerts);
      const expected = incidentsOf(alerts.filter(({ vehicleId }) => vehicleId === 'a')).filter(({ firstAtUs }) => {
        const at = (firstAtUs - startUs) / 1e5;
        return at >= (from ?? 0) && at < (to ?? Number.POSITIVE_INFINITY);
      });
      const query = new URLSearchParams({ limit: `${limit}` });
      for (const [name, at] of Object.entries({ from, to }))
        if (at !== null) query.set(name, new Date(startUs / 1000 + at * 100).toISOString());
      const found: Incident[] = [];
      for (let cursor: string | null = null; ; query.set('cursor', cursor)) {
        const page = (await (await fetch(`${url}/api/v3/vehicles/a/incidents?${query}`)).json()) as Answer;
        assert.ok(page.incidents.length === limit || page.nextCursor === null);
        found.push(...page.incidents);
        cursor = page.nextCursor;
        if (cursor === null) break;
      }
      assert.deepEqual(
        found,
        expected.map((incident) => ({ ...incident, alerts: incident.alerts.map((one) => ({ ...one, verdict: null })) })),
      );
    }),
    { numRuns: 100 },
  );
});

interface Plan {
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Plan[];
}

function rowsRead(plan: Plan): number {
  const own = plan['Relation Name'] === 'alert' ? (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops'] : 0;
  return (plan.Plans ?? []).reduce((sum, part) => sum + rowsRead(part), own);
}

test('a page reads its own alerts alone, however many the vehicle has', async (t) => {
  let asked: { readonly sql: string; readonly parameters: readonly unknown[] } | undefined;
  const watched: Database = {
    query(sql, parameters = []) {
      if (sql.includes('from alert')) asked = { sql, parameters };
      return database.query(sql, parameters);
    },
    execute: (sql) => database.execute(sql),
    close: () => Promise.resolve(),
  };
  const { url } = await runGateway(t, { database: watched });
  await upsert(database, alertTable, [raised(0, 0)]);
  // In threes, half a minute apart, up to 14 hours before.
  await database.execute(`insert into alert select (jsonb_populate_record(alert, jsonb_build_object('alert_id', 'before-' || number, 'raised_at',
    raised_at - (number / 3 * 30 + number % 3) * interval '1 second'))).* from alert, generate_series(100, 5000) as number`);
  // Without statistics, as the embedded database always is, and with them.
  for (const statistics of ['', 'analyze alert']) {
    if (statistics !== '') await database.execute(statistics);
    for (const period of [
      '',
      '&from=2026-01-31T06:00:00Z',
      '&to=2026-01-31T06:00:10Z',
      '&from=2026-01-31T06:00:00Z&to=2026-01-31T06:03:00Z',
    ]) {
      const page = (await (await fetch(`${url}/api/v3/vehicles/car-1/incidents?limit=5${period}`)).json()) as Answer;
      assert.equal(page.incidents.length, 5);
      const { sql, parameters } = asked!;
      const [row] = await database.query(`explain (analyze, format json) ${sql}`, parameters);
      const [{ Plan: plan }] = row!['QUERY PLAN'] as [{ Plan: Plan }];
      // Each of the six incidents' three alerts is found by a step and then read.
      assert.ok(rowsRead(plan) <= 2 * 6 * 3 + 4, `${period} reads ${rowsRead(plan)} of 4902`);
    }
  }
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
