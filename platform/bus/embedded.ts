import { metrics } from '@opentelemetry/api';
import { type Logger, pino } from 'pino';
import { RoadstreamError } from '../../schemas/errors.ts';
import type { TopicDefinition } from '../../schemas/topics.ts';
import { type Bus, maxMessageBytes, type SubscribeOptions, type Subscription } from './bus.ts';
import { createDeliveryContext } from './deliveries.ts';
import { Group, type GroupContext } from './embedded-group.ts';
import { EmbeddedTopic } from './embedded-topic.ts';

export interface EmbeddedBusOptions {
  readonly log?: Logger;
  /** Bytes of values that each topic keeps at most. */
  readonly maxBytesPerTopic?: number;
  /** How long topics with acks `leader` (frames, perceptions, pictures) keep a message at most, milliseconds. */
  readonly maxAgeMs?: number;
  /** How long a batch whose consumer threw waits before it comes again, milliseconds. */
  readonly redeliveryDelayMs?: number;
}

/**
 * The bus within one process: a bounded log in memory, gone with the process.
 *
 * Bounds: a topic with acks `leader` drops its oldest messages by bytes and age; a consumer that fell behind them goes on at the
 * oldest one left, and what it missed is counted and logged. A topic with acks `all` never drops what a subscribed group has yet
 * to commit: when it is full, publish waits for the commit. Compacted topics keep the newest message of each key.
 * Values are handed over by reference: neither side may change a buffer once it is published.
 */
export function createEmbeddedBus(options: EmbeddedBusOptions = {}): Bus {
  return new EmbeddedBus(options);
}

class EmbeddedBus implements Bus {
  readonly #topics = new Map<string, EmbeddedTopic>();
  readonly #groups = new Map<string, Group>();
  readonly #subscriptions = new Set<Subscription>();
  readonly #context: GroupContext;
  readonly #limits: { readonly maxBytes: number; readonly maxAgeMs: number };
  #closed: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: EmbeddedBusOptions) {
    const log = options.log ?? pino({ level: 'silent' });
    // 64 MiB and a minute: a minute of two 4 Mbit/s cameras; live consumers need the newest group of pictures (1-2 s).
    this.#limits = { maxBytes: options.maxBytesPerTopic ?? 64 * 1024 * 1024, maxAgeMs: options.maxAgeMs ?? 60_000 };

    metrics
      .getMeter('roadstream')
      .createObservableGauge('roadstream.bus.kept', { description: 'Values kept in memory.', unit: 'By' })
      .addCallback((result) => {
        for (const topic of this.#topics.values()) result.observe(topic.bytes, { topic: topic.definition.name });
      });
    this.#context = {
      // Half a second: long enough not to spin on a lasting failure, short enough for live data.
      ...createDeliveryContext(log, options.redeliveryDelayMs ?? 500),
      onCommit: () => this.#retry(),
      onLeft: (subscription) => {
        this.#subscriptions.delete(subscription);
        this.#retry();
      },
    };
  }

  async publish(definition: TopicDefinition, key: string, value: Buffer | null): Promise<{ partition: number; offset: number }> {
    if (this.#isClosed) this.#refuse();
    if (value !== null && value.length > maxMessageBytes)
      throw new RoadstreamError(
        'MESSAGE_TOO_LARGE',
        `A message of ${value.length} bytes for ${definition.name} (key ${key}) is over the limit of ${maxMessageBytes} bytes.`,
      );
    return this.#topic(definition).publish(key, value);
  }

  async subscribe(options: SubscribeOptions): Promise<Subscription> {
    if (this.#closed) this.#refuse();
    const topics = options.topics.map((definition) => {
      const topic = this.#topic(definition);
      if (options.group !== undefined || !options.partitions) return topic;
      return { definition, logs: topic.logs.filter((log) => options.partitions!.includes(log.partition)) };
    });
    const subscription = this.#group(options.group).join(topics, options);
    this.#subscriptions.add(subscription);
    await subscription.joined;
    return subscription;
  }

  async offsets(definition: TopicDefinition): Promise<{ oldest: number; next: number }[]> {
    if (this.#isClosed) this.#refuse();
    return this.#topic(definition).logs.map((log) => ({ oldest: log.oldestOffset, next: log.nextOffset }));
  }

  async offsetAt(definition: TopicDefinition, partition: number, timestampMs: number): Promise<number> {
    if (this.#isClosed) this.#refuse();
    const log = this.#topic(definition).logs[partition];
    if (!log) throw new RoadstreamError('TOPIC_UNKNOWN', `${definition.name} has no partition ${partition}.`);
    return log.offsetAt(timestampMs);
  }

  close(): Promise<void> {
    this.#closed ??= (async () => {
      // Who waits for room would wait for ever, since consumers end now; what running batches publish still goes through.
      for (const topic of this.#topics.values()) topic.close();
      await Promise.all([...this.#subscriptions].map((subscription) => subscription.close()));
      this.#isClosed = true;
      this.#topics.clear();
      this.#groups.clear();
    })();
    return this.#closed;
  }

  #topic(definition: TopicDefinition): EmbeddedTopic {
    let topic = this.#topics.get(definition.name);
    if (!topic) {
      topic = new EmbeddedTopic(definition, this.#limits, (log) =>
        Math.min(...[...this.#groups.values()].map((group) => group.neededFrom(log))),
      );
      this.#topics.set(definition.name, topic);
    }
    return topic;
  }

  #group(name: string | undefined): Group {
    if (name === undefined) return new Group(undefined, this.#context);
    let group = this.#groups.get(name);
    if (!group) {
      group = new Group(name, this.#context);
      this.#groups.set(name, group);
    }
    return group;
  }

  #retry(): void {
    for (const topic of this.#topics.values()) topic.onCommit();
  }

  #refuse(): never {
    throw new RoadstreamError('BUS_CLOSED', 'The bus is closed; nothing can be published or subscribed any more.');
  }
}
