import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type ErrorCode, RoadstreamError } from '../../schemas/errors.ts';

/**
 * Makes sure that no second process uses a directory that two would corrupt, for example PGlite's.
 * The operating system holds the lock (through SQLite, the only way to its file locks that Node has), so it ends with the process
 * however that ends: no lock is ever stale, and neither reused process ids nor containers deceive it.
 * @param directory The lock's files lie beside it.
 * @param code Of the error when another process has it.
 * @param remedy What to do then.
 * @returns Lets go of the lock.
 * @throws `code`, naming the process that has it.
 */
export function lockDirectory(
  directory: string,
  code: ErrorCode = 'DATABASE_LOCKED',
  remedy = 'Stop that one, give this one another dataDirectory, or use a PostgreSQL (database.url).',
): () => void {
  mkdirSync(path.dirname(directory), { recursive: true });
  const ownerFile = `${directory}.owner`;
  const lock = new DatabaseSync(`${directory}.lock`, { timeout: 0 });
  try {
    // Without a journal an exclusive transaction that writes nothing leaves no trace.
    lock.exec('PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE');
  } catch (cause) {
    lock.close();
    const isBusy = (cause as { errcode?: number }).errcode === 5;
    if (!isBusy) throw cause;
    const owner = readOwner(ownerFile);
    throw new RoadstreamError(code, `${directory} is in use by ${owner}. ${remedy}`, { cause });
  }
  try {
    writeFileSync(ownerFile, `${process.pid}\n`);
  } catch {
    // A full disk: the lock holds without it, only the refusal names nobody.
  }
  return () => {
    rmSync(ownerFile, { force: true });
    lock.close();
  };
}

function readOwner(file: string): string {
  try {
    return `process ${readFileSync(file, 'utf8').trim()}`;
  } catch {
    return 'another process';
  }
}
