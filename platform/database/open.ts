import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Logger, pino } from 'pino';
import { asRoadstreamError } from '../../schemas/errors.ts';
import type { Database } from './database.ts';
import { migrate } from './migrate.ts';
import { openPglite } from './pglite.ts';
import { connectPostgres } from './postgres.ts';

export interface DatabaseOptions {
  /** postgres://…; null for the embedded one. */
  readonly url: string | null;
  /** The embedded one lies in `database` below it. */
  readonly dataDirectory: string;
  readonly log?: Logger;
}

export type { Database };

/**
 * Opens the database and brings it to this version.
 * @throws DATABASE_LOCKED, DATABASE_UNAVAILABLE, DATABASE_FAILED, DISK_FULL
 */
export async function openDatabase({ url, dataDirectory, log = pino({ level: 'silent' }) }: DatabaseOptions): Promise<Database> {
  const database = url === null ? await openPglite(path.join(dataDirectory, 'database')) : connectPostgres(url, log);
  try {
    const applied = await migrate(database);
    if (applied.length > 0) log.info({ applied }, 'the database has been brought to this version');
    return database;
  } catch (thrown) {
    await database.close();
    throw thrown;
  }
}

/** Between attempts, milliseconds; doubled up to the cap: making an embedded database takes seconds of a core. */
const retryFirstMs = 2_000;
const retryCapMs = 30_000;

/**
 * As `openDatabase`, again and again while that may help: room is made on a full disk, a server comes up. Each failure is logged.
 * @param signal Ends the waiting; the last failure is then thrown.
 * @throws DATABASE_LOCKED, DATABASE_FAILED, DATABASE_UNAVAILABLE when the address itself is at fault.
 */
export async function openDatabaseWhenPossible(options: DatabaseOptions, signal: AbortSignal): Promise<Database> {
  for (let delayMs = retryFirstMs; ; delayMs = Math.min(retryCapMs, delayMs * 2)) {
    try {
      return await openDatabase(options);
    } catch (thrown) {
      const { code, message, retryable } = asRoadstreamError(thrown);
      if (!retryable || signal.aborted) throw thrown;
      options.log?.error({ code, error: message }, 'alerts are not kept in the database until it opens; it is tried again');
      await sleep(delayMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) throw thrown;
    }
  }
}
