import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { RoadstreamError } from '../../schemas/errors.ts';
import type { Database, Row } from './database.ts';
import { lockDirectory } from './directory-lock.ts';
import { databaseFailure } from './failure.ts';
import type { PgliteAnswer, PgliteRequest } from './pglite-worker.ts';

/**
 * PostgreSQL within this process, as WebAssembly in a worker thread of its own, kept in a directory.
 *
 * Durability: a row is in the operating system's hands before it is acknowledged, so it outlives the process, `kill -9` included.
 * PGlite cannot fsync (its file system layer has none): after a power cut or a crash of the operating system the last seconds may be
 * missing, and in the worst case the directory cannot be opened. Who must survive that uses a real PostgreSQL.
 * @param directory Made when it is not there yet.
 * @throws DATABASE_LOCKED when another process has it, DATABASE_FAILED when it cannot be opened, DISK_FULL.
 */
export async function openPglite(directory: string): Promise<Database> {
  const unlock = lock(directory);
  try {
    if (!existsSync(directory)) await initialise(directory);
    let worker = Promise.resolve(await PgliteWorker.start(directory));
    let closed: Promise<void> | undefined;
    const reopen = async (former: PgliteWorker | undefined) => {
      await former?.close();
      return PgliteWorker.start(directory);
    };
    const ask = async (question: Question) => {
      if (closed) throw new RoadstreamError('DATABASE_UNAVAILABLE', `The database in ${directory} is closed.`);
      const known = worker;
      const present = await known.catch(() => undefined);
      // PostgreSQL gives up where it cannot go on, for example when the disk is full; opening it again replays its log.
      if (worker === known && !present?.isOpen) worker = reopen(present);
      return (await worker).ask(question);
    };
    return {
      query: <R extends Row>(sql: string, parameters: readonly unknown[] = []) => ask({ kind: 'query', sql, parameters }) as Promise<R[]>,
      execute: async (sql) => void (await ask({ kind: 'execute', sql })),
      close() {
        closed ??= worker
          .then(
            (last) => last.close(),
            () => undefined,
          )
          .finally(unlock);
        return closed;
      },
    };
  } catch (thrown) {
    unlock();
    throw databaseFailure(thrown, directory);
  }
}

function lock(directory: string): () => void {
  try {
    return lockDirectory(directory);
  } catch (thrown) {
    if (thrown instanceof RoadstreamError) throw thrown;
    throw new RoadstreamError('DATABASE_FAILED', `${path.dirname(directory)} cannot be written to: ${(thrown as Error).message}.`, {
      cause: thrown,
    });
  }
}

/** Makes a new database beside its place and moves it there when it is whole, so that being killed in between leaves no half one. */
async function initialise(directory: string): Promise<void> {
  const unfinished = `${directory}.new`;
  await rm(unfinished, { recursive: true, force: true });
  // In a worker that ends: making a database takes 300 MB that would otherwise stay.
  try {
    const worker = await PgliteWorker.start(unfinished);
    await worker.close();
    await rename(unfinished, directory);
  } catch (thrown) {
    // A full disk is not to be kept full by half a database.
    await rm(unfinished, { recursive: true, force: true });
    throw thrown;
  }
}

interface Waiting {
  readonly resolve: (rows: unknown[]) => void;
  readonly reject: (thrown: unknown) => void;
}

type Question = PgliteRequest extends infer R ? (R extends { id: number } ? Omit<R, 'id'> : never) : never;

class PgliteWorker {
  readonly #directory: string;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #exited: Promise<void>;
  #nextId = 1;
  #gone: RoadstreamError | undefined;

  static async start(directory: string): Promise<PgliteWorker> {
    const started = new PgliteWorker(directory);
    await started.#answerTo(0);
    return started;
  }

  private constructor(directory: string) {
    this.#directory = directory;
    this.#worker = new Worker(new URL('./pglite-worker.ts', import.meta.url), { workerData: { directory }, name: 'database' });
    this.#worker.on('message', ({ id, rows, failure }: PgliteAnswer) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (failure) waiting?.reject(databaseFailure({ ...failure, code: failure.code ?? 'XX000' }, directory));
      else waiting?.resolve(rows ?? []);
    });
    this.#worker.on('error', (cause) => {
      this.#gone = new RoadstreamError('DATABASE_FAILED', `The database in ${directory} has crashed: ${(cause as Error).message}.`, {
        cause,
      });
    });
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        this.#gone ??= new RoadstreamError(
          'DATABASE_UNAVAILABLE',
          `The database in ${directory} has stopped; it opens again with the next statement.`,
          { retryable: true },
        );
        for (const { reject } of this.#waiting.values()) reject(this.#gone);
        this.#waiting.clear();
        resolve();
      });
    });
  }

  get isOpen(): boolean {
    return this.#gone === undefined;
  }

  /** @throws DATABASE_FAILED, DATABASE_UNAVAILABLE after it has ended, DISK_FULL. */
  ask(question: Question): Promise<unknown[]> {
    if (this.#gone) return Promise.reject(this.#gone);
    const id = this.#nextId++;
    const answer = this.#answerTo(id);
    try {
      this.#worker.postMessage({ ...question, id });
    } catch (thrown) {
      this.#waiting.delete(id);
      return Promise.reject(
        new RoadstreamError('DATABASE_FAILED', `${this.#directory}: a parameter cannot be passed on.`, { cause: thrown }),
      );
    }
    return answer;
  }

  async close(): Promise<void> {
    try {
      if (!this.#gone) await this.ask({ kind: 'close' });
    } finally {
      await this.#worker.terminate();
      await this.#exited;
    }
  }

  #answerTo(id: number): Promise<unknown[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
  }
}
