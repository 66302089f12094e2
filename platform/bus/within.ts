import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for the promise, whatever comes of it, but no longer than this many milliseconds. */
export async function within(ms: number, promise: Promise<unknown> | undefined): Promise<void> {
  const timer = new AbortController();
  const late = sleep(ms, undefined, { signal: timer.signal }).catch(() => undefined);
  await Promise.race([Promise.resolve(promise).catch(() => undefined), late]);
  timer.abort();
}
