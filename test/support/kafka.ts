import { after, type TestContext } from 'node:test';
import type { Broker } from '../../platform/kafka-broker/broker.ts';
import { orSkip, startInFolder } from './kafka-server.ts';

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
