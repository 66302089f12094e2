import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { RoadstreamError } from '../../schemas/errors.ts';
import type { Database } from './database.ts';

export interface Migration {
  /** Sorts in the order of application: 001-…, 002-…. */
  readonly name: string;
  readonly sql: string;
}

/** Any number that nobody else uses as an advisory lock: "road" in ASCII. */
const lockKey = 0x726f6164;
const folder = new URL('../../schemas/sql/', import.meta.url);

/** The migrations of this version, in order. */
export function readMigrations(): Migration[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.sql'));
  return names.sort().map((name) => ({ name, sql: readFileSync(new URL(name, folder), 'utf8') }));
}

/**
 * Brings a database to this version: each migration once, in order, whole or not at all. Several processes may do so at once.
 * @returns The names of those applied now.
 * @throws DATABASE_FAILED when an applied one has changed since, or when a newer version has been here.
 */
export async function migrate(database: Database, migrations: readonly Migration[] = readMigrations()): Promise<string[]> {
  const locked = `select pg_advisory_xact_lock(${lockKey});`;
  await database.execute(`${locked} create table if not exists schema_migration (
    name text primary key, checksum text not null, applied_at timestamptz not null default now());`);

  let applied = await readApplied(database);
  for (const name of applied.keys())
    if (!migrations.some((migration) => migration.name === name))
      throw new RoadstreamError(
        'DATABASE_FAILED',
        `The database holds ${name}, which this version does not know. Run the newer roadstream.`,
      );

  const now: string[] = [];
  for (const { name, sql } of migrations) {
    const checksum = createHash('sha256').update(sql).digest('hex');
    if (!applied.has(name)) {
      try {
        // Recording it comes first: who waited for the lock while another process applied it stops here, with nothing done twice.
        await database.execute(`${locked} insert into schema_migration (name, checksum) values ('${name}', '${checksum}');\n${sql}`);
        now.push(name);
        continue;
      } catch (thrown) {
        applied = await readApplied(database);
        if (!applied.has(name)) throw thrown;
      }
    }
    if (applied.get(name) !== checksum)
      throw new RoadstreamError(
        'DATABASE_FAILED',
        `${name} is not what was applied to the database. Restore the file; changes go into a new one.`,
      );
  }
  return now;
}

async function readApplied(database: Database): Promise<Map<string, string>> {
  const rows = await database.query<{ name: string; checksum: string }>('select name, checksum from schema_migration');
  return new Map(rows.map(({ name, checksum }) => [name, checksum]));
}
