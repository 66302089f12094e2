import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { openDatabase } from '../../../platform/database/open.ts';
import { openPglite } from '../../../platform/database/pglite.ts';
import type { RoadstreamError } from '../../../schemas/errors.ts';
import { temporaryFolder } from '../../support/temporary.ts';

test('has every acknowledged row after kill -9, again and again', async (t) => {
  const dataDirectory = temporaryFolder(t);
  let acknowledged = -1;
  for (let round = 0; round < 4; round++) {
    const writer = write(t, dataDirectory, acknowledged + 1);
    // Each round is killed at another point of the log, checkpoints included.
    const until = acknowledged + 40 + round * 97;
    for await (const line of writer.lines) {
      acknowledged = Number(line);
      if (acknowledged >= until) writer.process.kill('SIGKILL');
    }
    assert.deepEqual(await writer.exited, [null, 'SIGKILL']);

    const database = await openDatabase({ url: null, dataDirectory });
    const [row] = await database.query('select count(*) as count, max(id) as newest from written');
    await database.close();
    assert.ok((row!.newest as number) >= acknowledged, `row ${acknowledged} was acknowledged, ${row!.newest} is the newest`);
    assert.equal(row!.count, (row!.newest as number) + 1, 'no row is missing in between');
    // The last row may have been written without its acknowledgement having been read.
    acknowledged = row!.newest as number;
  }
});

test('refuses a directory that another process has, naming it, and harms nothing; takes it over when that one was killed', async (t) => {
  const dataDirectory = temporaryFolder(t);
  const writer = write(t, dataDirectory, 0);
  const lines = writer.lines[Symbol.asyncIterator]();
  await lines.next();
  await assert.rejects(openDatabase({ url: null, dataDirectory }), {
    code: 'DATABASE_LOCKED',
    message: new RegExp(`process ${writer.process.pid}\\b`),
  });
  const before = Number((await lines.next()).value);
  writer.process.kill('SIGKILL');
  await writer.exited;
  const database = await openDatabase({ url: null, dataDirectory });
  const [row] = await database.query('select count(*) as count from written');
  assert.ok((row!.count as number) > before);
  await database.close();
});

test('refuses a directory that this process has open, and opens it again once it is closed', async (t) => {
  const directory = path.join(temporaryFolder(t), 'database');
  const database = await openPglite(directory);
  await database.execute('create table kept (a integer); insert into kept values (1)');
  await assert.rejects(openPglite(directory), { code: 'DATABASE_LOCKED', message: new RegExp(`process ${process.pid}\\b`) });
  assert.deepEqual(await database.query('select a from kept'), [{ a: 1 }]);
  await database.close();
  const again = await openPglite(directory);
  assert.deepEqual(await again.query('select a from kept'), [{ a: 1 }]);
  await again.close();
});

test('begins afresh where making the database was interrupted', async (t) => {
  const directory = path.join(temporaryFolder(t), 'database');
  mkdirSync(`${directory}.new/base`, { recursive: true });
  writeFileSync(`${directory}.new/PG_VERSION`, '18');
  const database = await openPglite(directory);
  assert.deepEqual(await database.query('select 1 as one'), [{ one: 1 }]);
  await database.close();
  assert.equal(existsSync(`${directory}.new`), false);
});

test('says what is wrong with a directory that holds no database, and leaves it as it is', async (t) => {
  const directory = path.join(temporaryFolder(t), 'database');
  mkdirSync(directory);
  writeFileSync(path.join(directory, 'PG_VERSION'), 'garbage');
  await assert.rejects(openPglite(directory), { code: 'DATABASE_FAILED', message: new RegExp(directory) });
  assert.deepEqual(readdirSync(directory), ['PG_VERSION']);
});

test('opens again by itself after PostgreSQL has given up', async (t) => {
  const database = await openPglite(path.join(temporaryFolder(t), 'database'));
  t.after(() => database.close());
  await database.execute('create table kept (a integer); insert into kept values (1)');
  // Endless recursion: PGlite runs out of stack, and the statement after that is PostgreSQL's last.
  await database.execute('create function f(i integer) returns integer language plpgsql as $$ begin return f(i + 1); end $$');
  await database.query('select f(0)').catch(() => {});
  await assert.rejects(database.query('select 1'), { code: 'DATABASE_FAILED' });
  const rows = await Promise.all([keptRows(), keptRows(), keptRows()]);
  assert.deepEqual(rows, [[{ a: 1 }], [{ a: 1 }], [{ a: 1 }]]);

  async function keptRows() {
    for (;;) {
      try {
        return await database.query('select a from kept');
      } catch (thrown) {
        assert.equal((thrown as RoadstreamError).retryable, true);
      }
    }
  }
});

function write(t: TestContext, dataDirectory: string, first: number) {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'write-until-killed.ts'), dataDirectory, `${first}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  return { process: child, exited: once(child, 'exit'), lines: createInterface({ input: child.stdout }) };
}
