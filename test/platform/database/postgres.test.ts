import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { openDatabase, openDatabaseWhenPossible } from '../../../platform/database/open.ts';
import { connectPostgres } from '../../../platform/database/postgres.ts';
import { needsPostgres } from '../../support/postgres.ts';

const log = pino({ level: 'silent' });

test('says that a PostgreSQL cannot be reached, without its password', async () => {
  // Port 1 is reserved and nobody listens there.
  const url = 'postgres://user:secret@127.0.0.1:1/roadstream';
  await assert.rejects(openDatabase({ url, dataDirectory: '/nowhere', log }), (error: Error & { code: string; retryable: boolean }) => {
    assert.equal(error.code, 'DATABASE_UNAVAILABLE');
    assert.equal(error.retryable, true);
    assert.match(error.message, /127\.0\.0\.1:1\/roadstream/);
    assert.doesNotMatch(error.message, /secret/);
    return true;
  });
});

test('says that the database does not exist, which trying again does not mend', async (t) => {
  const server = await needsPostgres(t);
  if (!server) return;
  t.after(() => server.close());
  const database = connectPostgres(server.url.replace(/postgres$/, 'nobody-made-this'), log);
  t.after(() => database.close());
  await assert.rejects(database.query('select 1'), { code: 'DATABASE_UNAVAILABLE', retryable: false, message: /nobody-made-this/ });
});

test('opens by itself when PostgreSQL comes up later than what needs it', async (t) => {
  const server = await needsPostgres(t);
  if (!server) return;
  t.after(() => server.close());
  await server.stop();
  const opening = openDatabaseWhenPossible({ url: server.url, dataDirectory: '/nowhere', log }, new AbortController().signal);
  await server.start();
  const database = await opening;
  t.after(() => database.close());
  assert.deepEqual(await database.query('select 1 as one'), [{ one: 1 }]);
});

test('waits for a PostgreSQL that is away until it is told to stop', async () => {
  const stopping = new AbortController();
  const url = 'postgres://user:secret@127.0.0.1:1/roadstream';
  const lines: string[] = [];
  const write = (line: string) => {
    lines.push(line);
    stopping.abort();
  };
  const telling = pino({}, { write });
  await assert.rejects(openDatabaseWhenPossible({ url, dataDirectory: '/nowhere', log: telling }, stopping.signal), {
    code: 'DATABASE_UNAVAILABLE',
  });
  assert.match(lines.join(), /tried again/);
});

test('goes on by itself when PostgreSQL has come back', async (t) => {
  const server = await needsPostgres(t);
  if (!server) return;
  t.after(() => server.close());
  const database = connectPostgres(server.url, log);
  t.after(() => database.close());
  assert.deepEqual(await database.query('select 1 as one'), [{ one: 1 }]);
  await server.stop();
  await assert.rejects(database.query('select 1'), { code: 'DATABASE_UNAVAILABLE', retryable: true });
  await server.start();
  assert.deepEqual(await database.query('select 1 as one'), [{ one: 1 }]);
});
