import type { Logger } from 'pino';
import type { Bus } from '../platform/bus/bus.ts';
import { readLog, wholeLog } from '../platform/bus/read-log.ts';
import { streamStatusCodec } from '../schemas/codecs.ts';
import { asRoadstreamError } from '../schemas/errors.ts';
import { topics } from '../schemas/topics.ts';

/** No camera is held up longer for it, milliseconds: nearly always the clock is right, and nobody needs it. */
const longestReadMs = 3000;

/**
 * The newest epoch of each stream that any ingest has announced. Epochs are wall clock, and a clock may have been set back since, or another
 * host's may have been ahead: who knows a later epoch already would take everything of an earlier one for old.
 * @returns What could be read in time; empty when nothing could.
 */
export async function readEarlierEpochs(bus: Bus, log: Logger): Promise<ReadonlyMap<string, number>> {
  const epochs = new Map<string, number>();
  const isOver = Promise.withResolvers<void>();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    log.warn({ streams: epochs.size }, "earlier epochs could not all be read in time; this host's clock has to be right");
    isOver.resolve();
  }, longestReadMs);
  const read = async () => {
    for await (const { key, value } of readLog(bus, topics.streams, await wholeLog(bus, topics.streams))) {
      if (isLate) return;
      const epoch = value && epochOf(value);
      if (epoch) epochs.set(key, Math.max(epoch, epochs.get(key) ?? 0));
    }
  };
  read()
    .catch((thrown) => isLate || log.warn({ reason: asRoadstreamError(thrown).message }, 'earlier epochs cannot be read'))
    .finally(() => isOver.resolve());
  await isOver.promise;
  clearTimeout(timer);
  return epochs;
}

function epochOf(value: Buffer): number | null {
  try {
    return streamStatusCodec.decode(value).epoch;
  } catch {
    return null;
  }
}
