import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { type Database, openDatabase } from '../../platform/database/open.ts';
import type { Alert } from '../../schemas/messages.ts';
import { alert } from './messages.ts';
import { runGateway } from './running-gateway.ts';

const stored = [
  ...Array.from({ length: 5 }, (_, index) => alert(index)),
  // Same microsecond as the one before, and null wherever that may be.
  alert(5, { streamId: 'rear', raisedAtUs: alert(4).raisedAtUs, vehicleId: null, trackId: null }),
  alert(6, { type: 'headway', severity: 'critical', state: 'cleared', clearedAtUs: alert(6).raisedAtUs + 2_000_003 }),
];

let directory: string;
let database: Database;

before(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'roadstream-alerts-'));
  database = await openDatabase({ url: null, dataDirectory: directory });
  const time = (parameter: number) => `timestamptz 'epoch' + $${parameter}::bigint * interval '1 microsecond'`;
  for (const a of stored)
    await database.query(
      `insert into alert (alert_id, stream_id, vehicle_id, type, severity, state, epoch, sequence, rtp_timestamp, track_id, message, rule,
         evidence, model_set, raised_at, updated_at, cleared_at, published_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, ${time(15)}, ${time(16)}, ${time(17)}, ${time(18)})`,
      [
        ...[
          a.alertId,
          a.streamId,
          a.vehicleId,
          a.type,
          a.severity,
          a.state,
          a.epoch,
          a.sequence,
          a.rtpTimestamp,
          a.trackId,
          a.message,
          a.rule,
        ],
        ...[JSON.stringify(a.evidence), a.modelSet, a.raisedAtUs, a.updatedAtUs, a.clearedAtUs, a.publishedAtUs],
      ],
    );
});

after(async () => {
  await database.close();
  await rm(directory, { recursive: true });
});

const newestFirst = [6, 5, 4, 3, 2, 1, 0].map((index) => ({ ...stored[index]!, verdict: null }));

test('gives alerts as they were published, newest first', async (t) => {
  const { url } = await runGateway(t, { database });
  assert.deepEqual(await (await fetch(`${url}/api/v3/alerts`)).json(), { alerts: newestFirst, nextCursor: null });
});

test('page after page gives each alert once', async (t) => {
  const { url } = await runGateway(t, { database });
  const seen: Alert[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page = await fetch(`${url}/api/v3/alerts?limit=2${cursor && `&cursor=${cursor}`}`);
    const { alerts, nextCursor } = (await page.json()) as { alerts: Alert[]; nextCursor: string | null };
    seen.push(...alerts);
    cursor = nextCursor;
  }
  assert.deepEqual(seen, newestFirst);
});

test('filters by stream, type and time', async (t) => {
  const { url } = await runGateway(t, { database });
  const indexes = async (query: string) => {
    const { alerts } = (await (await fetch(`${url}/api/v3/alerts?${query}`)).json()) as { alerts: Alert[] };
    return alerts.map(({ sequence }) => sequence);
  };
  // All but the first were raised some microseconds after a millisecond.
  const at = (index: number) => new Date(Math.floor(stored[index]!.raisedAtUs / 1000)).toISOString();
  assert.deepEqual(await indexes('stream=rear'), [5]);
  assert.deepEqual(await indexes('stream=front&type=headway'), [6]);
  assert.deepEqual(await indexes(`from=${at(1)}&to=${at(3)}`), [2, 1]);
  assert.deepEqual(await indexes(`from=${at(0)}&to=${at(1)}`), [0], 'from is within');
  assert.deepEqual(await indexes(`to=${at(0)}`), [], 'to is not');
  assert.deepEqual(await indexes('stream=nobody'), []);
});

test('a query that is not understood is answered with each reason', async (t) => {
  const { url } = await runGateway(t, { database });
  for (const [query, reason] of [
    ['limit=0', /limit: must be a whole number from 1 to 500/],
    ['limit=many', /limit: must be a whole number/],
    ['from=yesterday', /from: must be a time like/],
    ['cursor=garbage', /cursor: must be the nextCursor/],
    ['cursor=', /cursor: must be the nextCursor/],
    // What passes for a text or a time, but not with PostgreSQL.
    ['stream=%00', /stream: must be a name/],
    ['from=0000-01-01T00:00:00Z', /from: must be a time like/],
    ['to=2026-01-31T12:00:00-23:59', /to: must be a time like/],
    [`cursor=${Buffer.from('1 \0').toString('base64url')}`, /cursor: must be the nextCursor/],
    ['strem=front', /"strem".*It may hold stream, type, from, to, limit, cursor/],
    ["stream=front'%3B+drop+table+alert%3B--&limit=-1", /limit/],
  ] as const) {
    const response = await fetch(`${url}/api/v3/alerts?${query}`);
    const { error } = (await response.json()) as { error: { code: string; message: string } };
    assert.deepEqual([response.status, error.code], [400, 'REQUEST_INVALID'], query);
    assert.match(error.message, reason);
  }
});

test('what a person says of an alert is kept, may be changed and taken back', async (t) => {
  const { url } = await runGateway(t, { database });
  const alertId = stored[2]!.alertId;
  const say = (id: string, body: unknown) => fetch(`${url}/api/v3/alerts/${id}/verdict`, { method: 'PUT', body: JSON.stringify(body) });
  const kept = async () => {
    const { alerts } = (await (await fetch(`${url}/api/v3/alerts`)).json()) as { alerts: { alertId: string; verdict: string | null }[] };
    return alerts.find((each) => each.alertId === alertId)?.verdict;
  };
  for (const verdict of ['false', 'correct', 'correct', null]) {
    const answer = await say(alertId, { verdict });
    assert.deepEqual([answer.status, await answer.json()], [200, { alertId, verdict }]);
    assert.equal(await kept(), verdict);
  }
  assert.equal((await say(alertId, { verdict: 'maybe' })).status, 400);
  assert.equal((await say(alertId, 'correct')).status, 400);
  assert.equal((await say('00000000-0000-5000-8000-000000000099', { verdict: 'false' })).status, 404);
});
