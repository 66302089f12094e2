import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, type TestContext } from 'node:test';
import { type Broker, startBroker } from '../../platform/kafka-broker/broker.ts';
import { javaRemedy } from '../../platform/kafka-broker/java.ts';
import type { BrokerSecurity } from '../../platform/kafka-broker/settings.ts';
import { RoadstreamError } from '../../schemas/errors.ts';
import { needs } from './needs.ts';

let shared: Promise<Broker> | undefined;
const closings: (() => Promise<void>)[] = [];
// Of the file, not of the test that happens to come first: this line runs when the file imports it.
after(() => Promise.all(closings.map((close) => close())));

/**
 * A Kafka for all tests of a file: the one that KAFKA_BROKERS names, else one of its own that goes with the file.
 * Topics stay until then, so each test takes names (and groups) of its own.
 * @returns Undefined after skipping the test.
 */
export async function needsKafka(t: TestContext): Promise<{ readonly brokers: string[] } | undefined> {
  if (process.env.KAFKA_BROKERS) return { brokers: process.env.KAFKA_BROKERS.split(',') };
  shared ??= startInFolder(undefined, {}, (close) => closings.push(close));
  const broker = await orSkip(t, shared);
  return broker && { brokers: [...broker.brokers] };
}

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

async function startInFolder(
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

async function orSkip(t: TestContext, starting: Promise<Broker>): Promise<Broker | undefined> {
  try {
    return await starting;
  } catch (error) {
    const isMissing = error instanceof RoadstreamError && ['TOOL_MISSING', 'DOWNLOAD_FAILED'].includes(error.code);
    if (!isMissing) throw error;
    needs(t, false, 'Apache Kafka', `${javaRemedy} (${error.message})`);
    return undefined;
  }
}
