import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { pino } from 'pino';
import { createEmbeddedBus } from '../../../platform/bus/embedded.ts';
import { type Database, openDatabase } from '../../../platform/database/open.ts';
import { startRecorder } from '../../../processors/sinks/recorder.ts';
import { alertCodec, perceptionCodec } from '../../../schemas/codecs.ts';
import { topics } from '../../../schemas/topics.ts';
import { eventually } from '../../support/eventually.ts';
import { needs } from '../../support/needs.ts';
import { needsPostgres } from '../../support/postgres.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { track } from '../../support/track.ts';
import { watchCommits } from './commits.ts';
import { alert, perception } from './messages.ts';

/** Real processes and a real server on a machine that may be busy, milliseconds. */
const patienceMs = 120_000;

test('keeps to its bounds on disk and in memory while the database is away, and loses no alert and none of the newest samples', async (t) => {
  const server = await needsPostgres(t);
  if (!server) return;
  t.after(() => server.close());
  const database = await openDatabase({ url: server.url, dataDirectory: '/nowhere' });
  t.after(() => database.close());
  await server.stop();

  const committed = { perceptions: 0, alerts: 0 };
  const bus = watchCommits(createEmbeddedBus({ maxBytesPerTopic: 4 * 1024 * 1024 }), (topic, _, offset) => {
    committed[topic === topics.alerts.name ? 'alerts' : 'perceptions'] = offset;
  });
  t.after(() => bus.close());
  const lines: { msg: string; rows?: number }[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const bufferDirectory = path.join(temporaryFolder(t), 'buffer');
  const bufferBytes = 512 * 1024;
  const recorder = await startRecorder({ bus, database, bufferDirectory, bufferBytes, log });
  t.after(() => recorder.close());

  // 200,000 rows: 80 MB in memory, and several times the bound on disk.
  const [seconds, tracksEach, alerts] = [1000, 200, 100];
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  collectGarbage();
  const heapBefore = process.memoryUsage().heapUsed;
  for (let second = 0; second <= seconds; second++) {
    const tracks = Array.from({ length: tracksEach }, (_, trackId) => track({ trackId, score: Math.random() }));
    await bus.publish(topics.perceptions, 'front', perceptionCodec.encode(perception('front', second, tracks)));
    if (second % (seconds / alerts) === 0) await bus.publish(topics.alerts, 'van', alertCodec.encode(alert(`during ${second}`, 'raised')));
    // A publisher that never overruns the small bus.
    if (second % 100 === 0) await eventually('it is committed', () => committed.perceptions >= second - 1, patienceMs);
    assert.ok(folderBytes(bufferDirectory) <= bufferBytes, `${folderBytes(bufferDirectory)} bytes on disk`);
  }
  await eventually('everything is committed', () => committed.perceptions === seconds && committed.alerts === alerts + 1, patienceMs);
  collectGarbage();
  const grown = process.memoryUsage().heapUsed - heapBefore;
  assert.ok(grown < 20e6, `the heap has grown by ${grown} bytes`);
  const tells = () => lines.some(({ msg }) => msg.includes('the oldest rows are dropped'));
  assert.ok(tells(), 'it says that it drops');

  await server.start();
  await eventually('all alerts', async () => (await count(database, 'alert')) === alerts + 1, patienceMs);
  await eventually('the disk is empty', () => readdirSync(bufferDirectory).length === 0, patienceMs);
  const [kept] = await database.query(
    `select count(*) as rows, count(distinct second) as seconds, max(frames) as frames,
    extract(epoch from max(second) - min(second)) + 1 as span from track_second`,
  );
  const { rows, seconds: secondsKept, frames, span } = kept as Record<string, number>;
  assert.ok(rows! > 10_000 && rows! < seconds * tracksEach, `${rows} rows are there`);
  assert.equal(Number(span), secondsKept, 'without a hole, up to the newest');
  assert.equal(frames, 1);
});

test('keeps writing what is live while it catches up', async (t) => {
  const server = await needsPostgres(t);
  if (!server) return;
  t.after(() => server.close());
  const database = await openDatabase({ url: server.url, dataDirectory: '/nowhere' });
  t.after(() => database.close());
  await server.stop();
  const committed = new Map<string, number>();
  const bus = watchCommits(createEmbeddedBus(), (topic, _, offset) => committed.set(topic, offset));
  t.after(() => bus.close());
  const bufferDirectory = path.join(temporaryFolder(t), 'buffer');
  const recorder = await startRecorder({ bus, database, bufferDirectory, bufferBytes: 64 * 1024 * 1024 });
  t.after(() => recorder.close());
  // 100 statements of rows are to follow.
  const tracks = Array.from({ length: 400 }, (_, trackId) => track({ trackId }));
  for (let second = 0; second <= 250; second++)
    await bus.publish(topics.perceptions, 'front', perceptionCodec.encode(perception('front', second, tracks)));
  await eventually('the backlog is on disk', () => committed.get(topics.perceptions.name) === 250, patienceMs);
  await server.start();
  await eventually('it catches up', async () => (await count(database, 'track_second')) > 0, patienceMs);
  await bus.publish(topics.alerts, 'van', alertCodec.encode(alert('live', 'raised')));
  await eventually('the live alert', async () => (await count(database, 'alert')) === 1, patienceMs);
  const caughtUp = await count(database, 'track_second');
  assert.ok(caughtUp < 100_000, 'the live alert comes before the backlog has ended');
  await eventually('all of the backlog', async () => (await count(database, 'track_second')) === 100_000, patienceMs);
});

test('loses nothing that it has committed, and records it once, when killed while it buffers and while it catches up', async (t) => {
  const server = await needsPostgres(t);
  if (!server) return;
  t.after(() => server.close());
  const database = await openDatabase({ url: server.url, dataDirectory: '/nowhere' });
  t.after(() => database.close());
  await server.stop();
  const bufferDirectory = path.join(temporaryFolder(t), 'buffer');
  let committed: Committed = { alerts: 0, seconds: 0 };

  for (let round = 0; round < 4; round++) {
    const role = record(t, { bufferDirectory, url: server.url, from: committed });
    const until = committed.alerts + 80 + round * 37;
    await eventually('the next ones are on disk', () => role.committed.alerts >= until, patienceMs);
    committed = await role.kill();
  }
  await server.start();
  let killedInTheMiddle = 0;
  for (let round = 0; round < 4; round++) {
    const before = await count(database, 'alert');
    const role = record(t, { bufferDirectory, url: server.url, from: committed });
    await eventually('some have been caught up with', async () => (await count(database, 'alert')) > before, patienceMs);
    committed = await role.kill();
    if (readdirSync(bufferDirectory).length > 0) killedInTheMiddle += 1;
  }
  assert.ok(killedInTheMiddle > 0, 'none was killed while it caught up');

  const last = record(t, { bufferDirectory, url: server.url, from: committed });
  const until = committed.seconds + 10;
  await eventually('it goes on', () => last.committed.seconds >= until, patienceMs);
  await eventually('it has caught up', () => readdirSync(bufferDirectory).length === 0, patienceMs);
  await assertAllThere(database, await last.kill());
});

test('waits on the bus, saying so, while neither the database nor the disk takes anything, and then goes on', async (t) => {
  const server = await needsPostgres(t);
  if (!server) return;
  t.after(() => server.close());
  const mounting = ['--mount', '--map-root-user', 'sh', '-c', 'mount -t tmpfs -o size=128k none "$0" && exec "$@"'];
  const canMount = spawnSync('unshare', [...mounting, temporaryFolder(t), 'true']).status === 0;
  if (!needs(t, canMount, 'a file system of its own', 'run it where unshare --mount --map-root-user works')) return;
  const database = await openDatabase({ url: server.url, dataDirectory: '/nowhere' });
  t.after(() => database.close());
  await server.stop();
  const disk = temporaryFolder(t);
  const bufferDirectory = path.join(disk, 'buffer');
  const role = record(t, { bufferDirectory, url: server.url, trackCount: 50, wrapper: ['unshare', ...mounting, disk] });
  await eventually('it says that the disk is full', () => role.log().includes('"code":"DISK_FULL"'), patienceMs);
  assert.match(role.log(), /messages wait on the bus/);
  const { alerts } = role.committed;
  await server.start();
  await eventually('it goes on', () => role.committed.alerts > alerts + 500, patienceMs);
  await eventually('so do the samples', () => role.committed.seconds > 500, patienceMs);
  const committed = { ...role.committed };
  // What had found room on the small disk follows in its own time.
  await eventually('all of it is there', async () => (await missing(database, committed)) === 0, patienceMs);
  await role.kill();
  await assertAllThere(database, committed, 50);
});

interface Committed {
  alerts: number;
  seconds: number;
}

interface RecordOptions {
  readonly bufferDirectory: string;
  readonly url: string;
  readonly from?: Committed;
  readonly trackCount?: number;
  /** A command that runs it. */
  readonly wrapper?: readonly string[];
}

/** Starts a recorder in a process of its own. */
function record(t: TestContext, { bufferDirectory, url, from = { alerts: 0, seconds: 0 }, trackCount = 10, wrapper = [] }: RecordOptions) {
  const script = path.join(import.meta.dirname, 'record-until-killed.ts');
  const own = [process.execPath, script, bufferDirectory, url, `${from.alerts}`, `${from.seconds}`, `${trackCount}`];
  const [command, ...parameters] = [...wrapper, ...own];
  const child = spawn(command!, parameters);
  t.after(() => child.kill('SIGKILL'));
  const exited = once(child, 'exit');
  let log = '';
  child.stderr.on('data', (text) => (log += text));
  const committed = { ...from };
  const lines = createInterface({ input: child.stdout });
  const ended = once(lines, 'close');
  lines.on('line', (line) => {
    [committed.alerts, committed.seconds] = line.split(' ').map(Number) as [number, number];
  });
  return {
    committed: committed as Readonly<Committed>,
    log: () => log,
    async kill(): Promise<Committed> {
      child.kill('SIGKILL');
      assert.deepEqual(await exited, [null, 'SIGKILL'], log);
      await ended;
      return committed;
    },
  };
}

/** @returns How many of the committed alerts and whole seconds the database has not got. */
async function missing(database: Database, { alerts, seconds }: Committed): Promise<number> {
  const [row] = await database.query(
    `select (select count(*) from generate_series(0, $1::int - 1) n where not exists
        (select from alert where alert_id = 'alert-' || n)) as alerts,
      $2::int - (select count(distinct second) from track_second where extract(epoch from second) < extract(epoch from $3::timestamptz) + $2::int) as seconds`,
    [alerts, seconds, '2026-01-31T12:00:00Z'],
  );
  return (row!.alerts as number) + (row!.seconds as number);
}

/** Every committed alert and second is there, each second whole and counted once. */
async function assertAllThere(database: Database, committed: Committed, trackCount = 10): Promise<void> {
  assert.equal(await missing(database, committed), 0, `of ${JSON.stringify(committed)}`);
  const wrong = await database.query(
    `select second, count(*) as tracks, min(frames) as fewest, max(frames) as most from track_second
    where extract(epoch from second) < extract(epoch from $1::timestamptz) + $2::int
    group by second having count(*) <> $3::int or min(frames) <> 3 or max(frames) <> 3`,
    ['2026-01-31T12:00:00Z', committed.seconds, trackCount],
  );
  assert.deepEqual(wrong, []);
}

async function count(database: Database, table: string): Promise<number> {
  const [row] = await database.query(`select count(*) as count from ${table}`).catch(() => []);
  return (row?.count as number | undefined) ?? 0;
}

function folderBytes(folder: string): number {
  let bytes = 0;
  for (const name of readdirSync(folder)) bytes += statSync(path.join(folder, name), { throwIfNoEntry: false })?.size ?? 0;
  return bytes;
}
