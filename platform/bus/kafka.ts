import { metrics } from '@opentelemetry/api';
import type { Logger } from 'pino';
import type { KafkaConfiguration } from '../../schemas/configuration.ts';
import { RoadstreamError } from '../../schemas/errors.ts';
import type { TopicDefinition } from '../../schemas/topics.ts';
import { type Bus, maxMessageBytes, type SubscribeOptions, type Subscription } from './bus.ts';
import { createDeliveryContext } from './deliveries.ts';
import { createKafkaClient } from './kafka-client.ts';
import { type ConsumerContext, KafkaSubscription } from './kafka-consumer.ts';
import { Outbox } from './kafka-outbox.ts';
import { KafkaTopics } from './kafka-topics.ts';
import { partitionOf } from './partitioner.ts';
import { within } from './within.ts';

export interface KafkaBusOptions {
  readonly kafka: KafkaConfiguration;
  /** Names the role to the brokers. */
  readonly clientId: string;
  readonly log: Logger;
  /** After this time without a sign of life a member's partitions go to others, milliseconds; by default as soon as the brokers allow. */
  readonly sessionTimeoutMs?: number;
}

/** Values of topics with acks `leader` that wait for the brokers at most, bytes: 20 s of eight 3 Mbit/s cameras. */
const maxWaitingBytes = 64 * 1024 * 1024;
/** What is left of a record's envelope for its key, bytes. */
const maxKeyBytes = 4096;
/** How long a closing bus waits for what has been published to go out, milliseconds. */
const flushMs = 3000;

/**
 * The bus on Apache Kafka. Connects when it is first used, waits for the brokers for ever, and says so in the log every few seconds.
 *
 * While the brokers are away publishers wait. Of topics with acks `leader` (frames, perceptions, pictures) 64 MiB wait at most: what comes
 * on top fails with BUS_UNAVAILABLE, which is retryable.
 */
export function createKafkaBus(options: KafkaBusOptions): Bus {
  return new KafkaBus(options);
}

class KafkaBus implements Bus {
  readonly #topics: KafkaTopics;
  readonly #outboxes: Readonly<Record<TopicDefinition['acks'], Outbox>>;
  readonly #context: ConsumerContext;
  readonly #subscriptions = new Set<Subscription>();
  /** Bytes of values that have been published and not yet been kept. */
  readonly #waiting = { leader: 0, all: 0 };
  #isClosing = false;
  #closed: Promise<void> | undefined;

  constructor(options: KafkaBusOptions) {
    const { log } = options;
    const client = createKafkaClient(options);
    this.#topics = new KafkaTopics(client, log, options.kafka.brokers);
    this.#outboxes = { leader: new Outbox(client, 'leader'), all: new Outbox(client, 'all') };
    const meter = metrics.getMeter('roadstream');
    const crashes = meter.createCounter('roadstream.bus.consumer.crashes', { description: 'Consumers that failed and began anew.' });
    meter
      .createObservableGauge('roadstream.bus.waiting', { description: 'Values that wait for the brokers.', unit: 'By' })
      .addCallback((result) => result.observe(this.#waiting.leader + this.#waiting.all));
    this.#context = {
      ...createDeliveryContext(log, 500),
      client,
      topics: this.#topics,
      sessionTimeoutMs: options.sessionTimeoutMs,
      onCrash: () => crashes.add(1),
      onLeft: (subscription) => this.#subscriptions.delete(subscription),
    };
  }

  async publish(topic: TopicDefinition, key: string, value: Buffer | null): Promise<{ partition: number; offset: number }> {
    if (this.#isClosing) refuse();
    const size = value?.length ?? 0;
    if (size > maxMessageBytes || Buffer.byteLength(key) > maxKeyBytes)
      throw new RoadstreamError(
        'MESSAGE_TOO_LARGE',
        `A message of ${size} bytes for ${topic.name} (key ${key.slice(0, 64)}) is over the limit of ${maxMessageBytes} bytes.`,
      );
    if (topic.acks === 'leader' && this.#waiting.leader + size > maxWaitingBytes)
      throw new RoadstreamError(
        'BUS_UNAVAILABLE',
        `The Kafka brokers take nothing, and ${Math.round(maxWaitingBytes / 2 ** 20)} MiB wait for them already: a message for ${topic.name} is dropped.`,
        { retryable: true },
      );
    this.#waiting[topic.acks] += size;
    try {
      const partition = partitionOf(key, await this.#topics.ensure(topic));
      return { partition, offset: await this.#outboxes[topic.acks].send(topic.name, partition, key, value) };
    } finally {
      this.#waiting[topic.acks] -= size;
    }
  }

  async subscribe(options: SubscribeOptions): Promise<Subscription> {
    if (this.#closed) refuse();
    const subscription = new KafkaSubscription(options, this.#context);
    this.#subscriptions.add(subscription);
    try {
      await subscription.join();
    } catch (thrown) {
      await subscription.close();
      throw thrown;
    }
    return subscription;
  }

  async offsets(topic: TopicDefinition): Promise<{ oldest: number; next: number }[]> {
    if (this.#closed) refuse();
    return this.#topics.offsets(topic);
  }

  async offsetAt(topic: TopicDefinition, partition: number, timestampMs: number): Promise<number> {
    if (this.#closed) refuse();
    return this.#topics.offsetAt(topic, partition, timestampMs);
  }

  close(): Promise<void> {
    this.#closed ??= (async () => {
      await Promise.all([...this.#subscriptions].map((subscription) => subscription.close()));
      // What running batches published still goes through.
      this.#isClosing = true;
      const outboxes = Object.values(this.#outboxes);
      await within(flushMs, Promise.all(outboxes.map((outbox) => outbox.flushed())));
      await Promise.all([...outboxes.map((outbox) => outbox.close()), this.#topics.close()]);
    })();
    return this.#closed;
  }
}

function refuse(): never {
  throw new RoadstreamError('BUS_CLOSED', 'The bus is closed; nothing can be published or subscribed any more.');
}
