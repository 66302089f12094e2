import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Database } from '../../platform/database/database.ts';
import { type Migration, migrate, readMigrations } from '../../platform/database/migrate.ts';
import { type Table, upsert } from '../../platform/database/upsert.ts';

export interface DatabaseFixture {
  /** Two ports to the same database, where it has more than one. */
  readonly databases: readonly Database[];
  close(): Promise<void>;
}

interface Reading {
  readonly id: string;
  readonly version: number;
  readonly atUs: number | null;
  readonly value: number | null;
  readonly extra: object;
}

const readings: Table<Reading> = {
  name: 'reading',
  key: ['id'],
  columns: [
    { name: 'id', type: 'text', value: (row) => row.id },
    { name: 'version', type: 'integer', value: (row) => row.version },
    { name: 'at', type: 'microseconds', value: (row) => row.atUs },
    { name: 'value', type: 'real', value: (row) => row.value },
    { name: 'extra', type: 'jsonb', value: (row) => JSON.stringify(row.extra) },
  ],
  precedence: [(row) => `${row}.version`],
};

/**
 * What every database must do.
 * @param open Undefined after it has skipped the test.
 */
export function databaseConformance(name: string, open: (t: TestContext) => Promise<DatabaseFixture | undefined>): void {
  test(`${name} database`, async (t) => {
    const fixture = await open(t);
    if (!fixture) return;
    t.after(() => fixture.close());
    const database = fixture.databases[0]!;
    const another = fixture.databases.at(-1)!;
    const onEmpty = (title: string, body: () => Promise<void>) =>
      t.test(title, async () => {
        await database.execute('drop schema public cascade; create schema public');
        await body();
      });

    await onEmpty('gives each type back as it was given', async () => {
      const at = new Date('2026-01-31T12:34:56.789Z');
      const [row] = await database.query(
        `select $1::text as text, $2::bigint as bigint, $3::double precision as double, $4::boolean as boolean, $5::timestamptz as instant,
          $6::jsonb as json, $7::text[] as texts, $8::bigint[] as bigints, $9::bytea as bytes, $10::text as nothing, 7::integer as integer`,
        [
          'a "b" \\ é',
          1_900_000_000_123_456,
          0.1,
          true,
          at,
          '{"a": [1, null]}',
          ['x', 'y,z', '"', null],
          [1, null],
          Buffer.from([0, 255]),
          null,
        ],
      );
      const { bytes, ...rest } = row as { bytes: Uint8Array };
      assert.deepEqual(Buffer.from(bytes), Buffer.from([0, 255]));
      assert.deepEqual(rest, {
        text: 'a "b" \\ é',
        bigint: 1_900_000_000_123_456,
        double: 0.1,
        boolean: true,
        instant: at,
        json: { a: [1, null] },
        texts: ['x', 'y,z', '"', null],
        bigints: [1, null],
        nothing: null,
        integer: 7,
      });
    });

    await onEmpty('goes on after a statement that it refused', async () => {
      await assert.rejects(database.query('select from nowhere'), { code: 'DATABASE_FAILED', retryable: false });
      await assert.rejects(database.query('select $1::integer', ['no number']), { code: 'DATABASE_FAILED' });
      assert.deepEqual(await database.query('select 1 as one'), [{ one: 1 }]);
    });

    await onEmpty('runs several statements whole or not at all', async () => {
      await assert.rejects(database.execute('create table half (a integer); insert into half values (1); select 1 / 0;'), {
        code: 'DATABASE_FAILED',
      });
      assert.deepEqual(await database.query("select to_regclass('half')::text as half"), [{ half: null }]);
      await database.execute('create table whole (a integer); insert into whole values (1), (2);');
      assert.deepEqual(await database.query('select count(*) as count from whole'), [{ count: 2 }]);
    });

    await onEmpty('answers statements asked side by side each with its own rows', async () => {
      const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => database.query('select $1::integer as i', [i])));
      assert.deepEqual(
        answers.map(([row]) => row!.i),
        [...Array(50).keys()],
      );
    });

    await onEmpty('keeps the row of greatest precedence, whatever the order and however often rows come', async () => {
      await database.execute('create table reading (id text primary key, version integer, at timestamptz, value real, extra jsonb)');
      const row = (id: string, version: number): Reading => ({
        id,
        version,
        atUs: 1_900_000_000_123_456,
        value: version / 2,
        extra: { version },
      });
      await upsert(database, readings, [row('a', 2), row('a', 3), row('a', 1), { ...row('b', 1), atUs: null, value: null }]);
      await upsert(database, readings, [row('a', 2), row('c, "d"', 1)]);
      await upsert(database, readings, []);
      assert.deepEqual(
        await database.query('select id, version, (extract(epoch from at) * 1000000)::bigint as at, value, extra from reading order by id'),
        [
          { id: 'a', version: 3, at: 1_900_000_000_123_456, value: 1.5, extra: { version: 3 } },
          { id: 'b', version: 1, at: null, value: null, extra: { version: 1 } },
          { id: 'c, "d"', version: 1, at: 1_900_000_000_123_456, value: 0.5, extra: { version: 1 } },
        ],
      );
    });

    await onEmpty('writes more rows than one statement takes', async () => {
      await database.execute('create table reading (id text primary key, version integer, at timestamptz, value real, extra jsonb)');
      const rows = Array.from({ length: 4500 }, (_, i): Reading => ({ id: `${i}`, version: 1, atUs: i, value: i, extra: {} }));
      await upsert(database, readings, rows);
      assert.deepEqual(await database.query('select count(*) as count, sum(version) as sum from reading'), [{ count: 4500, sum: 4500 }]);
    });

    await onEmpty('brings an empty database to this version, once', async () => {
      const names = readMigrations().map((migration) => migration.name);
      assert.ok(names.length > 0);
      assert.deepEqual(await migrate(database), names);
      assert.deepEqual(await migrate(database), []);
      assert.deepEqual(await database.query('select count(*) as count from alert'), [{ count: 0 }]);
    });

    await onEmpty('applies each migration once although two processes start at once', async () => {
      const slow: Migration[] = ['001-a.sql', '002-b.sql', '003-c.sql'].map((file) => ({
        name: file,
        sql: `select pg_sleep(0.02); create table t${file.slice(0, 3)} (a integer);`,
      }));
      const applied = await Promise.all([migrate(database, slow), migrate(another, slow)]);
      assert.deepEqual(applied.flat().sort(), ['001-a.sql', '002-b.sql', '003-c.sql']);
    });

    await onEmpty('applies a migration whole or not at all, and goes on from there once it is mended', async () => {
      const good = { name: '001-good.sql', sql: 'create table good (a integer);' };
      const bad = { name: '002-bad.sql', sql: 'create table bad (a integer); select from nowhere;' };
      await assert.rejects(migrate(database, [good, bad]), { code: 'DATABASE_FAILED' });
      assert.deepEqual(await database.query("select to_regclass('bad')::text as bad, to_regclass('good')::text as good"), [
        { bad: null, good: 'good' },
      ]);
      assert.deepEqual(await migrate(database, [good, { ...bad, sql: 'create table bad (a integer);' }]), ['002-bad.sql']);
    });

    await onEmpty('refuses a migration that has changed, and a database of a newer version', async () => {
      const first = { name: '001-first.sql', sql: 'create table first (a integer);' };
      await migrate(database, [first]);
      await assert.rejects(migrate(database, [{ ...first, sql: 'create table first (b integer);' }]), {
        code: 'DATABASE_FAILED',
        message: /001-first\.sql/,
      });
      await assert.rejects(migrate(database, []), { code: 'DATABASE_FAILED', message: /newer/ });
    });

    await t.test('refuses statements once it is closed, however often', async () => {
      await Promise.all([database.close(), database.close()]);
      await assert.rejects(database.query('select 1'), { code: 'DATABASE_UNAVAILABLE' });
      await assert.rejects(database.execute('select 1'), { code: 'DATABASE_UNAVAILABLE' });
    });
  });
}
