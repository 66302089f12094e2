import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits until something has become true; for what happens in its own time on a real broker as in memory.
 * @param withinMs Only there to end a test that has gone wrong, milliseconds.
 */
export async function eventually(what: string, condition: () => boolean | Promise<boolean>, withinMs = 30_000): Promise<void> {
  const giveUpAt = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > giveUpAt) throw new Error(`waited ${withinMs} ms in vain: ${what}`);
    await sleep(5);
  }
}
