import pg from 'pg';
import type { Logger } from 'pino';
import { shownAddress } from '../redact.ts';
import type { Database, Row } from './database.ts';
import { databaseFailure } from './failure.ts';

/** Connections of one process: a recorder writes on one, API requests share the others. */
const maxConnections = 8;
/** Until a connection counts as failed, milliseconds. */
const connectTimeoutMs = 5_000;
/** Until a statement counts as lost (the server may have vanished without a word), milliseconds. */
const statementTimeoutMs = 60_000;

/** A PostgreSQL at an address, with or without TimescaleDB. It is connected to when first asked; a lost connection is made anew. */
export function connectPostgres(url: string, log: Logger): Database {
  const where = shownAddress(url);
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: statementTimeoutMs,
    keepAlive: true,
    application_name: 'roadstream',
    types: { getTypeParser: parserOf },
  });
  // An idle connection that breaks; the next statement makes another one.
  pool.on('error', (thrown) => log.warn({ err: databaseFailure(thrown, where) }, 'a connection to the database broke'));
  let closed: Promise<void> | undefined;

  return {
    async query<R extends Row>(sql: string, parameters: readonly unknown[] = []) {
      try {
        return (await pool.query(sql, [...parameters])).rows as R[];
      } catch (thrown) {
        throw databaseFailure(thrown, where);
      }
    },
    async execute(sql) {
      try {
        // Without parameters all statements of a text travel together, and the server runs them in one transaction.
        await pool.query(sql);
      } catch (thrown) {
        throw databaseFailure(thrown, where);
      }
    },
    close() {
      closed ??= pool.end();
      return closed;
    },
  };
}

/** bigint[], which pg has no name for. */
const bigintArrayOid = 1016;

/** 64-bit integers as numbers, like PGlite: ours are counts and microseconds, below 2^53. */
const parserOf: typeof pg.types.getTypeParser = (oid: number, format?: 'text' | 'binary') => {
  const usual = pg.types.getTypeParser(oid, format as 'text');
  if (oid === pg.types.builtins.INT8) return Number;
  if (oid === bigintArrayOid)
    return (text: string) => (usual(text) as (string | null)[]).map((item) => (item === null ? null : Number(item)));
  return usual;
};
