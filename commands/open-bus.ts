import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { Bus } from '../platform/bus/bus.ts';
import { createEmbeddedBus } from '../platform/bus/embedded.ts';
import { createKafkaBus } from '../platform/bus/kafka.ts';
import { withSchemaRegistry } from '../platform/schema-registry.ts';
import type { Configuration } from '../schemas/configuration.ts';
import { RoadstreamError } from '../schemas/errors.ts';

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
