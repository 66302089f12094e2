import { metrics } from '@opentelemetry/api';
import type { Logger } from 'pino';
import { asRoadstreamError, RoadstreamError } from '../../schemas/errors.ts';
import type { TopicDefinition } from '../../schemas/topics.ts';
import { rateLimited } from '../logging.ts';
import type { SubscribeOptions, Subscription, TopicPartition } from './bus.ts';
import { Delivery, type DeliveryLog } from './delivery.ts';

/** What every subscription of a bus tells of its deliveries. */
export interface DeliveryContext {
  readonly log: Logger;
  readonly redeliveryDelayMs: number;
  /** A consumer found that messages it had not seen are gone. */
  readonly onMissed: (topic: string, group: string | undefined, messages: number) => void;
  readonly onRedelivery: (topic: string, group: string | undefined) => void;
}

/** @param redeliveryDelayMs How long a batch whose consumer threw waits before it comes again, milliseconds. */
export function createDeliveryContext(log: Logger, redeliveryDelayMs: number): DeliveryContext {
  const meter = metrics.getMeter('roadstream');
  const missed = meter.createCounter('roadstream.bus.missed', { description: 'Messages dropped before a consumer had seen them.' });
  const redelivered = meter.createCounter('roadstream.bus.redelivered', { description: 'Batches that failed and came again.' });
  const tellMissed = rateLimited<{ topic: string; group: string | undefined; messages: number }>((fields, times) =>
    log.warn({ ...fields, times }, 'a consumer fell behind what is kept and goes on at the oldest message left'),
  );
  return {
    log,
    redeliveryDelayMs,
    onMissed: (topic, group, messages) => {
      missed.add(messages, { topic, group: group ?? '' });
      tellMissed({ topic, group, messages });
    },
    onRedelivery: (topic, group) => redelivered.add(1, { topic, group: group ?? '' }),
  };
}

export interface Start<Log> {
  readonly topic: TopicDefinition;
  readonly log: Log;
  /** The first offset to deliver. */
  readonly offset: number;
}

/** The partitions that one subscription has now, each with its delivery. */
export class Deliveries<Log extends DeliveryLog> {
  readonly #subscription: Subscription;
  readonly #options: SubscribeOptions;
  readonly #context: DeliveryContext;
  readonly #deliveries = new Map<string, Delivery<Log>>();
  /** Assignments and revocations are told one after the other. */
  #told: Promise<unknown> = Promise.resolve();

  constructor(subscription: Subscription, options: SubscribeOptions, context: DeliveryContext) {
    this.#subscription = subscription;
    this.#options = options;
    this.#context = context;
  }

  get all(): readonly Delivery<Log>[] {
    return [...this.#deliveries.values()];
  }

  get assigned(): readonly TopicPartition[] {
    return this.all.map((delivery) => delivery.topicPartition);
  }

  /**
   * @returns Undefined when the partition is not (or no longer) this subscription's: a late call is then without effect.
   * @throws TOPIC_UNKNOWN when the subscription is not of this topic.
   */
  find(topic: string, partition: number): Delivery<Log> | undefined {
    if (!this.#options.topics.some(({ name }) => name === topic)) {
      const mine = this.#options.topics.map(({ name }) => name).join(', ');
      throw new RoadstreamError('TOPIC_UNKNOWN', `This subscription is not of ${topic}; it is of ${mine}.`);
    }
    return this.#deliveries.get(keyOf({ topic, partition }));
  }

  /** Resolves when the consumer has taken them over; then their first batches come. */
  assign(starts: readonly Start<Log>[]): Promise<void> {
    if (starts.length === 0) return Promise.resolve();
    const deliveries = starts.map(({ topic, log, offset }) => {
      const delivery = new Delivery<Log>({
        topic,
        log,
        start: offset,
        maxBatchBytes: this.#options.maxBatchBytes,
        redeliveryDelayMs: this.#context.redeliveryDelayMs,
        onBatch: (batch) => this.#options.onBatch(batch, this.#subscription),
        onMissed: (messages) => this.#context.onMissed(topic.name, this.#options.group, messages),
        onFailed: (err) => {
          this.#context.onRedelivery(topic.name, this.#options.group);
          this.#complain('a batch failed and will be delivered again', topic.name, err);
        },
      });
      this.#deliveries.set(keyOf(delivery.topicPartition), delivery);
      return delivery;
    });
    return this.#tell(async () => {
      const partitions = deliveries.map((delivery) => delivery.topicPartition);
      while (deliveries.some((delivery) => !delivery.isStopping)) {
        try {
          await this.#options.onAssigned?.(partitions, this.#subscription);
          break;
        } catch (err) {
          this.#complain('taking over partitions failed and will be tried again', partitions[0]!.topic, err);
          await Promise.all(deliveries.map((delivery) => delivery.pause()));
        }
      }
      for (const delivery of deliveries) delivery.start();
    });
  }

  /** @returns Those that were let go of by this call; running batches have ended, and the consumer has been told. */
  async release(wanted: readonly Delivery<Log>[]): Promise<readonly Delivery<Log>[]> {
    const deliveries = wanted.filter((delivery) => !delivery.isStopping);
    if (deliveries.length === 0) return [];
    // Waited for here, so that a stuck handler holds back nothing else that is to be told.
    await Promise.all(deliveries.map((delivery) => delivery.stop()));
    await this.#tell(async () => {
      const partitions = deliveries.map((delivery) => delivery.topicPartition);
      try {
        await this.#options.onRevoked?.(partitions);
      } catch (err) {
        this.#complain('letting go of partitions failed', partitions[0]!.topic, err);
      }
      for (const delivery of deliveries) {
        const key = keyOf(delivery.topicPartition);
        if (this.#deliveries.get(key) === delivery) this.#deliveries.delete(key);
      }
    });
    return deliveries;
  }

  /** Resolves when everything that was to be told has been. */
  settled(): Promise<unknown> {
    return this.#told;
  }

  #tell(step: () => Promise<void>): Promise<void> {
    const told = this.#told.then(step);
    this.#told = told;
    return told;
  }

  #complain(message: string, topic: string, thrown: unknown): void {
    this.#context.log.error({ topic, group: this.#options.group, err: asRoadstreamError(thrown) }, message);
  }
}

export function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
