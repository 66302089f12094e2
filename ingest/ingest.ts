import type { Logger } from 'pino';
import type { Bus } from '../platform/bus/bus.ts';
import { waitingSourcesLimit } from '../platform/thread-pool.ts';
import type { StreamConfiguration } from '../schemas/configuration.ts';
import { readEarlierEpochs } from './earlier-epochs.ts';
import { createIngestMetrics } from './metrics.ts';
import { openSource } from './sources/open.ts';
import { StreamSupervisor } from './supervisor.ts';

export interface IngestOptions {
  readonly streams: readonly StreamConfiguration[];
  /** Folders below which file: sources may lie. */
  readonly fileFolders: readonly string[];
  /** Where recorded loops of load: streams are kept; without it, in memory only. */
  readonly cacheDirectory?: string;
  readonly bus: Bus;
  readonly log: Logger;
}

/** Connects every camera, each on its own, for ever. Resolves at once: a camera that is away now may come later. */
export async function startIngest({ streams, fileFolders, cacheDirectory, bus, log }: IngestOptions): Promise<{ close(): Promise<void> }> {
  const metrics = createIngestMetrics();
  const waiting = streams.filter(({ url }) => /^\s*(rtsps?|file):/i.test(url)).length;
  if (waiting > waitingSourcesLimit)
    log.warn(
      { streams: waiting, limit: waitingSourcesLimit },
      `more cameras than threads to wait for them; start with UV_THREADPOOL_SIZE=${waiting + 16} in the environment`,
    );
  const earlierEpochs = readEarlierEpochs(bus, log);
  const supervisors = streams.map(
    (stream) =>
      new StreamSupervisor({
        stream,
        open: () => openSource(stream, { fileFolders, cacheDirectory }),
        earlierEpoch: earlierEpochs.then((epochs) => epochs.get(stream.id) ?? 0),
        bus,
        log: log.child({ stream: stream.id }),
        metrics,
      }),
  );
  for (const supervisor of supervisors) supervisor.start();
  return {
    async close() {
      await Promise.all(supervisors.map((supervisor) => supervisor.close()));
    },
  };
}
