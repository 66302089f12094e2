import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { type Broker, startBroker } from '../../platform/kafka-broker/broker.ts';
import { javaRemedy } from '../../platform/kafka-broker/java.ts';
import type { BrokerSecurity } from '../../platform/kafka-broker/settings.ts';
import { RoadstreamError } from '../../schemas/errors.ts';
import { needs } from './needs.ts';

/**
 * A Kafka of the test's own, to be killed and started again.
 * @param directory Where it keeps its topics; by default a folder that goes with the test.
 * @returns Undefined after skipping the test.
 */
export function startKafka(t: TestContext, security: BrokerSecurity = {}, directory?: string): Promise<Broker | undefined> {
  return orSkip(
    t,
    startInFolder(directory, security, (close) => t.after(close)),
  );
}

/** @param atEnd Gets what ends it. */
export async function startInFolder(
  given: string | undefined,
  security: BrokerSecurity,
  atEnd: (close: () => Promise<void>) => void,
): Promise<Broker> {
  const directory = given ?? mkdtempSync(path.join(tmpdir(), 'roadstream-kafka-'));
  let broker: Broker | undefined;
  atEnd(async () => {
    await broker?.stop();
    // Not before: a broker makes its folder again.
    if (given === undefined) rmSync(directory, { recursive: true, force: true });
  });
  broker = await startBroker({ directory, port: 0, ...security });
  return broker;
}

/** @returns Undefined after skipping the test, since Kafka cannot be had here. */
export async function orSkip(t: TestContext, starting: Promise<Broker>): Promise<Broker | undefined> {
  try {
    return await starting;
  } catch (error) {
    const isMissing = error instanceof RoadstreamError && ['TOOL_MISSING', 'DOWNLOAD_FAILED'].includes(error.code);
    if (!isMissing) throw error;
    needs(t, false, 'Apache Kafka', `${javaRemedy} (${error.message})`);
    return undefined;
  }
}
