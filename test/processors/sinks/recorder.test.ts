import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus } from '../../../platform/bus/bus.ts';
import { createEmbeddedBus } from '../../../platform/bus/embedded.ts';
import type { Database, Row } from '../../../platform/database/database.ts';
import { openDatabase } from '../../../platform/database/open.ts';
import { startRecorder } from '../../../processors/sinks/recorder.ts';
import { alertCodec, perceptionCodec } from '../../../schemas/codecs.ts';
import type { Alert, Perception } from '../../../schemas/messages.ts';
import { topics } from '../../../schemas/topics.ts';
import { needsPostgres } from '../../support/postgres.ts';
import { track } from '../../support/track.ts';
import { alert, perception, startUs } from './messages.ts';

suite('recorder', () => {
  let folder: string;
  let database: Database;
  let bus: Bus;

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'roadstream-test-'));
    database = await openDatabase({ url: null, dataDirectory: folder });
  });
  after(async () => {
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    await database.execute('truncate alert, track_second');
    bus = createEmbeddedBus({ redeliveryDelayMs: 20 });
  });
  afterEach(() => bus.close());

  test('keeps one row an alert, as it was published last', async () => {
    const recorder = await startRecorder({ bus, database });
    await publish(alert('a', 'raised', 0), alert('a', 'updated', 0.1, { severity: 'critical' }), alert('b', 'raised', 0.123456));
    await rows('alert', 'two alerts', (found) => found.length === 2);
    await publish(alert('a', 'cleared', 2.000001, { severity: 'critical', vehicleId: null, trackId: null }));
    const found = await rows('alert', 'the cleared one', ([first]) => first!.state === 'cleared');
    await recorder.close();
    const us = (row: Row, column: string) => Math.round((row[column] as Date).getTime() * 1000);
    assert.deepEqual(
      found.map(({ alert_id, state, severity, vehicle_id, track_id, evidence }) => ({
        alert_id,
        state,
        severity,
        vehicle_id,
        track_id,
        evidence,
      })),
      [
        { alert_id: 'a', state: 'cleared', severity: 'critical', vehicle_id: null, track_id: null, evidence: { ttcSeconds: 1.5 } },
        { alert_id: 'b', state: 'raised', severity: 'warning', vehicle_id: 'van', track_id: 7, evidence: { ttcSeconds: 1.5 } },
      ],
    );
    assert.equal(us(found[0]!, 'raised_at'), startUs);
    const [exact] = await database.query('select (extract(epoch from cleared_at) * 1000000)::bigint as us from alert where alert_id = $1', [
      'a',
    ]);
    assert.equal(exact!.us, startUs + 2_000_001);
  });

  test('never brings a cleared alert back, nor an older state, when messages come again', async () => {
    const recorder = await startRecorder({ bus, database });
    await publish(alert('a', 'raised', 0), alert('a', 'cleared', 1), alert('b', 'raised', 0), alert('b', 'updated', 1));
    await publish(alert('a', 'raised', 0), alert('b', 'raised', 0), alert('c', 'raised', 0));
    const found = await rows('alert', 'the last one', (all) => all.length === 3);
    await recorder.close();
    assert.deepEqual(
      found.map(({ state }) => state),
      ['cleared', 'updated', 'raised'],
    );
  });

  test('keeps one row a second and track, and the last second of a silent or closed camera', async () => {
    const recorder = await startRecorder({ bus, database });
    for (let frame = 0; frame < 40; frame++)
      await publish(perception('front', frame / 15, [track({ isLead: true, ttcSeconds: 9 - frame / 10 })]));
    const closed = await rows('track_second', 'two whole seconds', (found) => found.length === 2);
    await recorder.close();
    const all = await rows('track_second', 'the open one too', (found) => found.length === 3);
    assert.deepEqual(
      closed.map(({ frames }) => frames),
      [15, 15],
    );
    assert.deepEqual(
      all.map(({ stream_id, second, track_id, frames, lead_frames, ttc_min }) => [
        stream_id,
        ((second as Date).getTime() * 1000 - startUs) / 1e6,
        track_id,
        frames,
        lead_frames,
        Math.round((ttc_min as number) * 10) / 10,
      ]),
      [
        ['front', 0, 1, 15, 15, 7.6],
        ['front', 1, 1, 15, 15, 6.1],
        ['front', 2, 1, 10, 10, 5.1],
      ],
    );
  });

  test('goes on with whole seconds after a restart in the middle of one', async () => {
    const frames = (from: number, until: number) => Array.from({ length: until - from }, (_, i) => perception('front', (from + i) / 15));
    const first = await startRecorder({ bus, database });
    await publish(...frames(0, 20));
    await rows('track_second', 'the first second', (found) => found.length === 1);
    await first.close();
    const second = await startRecorder({ bus, database });
    await publish(...frames(20, 31));
    const found = await rows('track_second', 'the second one, whole', (all) => all[1]?.frames === 15);
    await second.close();
    assert.deepEqual(
      found.map((row) => row.frames),
      [15, 15],
    );
  });

  test('writes everything once the database is back', async () => {
    let isAway = true;
    const flaky: Database = {
      ...database,
      query: (sql, parameters) =>
        isAway ? Promise.reject(Object.assign(new Error('away'), { code: 'ECONNREFUSED' })) : database.query(sql, parameters),
    };
    const recorder = await startRecorder({ bus, database: flaky });
    for (let i = 0; i < 30; i++) await publish(alert(`alert ${i}`, 'raised', i), perception('front', i / 2));
    await sleep(1500);
    isAway = false;
    await rows('alert', 'all alerts', (found) => found.length === 30);
    await rows('track_second', 'all closed seconds', (found) => found.length === 14);
    await recorder.close();
  });

  test('skips what it does not understand and what the database refuses, and records the rest', async () => {
    const recorder = await startRecorder({ bus, database });
    await bus.publish(topics.alerts, 'van', Buffer.from('garbage'));
    // PostgreSQL's text cannot hold the character 0.
    const bad = Array.from({ length: 3 }, (_, i) => alert(`bad ${i}`, 'raised', 0, { message: 'a\0b' }));
    await publish(...bad, alert('good 1', 'raised'), bad[0]!, alert('good 2', 'raised'));
    await bus.publish(topics.perceptions, 'front', Buffer.from('garbage'));
    await publish(perception('front', 0), perception('front', 1));
    const alerts = await rows('alert', 'the good ones', (found) => found.length === 2);
    await rows('track_second', 'the closed second', (found) => found.length === 1);
    await recorder.close();
    assert.deepEqual(
      alerts.map(({ alert_id }) => alert_id),
      ['good 1', 'good 2'],
    );
  });

  test('closes while the database is away, and leaves alerts to whoever comes next', async () => {
    const away: Database = { ...database, query: () => Promise.reject(new Error('away')) };
    const first = await startRecorder({ bus, database: away });
    await publish(alert('a', 'raised'), perception('front', 0), perception('front', 1));
    await sleep(50);
    await first.close();
    const second = await startRecorder({ bus, database });
    await rows('alert', 'the alert', (found) => found.length === 1);
    await rows('track_second', 'the second', (found) => found.length === 1);
    await second.close();
  });

  test('survives a crash of a real PostgreSQL without losing an alert', async (t) => {
    const server = await needsPostgres(t);
    if (!server) return;
    t.after(() => server.close());
    const postgres = await openDatabase({ url: server.url, dataDirectory: folder });
    t.after(() => postgres.close());
    const recorder = await startRecorder({ bus, database: postgres });
    await publish(alert('before', 'raised'));
    await rows('alert', 'the first', (found) => found.length === 1, postgres);
    await server.stop();
    for (let i = 0; i < 20; i++) await publish(alert(`during ${i}`, 'raised'));
    await server.start();
    await publish(alert('after', 'raised'));
    await rows('alert', 'all', (found) => found.length === 22, postgres);
    await recorder.close();
  });

  async function publish(...messages: readonly (Alert | Perception)[]): Promise<void> {
    for (const message of messages)
      if ('alertId' in message) await bus.publish(topics.alerts, message.vehicleId ?? message.streamId, alertCodec.encode(message));
      else await bus.publish(topics.perceptions, message.streamId, perceptionCodec.encode(message));
  }

  /** Waits for the rows of a table, in the order of their keys, to be as expected. */
  async function rows(table: string, what: string, isEnough: (found: Row[]) => boolean, from = database): Promise<Row[]> {
    for (const giveUpAt = performance.now() + 60_000; ; await sleep(20)) {
      const found = await from.query(`select * from ${table} order by 1, 2, 3`).catch(() => []);
      if (isEnough(found)) return found;
      if (performance.now() > giveUpAt) assert.fail(`waited in vain for ${what}; there are ${JSON.stringify(found)}`);
    }
  }
});
