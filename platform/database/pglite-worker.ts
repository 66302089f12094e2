import { statfs } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';

/** What the worker is asked. */
export type PgliteRequest =
  | { readonly id: number; readonly kind: 'query'; readonly sql: string; readonly parameters: readonly unknown[] }
  | { readonly id: number; readonly kind: 'execute'; readonly sql: string }
  | { readonly id: number; readonly kind: 'close' };

export interface PgliteAnswer {
  readonly id: number;
  readonly rows?: unknown[];
  readonly failure?: { readonly message: string; readonly code: string | undefined; readonly detail: string | undefined };
}

// V8's optimising compiler takes 500 MB for a moment when it comes to PostgreSQL's largest functions; the baseline compiler's code
// inserts 60,000 rows/s instead of 100,000, which is plenty, and opens faster. Nothing else of weight here is WebAssembly.
for (const flag of ['--liftoff-only', '--no-wasm-tier-up', '--no-wasm-dynamic-tiering']) setFlagsFromString(flag);
const { PGlite } = await import('@electric-sql/pglite');

const settings = {
  // PGlite's own are 128 MB and 100 connections; there is one connection, and the operating system caches files as well.
  shared_buffers: '16MB',
  max_connections: '5',
  // What is replayed after a crash at most; 1 GB otherwise.
  max_wal_size: '64MB',
  min_wal_size: '32MB',
};
const startParams = [...PGlite.defaultStartParams, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];

const port = parentPort!;
const { directory } = workerData as { directory: string };
const answer = (message: PgliteAnswer) => port.postMessage(message);
/** PostgreSQL's last words, for when it does not open: PGlite's own error does not say why. */
const lastWords: string[] = [];
const database = new PGlite({
  dataDir: directory,
  startParams,
  // Log segments of 1 MB instead of 16: a small disk holds them too.
  initDbStartParams: ['--wal-segsize=1'],
  onStderr: (line) => {
    if (lastWords.push(line) > 10) lastWords.shift();
    return false;
  },
});

interface Failure {
  readonly message?: string;
  readonly code?: string;
  readonly detail?: string;
  readonly severity?: string;
}

async function run(request: PgliteRequest): Promise<unknown[]> {
  if (request.kind === 'query') return (await database.query(request.sql, [...request.parameters])).rows;
  if (request.kind === 'execute') await database.exec(request.sql);
  else await database.close();
  return [];
}

/** Whether less is free than PostgreSQL needs to start: a few log segments and temporary files. */
async function isDiskFull(): Promise<boolean> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize < 8 * 1024 * 1024;
}

async function reply(id: number, work: () => Promise<unknown[]>): Promise<void> {
  try {
    answer({ id, rows: await work() });
  } catch (thrown) {
    const { message = String(thrown), code, detail, severity } = thrown as Failure;
    answer({ id, failure: { message, code: code ?? ((await isDiskFull()) ? 'ENOSPC' : undefined), detail } });
    // What is no plain ERROR has ended PostgreSQL, and PGlite would never answer again. Ends this thread alone.
    if (severity !== 'ERROR') process.exit(1);
  }
}

// The first answer, to nobody's question, tells that it is open.
await reply(0, async () => {
  try {
    await database.waitReady;
  } catch (cause) {
    throw new Error([(cause as Error).message, ...lastWords.filter((line) => /FATAL|PANIC/.test(line))].join('; '), { cause });
  }
  return [];
});
port.on('message', async (request: PgliteRequest) => {
  await reply(request.id, () => run(request));
  if (request.kind === 'close') port.close();
});
