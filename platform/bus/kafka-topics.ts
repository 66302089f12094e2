import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Admin } from 'kafkajs';
import type { Logger } from 'pino';
import { RoadstreamError } from '../../schemas/errors.ts';
import type { TopicDefinition } from '../../schemas/topics.ts';
import { maxMessageBytes } from './bus.ts';
import type { KafkaClient, KafkaConnection } from './kafka-client.ts';
import { asBusError, isRefusal, isRetriable, kafkaErrorOf } from './kafka-errors.ts';
import { within } from './within.ts';

/** Room for a record's key and header above the greatest value; a producer gathers about this much into one record batch. */
export const envelopeBytes = 1024 * 1024;
/** Between two attempts at what the brokers cannot do at the moment, milliseconds. */
const retryMs = 300;
/** Five heartbeats of 0.3 s: whoever shares its cores with others is late by one or two now and then, milliseconds. */
const leastSessionTimeoutMs = 1500;
/** Kafka's own least (group.min.session.timeout.ms), where it may not be asked for, milliseconds. */
const usualSessionTimeoutMs = 6000;
/** How long it waits for the brokers when it closes, milliseconds. */
const farewellMs = 1000;

/** Everything the bus asks the brokers besides publishing and consuming. Waits for them as long as it takes. */
export class KafkaTopics {
  readonly #connection: KafkaConnection;
  readonly #admin: Admin;
  readonly #log: Logger;
  readonly #brokers: readonly string[];
  readonly #stop = new AbortController();
  readonly #partitions = new Map<string, Promise<number>>();
  #connected: Promise<void> | undefined;
  #sessionTimeoutMs: Promise<number> | undefined;

  constructor(client: KafkaClient, log: Logger, brokers: readonly string[]) {
    this.#connection = client.connect();
    this.#admin = this.#connection.kafka.admin();
    this.#log = log;
    this.#brokers = brokers;
  }

  /**
   * Creates the topic if there is none of its name; one that differs is left as it is, and reported once.
   * @returns How many partitions it has on the brokers.
   * @throws BUS_REFUSED, BUS_CLOSED
   */
  ensure(topic: TopicDefinition): Promise<number> {
    let partitions = this.#partitions.get(topic.name);
    if (!partitions) {
      partitions = this.#ask(`use the topic ${topic.name}`, () => this.#create(topic));
      this.#partitions.set(topic.name, partitions);
      partitions.catch(() => this.#partitions.delete(topic.name));
    }
    return partitions;
  }

  /** @throws BUS_REFUSED, BUS_CLOSED */
  async offsets(topic: TopicDefinition): Promise<{ oldest: number; next: number }[]> {
    await this.ensure(topic);
    const offsets = await this.#ask(`read the offsets of ${topic.name}`, () => this.#admin.fetchTopicOffsets(topic.name));
    return offsets.toSorted((a, b) => a.partition - b.partition).map(({ low, high }) => ({ oldest: Number(low), next: Number(high) }));
  }

  /** @throws TOPIC_UNKNOWN, BUS_REFUSED, BUS_CLOSED */
  async offsetAt(topic: TopicDefinition, partition: number, timestampMs: number): Promise<number> {
    if (partition >= (await this.ensure(topic))) throw new RoadstreamError('TOPIC_UNKNOWN', `${topic.name} has no partition ${partition}.`);
    const offsets = await this.#ask(`look for a time in ${topic.name}`, () =>
      this.#admin.fetchTopicOffsetsByTimestamp(topic.name, Math.max(0, timestampMs)),
    );
    return Number(offsets.find((entry) => entry.partition === partition)!.offset);
  }

  /** @returns What the group has committed of each partition; negative where nothing. @throws BUS_REFUSED, BUS_CLOSED */
  async committed(group: string, topic: string): Promise<ReadonlyMap<number, number>> {
    const [found] = await this.#ask(`read what the group ${group} has committed`, () =>
      this.#admin.fetchOffsets({ groupId: group, topics: [topic] }),
    );
    return new Map(found?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
  }

  /** @returns The shortest that these brokers allow of those that a busy process keeps, milliseconds. @throws BUS_REFUSED, BUS_CLOSED */
  sessionTimeoutMs(): Promise<number> {
    this.#sessionTimeoutMs ??= this.#ask('read the settings of a broker', async () => {
      const { brokers } = await this.#admin.describeCluster();
      const configNames = ['group.min.session.timeout.ms'];
      const { resources } = await this.#admin
        .describeConfigs({
          includeSynonyms: false,
          resources: [{ type: kafkajs.ConfigResourceTypes.BROKER, name: String(brokers[0]!.nodeId), configNames }],
        })
        .catch((thrown) => {
          if (!isRefusal(thrown)) throw thrown;
          return { resources: [] };
        });
      return Math.max(leastSessionTimeoutMs, Number(resources[0]?.configEntries[0]?.configValue ?? usualSessionTimeoutMs));
    });
    this.#sessionTimeoutMs.catch(() => {
      this.#sessionTimeoutMs = undefined;
    });
    return this.#sessionTimeoutMs;
  }

  /** Ends what waits for the brokers. */
  async close(): Promise<void> {
    this.#stop.abort();
    await within(farewellMs, this.#admin.disconnect());
    this.#connection.abandon();
  }

  async #create(topic: TopicDefinition): Promise<number> {
    const settings = settingsOf(topic);
    const isNew = await this.#admin
      .fetchTopicMetadata({ topics: [topic.name] })
      .then(() => false)
      .catch((thrown) => {
        if (kafkaErrorOf(thrown) === 'UNKNOWN_TOPIC_OR_PARTITION') return true;
        throw thrown;
      });
    if (isNew) {
      const created = await this.#admin.createTopics({
        topics: [
          {
            topic: topic.name,
            numPartitions: topic.partitions,
            // The broker's default.
            replicationFactor: -1,
            configEntries: Object.entries(settings).map(([name, value]) => ({ name, value })),
          },
        ],
      });
      if (created) this.#log.debug({ topic: topic.name, partitions: topic.partitions }, 'topic created');
    }
    const found = await this.#admin.fetchTopicMetadata({ topics: [topic.name] });
    const partitions = found.topics[0]!.partitions.length;
    await this.#compare(topic, partitions, settings);
    return partitions;
  }

  async #compare(topic: TopicDefinition, partitions: number, settings: Readonly<Record<string, string>>): Promise<void> {
    const server = `--bootstrap-server ${this.#brokers.join(',')}`;
    if (partitions !== topic.partitions)
      this.#tellDifferent(
        topic,
        { partitions: { wanted: topic.partitions, found: partitions } },
        partitions < topic.partitions
          ? `kafka-topics.sh ${server} --alter --topic ${topic.name} --partitions ${topic.partitions} (with all roles stopped: keys change their partition)`
          : 'none: partitions cannot be taken away',
      );
    const { resources } = await this.#admin
      .describeConfigs({
        includeSynonyms: false,
        resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic.name, configNames: Object.keys(settings) }],
      })
      .catch((thrown) => {
        if (!isRefusal(thrown)) throw thrown;
        this.#log.debug({ topic: topic.name }, 'the settings of the topic may not be read, so they are not compared');
        return { resources: [] };
      });
    const found = new Map(resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]));
    const different = Object.entries(settings).filter(([name, value]) => found.has(name) && found.get(name) !== value);
    if (different.length === 0) return;
    const wanted = different.map(([name, value]) => `${name}=${value}`).join(',');
    this.#tellDifferent(
      topic,
      Object.fromEntries(different.map(([name, value]) => [name, { wanted: value, found: found.get(name) }])),
      `kafka-configs.sh ${server} --alter --entity-type topics --entity-name ${topic.name} --add-config ${wanted}`,
    );
  }

  #tellDifferent(topic: TopicDefinition, differences: object, remedy: string): void {
    this.#log.warn(
      { code: 'TOPIC_DIFFERS', topic: topic.name, differences, remedy },
      'a topic is not laid out as it should be; it is used as it is',
    );
  }

  /** Until the brokers answer: kafkajs itself gives up much that passes, for example while a broker that has just started finds its leaders. */
  async #ask<T>(what: string, question: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      if (this.#stop.signal.aborted) throw new RoadstreamError('BUS_CLOSED', `The bus was closed before it could ${what}.`);
      try {
        this.#connected ??= this.#admin.connect();
        await this.#connected;
        return await question();
      } catch (thrown) {
        this.#connected = undefined;
        if (this.#stop.signal.aborted) continue;
        const passes = isRetriable(thrown) || ['INVALID_REPLICATION_FACTOR', 'LEADER_NOT_AVAILABLE'].includes(kafkaErrorOf(thrown) ?? '');
        if (!passes) throw asBusError(thrown, what);
        // The first ones are usual while a broker starts.
        this.#log[attempt % 20 === 0 ? 'warn' : 'debug'](
          { err: asBusError(thrown, what), attempt },
          'the Kafka brokers cannot do it yet; trying on',
        );
        await sleep(retryMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
      }
    }
  }
}

function settingsOf(topic: TopicDefinition): Record<string, string> {
  return {
    'cleanup.policy': topic.cleanup,
    'max.message.bytes': String(maxMessageBytes + envelopeBytes),
    // One clock for all publishers: a host whose own is wrong can neither be refused nor have its messages deleted too soon.
    'message.timestamp.type': 'LogAppendTime',
    ...(topic.retentionMs === undefined ? {} : { 'retention.ms': String(topic.retentionMs) }),
    ...(topic.retentionBytes === undefined ? {} : { 'retention.bytes': String(topic.retentionBytes) }),
    ...(topic.segmentBytes === undefined ? {} : { 'segment.bytes': String(topic.segmentBytes) }),
  };
}
