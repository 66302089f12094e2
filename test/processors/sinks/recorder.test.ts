import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus } from '../../../platform/bus/bus.ts';
import { createEmbeddedBus } from '../../../platform/bus/embedded.ts';
import type { Database, Row } from '../../../platform/database/database.ts';
import { openDatabase } from '../../../platform/database/open.ts';
import { startRecorder } from '../../../processors/sinks/recorder.ts';
import { alertCodec, deadLetterCodec, perceptionCodec } from '../../../schemas/codecs.ts';
import type { Alert, DeadLetter, Driver, Perception } from '../../../schemas/messages.ts';
import { topics } from '../../../schemas/topics.ts';
import { eventually } from '../../support/eventually.ts';
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
    await database.execute('truncate alert, track_second, risk_second, reading');
    bus = createEmbeddedBus({ redeliveryDelayMs: 20 });
  });
  afterEach(() => bus.close());

  test('keeps one row an alert, as it was published last', async () => {
    const recorder = await start();
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

  test('keeps one row a reading, as the newest frame shows it, whatever the order they come in', async () => {
    const recorder = await start();
    const reading = { readingId: 'r', text: 'AB 12B', isPlate: false, cornersPx: [1, 2, 3, 4, 5, 6, 7, 8.5], confidence: 0.5 };
    const seen = (atSeconds: number, text: string, isPlate: boolean): Perception => {
      const lastSeenAtUs = startUs + Math.round(atSeconds * 1e6);
      const readings = [{ ...reading, text, isPlate, firstSeenAtUs: startUs, lastSeenAtUs }];
      return { ...perception('gate', atSeconds, []), kind: 'scanner', readings };
    };
    for (const each of [seen(0, 'AB 12B', false), seen(2, 'AB 123', true), seen(1, 'AB 12B', false)])
      await bus.publish(topics.perceptions, 'gate', perceptionCodec.encode(each));
    const found = await rows('reading', 'the reading', ([first]) => first?.text === 'AB 123');
    await recorder.close();
    assert.deepEqual(
      found.map(({ reading_id, stream_id, vehicle_id, text, is_plate, corners, model_set }) => [
        reading_id,
        stream_id,
        vehicle_id,
        text,
        is_plate,
        corners,
        model_set,
      ]),
      [['r', 'gate', 'van', 'AB 123', true, reading.cornersPx, 'm']],
    );
  });

  test('never brings a cleared alert back, nor an older state, when messages come again', async () => {
    const recorder = await start();
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
    const recorder = await start();
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

  test("keeps each second's risk of each camera, from which the database puts a vehicle's together, whoever recorded which camera", async () => {
    const tailgating = { egoSpeedMps: 20, tracks: [track({ isLead: true, distanceMeters: 14 })] };
    const driver: Driver = {
      ...{ presence: 'present', faceBoxPx: null, contoursPx: [], leftEyeOpenness: 0.3, rightEyeOpenness: 0.3, isEyesClosed: false },
      ...{ eyesClosedSeconds: 0, blinksPerMinute: 14, perclos: 0, mouthOpenness: 0, isYawning: false, yawDegrees: 40, pitchDegrees: 0 },
      ...{ rollDegrees: 0, gazeYawDegrees: 40, isLookingAway: true, lookingAwaySeconds: 2, baseline: 'learnt' },
    };
    const front = [0, 0.3, 0.6, 1].map((at) => ({ ...perception('front', at), ...tailgating }));
    const cabin = [0, 0.5, 1].map((at): Perception => ({ ...perception('cabin', at, []), kind: 'cabin', driver }));
    for (const camera of [front, cabin]) {
      const recorder = await start();
      await publish(...camera);
      const { streamId } = camera[0]!;
      await rows('risk_second', `the second of ${streamId}`, (found) => found.some(({ stream_id }) => stream_id === streamId));
      await recorder.close();
    }
    const [risk] = await database.query('select * from vehicle_risk order by second limit 1');
    const { vehicle_id, collision, headway, gaze, drowsiness, ego_speed, score } = risk!;
    assert.equal(vehicle_id, 'van');
    assert.deepEqual([collision, headway, gaze, drowsiness, ego_speed], [0, 44, 47, 0, 20]);
    assert.equal(score, 71);
  });

  test('goes on with whole seconds after a restart in the middle of one', async () => {
    const frames = (from: number, until: number) => Array.from({ length: until - from }, (_, i) => perception('front', (from + i) / 15));
    const first = await start();
    await publish(...frames(0, 20));
    await rows('track_second', 'the first second', (found) => found.length === 1);
    await first.close();
    const second = await start();
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
    const recorder = await start(flaky);
    for (let i = 0; i < 30; i++) await publish(alert(`alert ${i}`, 'raised', i), perception('front', i / 2));
    await sleep(1500);
    isAway = false;
    await rows('alert', 'all alerts', (found) => found.length === 30);
    await rows('track_second', 'all closed seconds', (found) => found.length === 14 && found.every(({ frames }) => frames === 2));
    await recorder.close();
  });

  test('makes dead letters of what it does not understand and what the database refuses, and records the rest', async () => {
    const letters = await deadLetters();
    const recorder = await start();
    const garbage = await bus.publish(topics.alerts, 'van', Buffer.from('garbage'));
    // PostgreSQL's text cannot hold the character 0.
    const bad = Array.from({ length: 3 }, (_, i) => alert(`bad ${i}`, 'raised', 0, { message: 'a\0b' }));
    await publish(...bad, alert('good 1', 'raised'), bad[0]!, alert('good 2', 'raised'));
    const noise = await bus.publish(topics.perceptions, 'front', Buffer.from('garbage'));
    await publish(perception('front', 0, [track(), track({ trackId: 2, class: 'c\0r' })]), perception('front', 1));
    const alerts = await rows('alert', 'the good ones', (found) => found.length === 2);
    await rows('track_second', 'the closed second', (found) => found.length === 1);
    await eventually('all dead letters', () => letters.length === 7);
    await recorder.close();
    assert.deepEqual(
      alerts.map(({ alert_id }) => alert_id),
      ['good 1', 'good 2'],
    );
    const find = ({ name }: { name: string }, { offset }: { offset: number }) =>
      letters.find((letter) => letter.topic === name && letter.offset === offset)!;
    assert.deepEqual(
      [find(topics.alerts, garbage), find(topics.perceptions, noise)].map(({ consumer, code, value }) => [consumer, code, String(value)]),
      [
        ['recorder', 'MESSAGE_INVALID', 'garbage'],
        ['recorder', 'MESSAGE_INVALID', 'garbage'],
      ],
    );
    const refused = letters.filter(({ code }) => code === 'DATABASE_FAILED');
    assert.deepEqual(
      refused.filter(({ topic }) => topic === topics.alerts.name).map(({ value }) => alertCodec.decode(value!).alertId),
      ['bad 0', 'bad 1', 'bad 2', 'bad 0'],
    );
    // A row of many perceptions: the letter names the first, and says that it does not carry it.
    assert.deepEqual(
      refused.filter(({ topic }) => topic === topics.perceptions.name).map(({ key, offset, isWhole }) => ({ key, offset, isWhole })),
      [{ key: 'front', offset: noise.offset + 1, isWhole: false }],
    );
  });

  test('counts a perception once that comes again after a take-over', async () => {
    const recorder = await start();
    const frames = Array.from({ length: 31 }, (_, i) => perception('front', i / 15));
    await publish(...frames.slice(0, 12), ...frames.slice(5, 20), ...frames.slice(10));
    const found = await rows('track_second', 'two whole seconds', (all) => all.length === 2);
    await recorder.close();
    assert.deepEqual(
      found.map((row) => row.frames),
      [15, 15],
    );
  });

  test('hands the seconds that are open over to whoever gets their partition', async () => {
    const frames = (stream: string, from: number, until: number) =>
      Array.from({ length: until - from }, (_, i) => perception(stream, (from + i) / 15));
    const streams = Array.from({ length: 16 }, (_, i) => `camera-${i}`);
    const first = await start();
    for (const stream of streams) await publish(...frames(stream, 0, 20));
    const second = await start();
    for (const stream of streams) await publish(...frames(stream, 20, 40));
    await first.close();
    for (const stream of streams) await publish(...frames(stream, 40, 46));
    const found = await rows('track_second', 'three whole seconds of each', (all) => all.filter((row) => row.frames === 15).length === 48);
    await second.close();
    assert.equal(found.length, 48);
  });

  test('closes while the database is away, and leaves what is on disk to the next recorder', async () => {
    const away: Database = { ...database, query: () => Promise.reject(new Error('away')) };
    const buffer = path.join(folder, 'left-behind');
    const first = await start(away, buffer);
    await publish(alert('a', 'raised'), perception('front', 0), perception('front', 1));
    await eventually('the alert is on disk', () => readdirSync(buffer).length > 0);
    await first.close();
    // Another bus: what the first one held is gone.
    await bus.close();
    bus = createEmbeddedBus();
    const second = await start(database, buffer);
    await rows('alert', 'the alert', (found) => found.length === 1);
    await rows('track_second', 'both seconds', (found) => found.length === 2);
    await second.close();
    assert.deepEqual(readdirSync(buffer), []);
  });

  test('keeps on disk what comes before there is a database', async () => {
    const opening = Promise.withResolvers<Database>();
    const buffer = path.join(folder, 'beforehand');
    const recorder = await startRecorder({ bus, database: opening.promise, bufferDirectory: buffer, bufferBytes: 16 * 1024 * 1024 });
    const letters = await deadLetters();
    const refused = alert('refused', 'raised', 0, { message: 'a\0b' });
    await publish(refused, alert('a', 'raised'), perception('front', 0), perception('front', 1));
    await eventually('alerts, risk and tracks are on disk', () => readdirSync(buffer).length === 3);
    opening.resolve(database);
    await rows('alert', 'the alert', (found) => found.length === 1);
    await rows('track_second', 'the closed second', (found) => found.length === 1);
    await eventually('the disk is empty', () => readdirSync(buffer).length === 0);
    await eventually('a dead letter of what the database refuses', () => letters.length === 1);
    await recorder.close();
    assert.equal(alertCodec.decode(letters[0]!.value!).alertId, 'refused');
  });

  test('refuses a buffer that another recorder uses, naming it, and harms nothing', async () => {
    const buffer = path.join(folder, 'shared');
    const first = await start(database, buffer);
    await assert.rejects(start(database, buffer), { code: 'BUFFER_LOCKED', message: new RegExp(`process ${process.pid}\\b`) });
    await publish(alert('a', 'raised'));
    await rows('alert', 'the alert', (found) => found.length === 1);
    await first.close();
    await (await start(database, buffer)).close();
  });

  test('survives a crash of a real PostgreSQL without losing an alert', async (t) => {
    const server = await needsPostgres(t);
    if (!server) return;
    t.after(() => server.close());
    const postgres = await openDatabase({ url: server.url, dataDirectory: folder });
    t.after(() => postgres.close());
    const recorder = await start(postgres);
    await publish(alert('before', 'raised'));
    await rows('alert', 'the first', (found) => found.length === 1, postgres);
    await server.stop();
    for (let i = 0; i < 20; i++) await publish(alert(`during ${i}`, 'raised'));
    await server.start();
    await publish(alert('after', 'raised'));
    await rows('alert', 'all', (found) => found.length === 22, postgres);
    await recorder.close();
  });

  /** Each test has a buffer of its own, unless it names one. */
  function start(into = database, bufferDirectory = mkdtempSync(path.join(folder, 'buffer-'))): Promise<{ close(): Promise<void> }> {
    return startRecorder({ bus, database: into, bufferDirectory, bufferBytes: 16 * 1024 * 1024 });
  }

  /** @returns What becomes one from now on. */
  async function deadLetters(): Promise<DeadLetter[]> {
    const letters: DeadLetter[] = [];
    await bus.subscribe({
      topics: [topics.deadLetters],
      from: 'earliest',
      onBatch: async (batch) => void letters.push(...batch.map(({ value }) => deadLetterCodec.decode(value!))),
    });
    return letters;
  }

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
