import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { Bus } from '../platform/bus/bus.ts';
import { createEmbeddedBus } from '../platform/bus/embedded.ts';
import { createKafkaBus } from '../platform/bus/kafka.ts';
import { withSchemaRegistry } from '../platform/schema-registry.ts';
import type { Configuration } from '../schemas/configuration.ts';
import { RoadstreamError } from '../schemas/errors.ts';
import { topics } from '../schemas/topics.ts';

/** This process among those of its role: in logs of the brokers, in checkpoints, on a stream's analysis. */
export const processName = `${hostname()}-${process.pid}`;

/**
 * The bus that the configuration asks for: Kafka, or one within this process.
 * @param role Names the client to the brokers.
 * @param stopping When aborted, nothing waits for brokers or registry any more: for while the process starts.
 * @throws SCHEMA_REFUSED
 */
export async function openBus(
  { kafka, schemaRegistryUrl: url }: Configuration,
  role: string,
  parentLog: Logger,
  stopping?: AbortSignal,
): Promise<Bus> {
  const log = parentLog.child({ component: 'bus' });
  if (!kafka) return createEmbeddedBus({ log });
  const bus = createKafkaBus({ kafka, clientId: `roadstream-${role}-${processName}`, log });
  stopping?.addEventListener('abort', () => void bus.close(), { once: true });
  return url ? withSchemaRegistry(bus, { url, log, ...(stopping && { stopping }) }) : bus;
}

/** As `openBus`, for what makes sense with other processes only. @throws CONFIGURATION_INVALID */
export function openSharedBus(configuration: Configuration, role: string, log: Logger, stopping?: AbortSignal): Promise<Bus> {
  if (!configuration.kafka)
    throw new RoadstreamError(
      'CONFIGURATION_INVALID',
      `roadstream ${role} meets the other processes on Kafka: set KAFKA_BROKERS=host:port, or kafka.brokers in the configuration. ` +
        '`npm run kafka` starts a broker on this machine; `npm start` runs everything in one process without any.',
    );
  return openBus(configuration, role, log, stopping);
}

/** How long a command that asks once and ends waits for a broker, milliseconds: as long as one needs to start. */
const answerWithinMs = 30_000;

/** As `openSharedBus`, for what asks once and ends: a script must not wait for ever. @throws BUS_UNAVAILABLE, CONFIGURATION_INVALID */
export async function openAnsweringBus(configuration: Configuration, role: string, log: Logger): Promise<Bus> {
  const stopping = new AbortController();
  const deadline = setTimeout(() => stopping.abort(), answerWithinMs);
  try {
    const bus = await openSharedBus(configuration, role, log, stopping.signal);
    await bus.offsets(topics.streams).catch(async (thrown) => {
      await bus.close();
      throw thrown;
    });
    return bus;
  } catch (thrown) {
    if (!stopping.signal.aborted) throw thrown;
    const brokers = configuration.kafka?.brokers.join(', ');
    throw new RoadstreamError(
      'BUS_UNAVAILABLE',
      `No Kafka broker has answered at ${brokers} within 30 s: is it running, is the address right?`,
    );
  } finally {
    clearTimeout(deadline);
  }
}
