import type { Logger } from 'pino';
import { asRoadstreamError } from '../schemas/errors.ts';

/** A signal that comes sooner than this after the first is npm's copy of it, milliseconds. */
const echoWithinMs = 200;

/**
 * Runs until SIGINT or SIGTERM, then closes what was started and ends the process: exit code 0, or 1 if closing fails or takes too long.
 * A second signal ends the process at once, but not one within a fifth of a second of the first: at Ctrl-C the terminal signals npm and this process, and
 * npm passes its own on. An error nobody caught is logged, everything is closed, and the exit code is 1.
 * @param start Opens everything. When it fails, it has closed what it had opened. `stopping` is aborted when it is to end before it has
 * begun: what waits for others then gives up, and what `start` throws is no failure.
 * @param closeWithinMs How long closing may take, milliseconds. By default less than the 10 s after which Docker kills.
 * @throws What `start` throws; the process then goes on.
 */
export async function runUntilStopped(
  start: (stopping: AbortSignal) => Promise<{ close(): Promise<void> }>,
  log: Logger,
  closeWithinMs = 9_000,
): Promise<void> {
  const starting = new AbortController();
  let isStarting = true;
  const stopped = Promise.withResolvers<{ readonly exitCode: number }>();
  let deadline: NodeJS.Timeout | undefined;
  let firstSignalAtMs: number | undefined;
  const stop = (exitCode: number) => {
    deadline ??= setTimeout(giveUp, closeWithinMs);
    stopped.resolve({ exitCode });
    if (isStarting) starting.abort();
  };
  const giveUp = () => {
    log.fatal({ closeWithinMs }, 'closing took too long; ending now');
    process.exit(1);
  };
  const onSignal = (signal: NodeJS.Signals, number: number) => {
    // 128 and the signal's number is what a shell tells of a process that a signal has ended.
    if (firstSignalAtMs !== undefined && performance.now() - firstSignalAtMs < echoWithinMs) return;
    if (deadline) process.exit(128 + number);
    firstSignalAtMs = performance.now();
    log.info({ signal }, 'closing; a second signal ends at once');
    stop(0);
  };
  const onUncaught = (thrown: unknown) => {
    log.fatal({ err: thrown instanceof Error ? thrown : asRoadstreamError(thrown) }, 'an error that nobody caught; closing');
    stop(1);
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal).on('uncaughtException', onUncaught);

  try {
    const running = await start(starting.signal).catch((thrown) => {
      if (!starting.signal.aborted) throw thrown;
      return undefined;
    });
    isStarting = false;
    const { exitCode } = await stopped.promise;
    await running?.close().catch((thrown) => {
      log.error({ err: asRoadstreamError(thrown) }, 'closing failed');
      process.exit(1);
    });
    process.exit(exitCode);
  } finally {
    clearTimeout(deadline);
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal).off('uncaughtException', onUncaught);
  }
}
