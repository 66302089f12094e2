import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, ConsumerGroupJoinEvent, EachBatchPayload } from 'kafkajs';
import type { Logger } from 'pino';
import type { TopicPartition } from './bus.ts';
import { stickyAssigner } from './kafka-assigner.ts';
import { type KafkaClient, type KafkaConnection, keepLookingForBrokers } from './kafka-client.ts';
import { asBusError } from './kafka-errors.ts';
import { envelopeBytes } from './kafka-topics.ts';
import { within } from './within.ts';

/** How long a fetch waits for messages, milliseconds; a rebalance, a seek and a resumed partition wait for it. */
const fetchWaitMs = 100;
/** How long after one that has failed the next consumer begins, milliseconds. */
const recreateMs = 500;
/** How long the other members wait for one that does not join again, milliseconds. Nothing here takes that long: the loop never waits for a handler. */
const rebalanceMs = 10_000;
/** How long a member that leaves waits for the brokers, milliseconds. */
const farewellMs = 3000;

export interface PartitionOffset extends TopicPartition {
  readonly offset: number;
}

export interface KafkaMemberOptions {
  readonly client: KafkaClient;
  readonly log: Logger;
  readonly group: string;
  readonly topics: readonly string[];
  /** Of a group that has no other member: nothing but these partitions. */
  readonly only: readonly number[] | undefined;
  /** What this member works on now; it says so when it joins, so that it keeps it. */
  readonly owned: () => readonly TopicPartition[];
  /**
   * Runs to its end before anything is fetched. kafkajs has forgotten all positions by then.
   * @param hasStayed Whether nobody else can have had this member's partitions meanwhile.
   */
  readonly onJoined: (partitions: readonly TopicPartition[], hasStayed: boolean) => void;
  /** The moment in which the group still takes commits of the old assignment. */
  readonly onRebalancing: () => void;
  readonly onFetched: (fetched: EachBatchPayload) => void;
  readonly onCrash: () => void;
}

/** A consumer of kafkajs in its group; when kafkajs gives it up, another one takes its place. */
export class KafkaMember {
  readonly #options: KafkaMemberOptions;
  #connection: KafkaConnection | undefined;
  #consumer: Consumer | undefined;
  #isMember = false;
  #isLeaving = false;
  #id: string | undefined;
  #generation = -1;
  /** Attempts to join since the last that succeeded. */
  #attempts = 0;
  #joins = 0;

  constructor(options: KafkaMemberOptions) {
    this.#options = options;
  }

  /**
   * Until it leaves.
   * @param sessionTimeoutMs After this time without a sign of life its partitions go to others, milliseconds.
   * @throws BUS_REFUSED when it has never been let in
   */
  async run(sessionTimeoutMs: number): Promise<void> {
    const { topics, group, log, onFetched, onCrash } = this.#options;
    while (!this.#isLeaving) {
      const joins = this.#joins;
      const consumer = this.#createConsumer(sessionTimeoutMs);
      this.#consumer = consumer;
      const crashed = new Promise<Error>((resolve) => {
        consumer.on(consumer.events.CRASH, ({ payload }) => resolve(payload.error));
      });
      const failure = await consumer
        .connect()
        .then(() => consumer.subscribe({ topics: [...topics], fromBeginning: true }))
        .then(() => consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: async (fetched) => onFetched(fetched) }))
        .then(() => crashed)
        .catch((thrown: unknown) => thrown);
      if (this.#isLeaving) return;
      const err = asBusError(failure, `consume ${topics.join(', ')}`);
      if (this.#joins > joins) {
        onCrash();
        log.warn({ group, err }, 'a consumer failed and begins anew');
      } else if (err.retryable) {
        // Usual while a broker starts.
        log.debug({ group, err }, 'a group cannot be joined yet');
      } else if (this.#joins === 0) {
        throw err;
      } else {
        log.error({ group, err }, 'a group can no longer be joined; trying on');
      }
      await this.#disconnect();
      await sleep(recreateMs);
    }
  }

  async leave(): Promise<void> {
    this.#isLeaving = true;
    await this.#disconnect();
  }

  /** The next messages fetched begin here. Without effect while this is no member, as are the others: joining asks for everything anew. */
  seek({ topic, partition }: TopicPartition, offset: number): void {
    if (this.#isMember) this.#consumer?.seek({ topic, partition, offset: String(offset) });
  }

  pause({ topic, partition }: TopicPartition): void {
    if (this.#isMember) this.#consumer?.pause([{ topic, partitions: [partition] }]);
  }

  resume({ topic, partition }: TopicPartition): void {
    if (this.#isMember) this.#consumer?.resume([{ topic, partitions: [partition] }]);
  }

  /** @returns Whether the brokers have taken it. */
  async commit(offsets: readonly PartitionOffset[]): Promise<boolean> {
    if (!this.#isMember || !this.#consumer) return false;
    try {
      await this.#consumer.commitOffsets(offsets.map(({ topic, partition, offset }) => ({ topic, partition, offset: String(offset) })));
      return true;
    } catch (thrown) {
      this.#options.log.debug({ group: this.#options.group, err: asBusError(thrown, 'commit offsets') }, 'offsets could not be committed');
      return false;
    }
  }

  /** One that has not joined yet would join after all: only without a connection it does not. */
  async #disconnect(): Promise<void> {
    const [consumer, connection] = [this.#consumer, this.#connection];
    if (this.#isMember) await within(farewellMs, consumer?.disconnect());
    this.#isMember = false;
    connection?.abandon();
  }

  #createConsumer(sessionTimeoutMs: number): Consumer {
    const { client, group, only, owned, onRebalancing } = this.#options;
    const assigner = stickyAssigner(() => {
      this.#attempts += 1;
      return { owned: owned(), generation: this.#generation };
    }, only);
    this.#connection = client.connect();
    const consumer = this.#connection.kafka.consumer({
      groupId: group,
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: Math.round(sessionTimeoutMs / 5),
      rebalanceTimeout: Math.max(rebalanceMs, sessionTimeoutMs),
      maxWaitTimeInMs: fetchWaitMs,
      minBytes: 1,
      maxBytesPerPartition: envelopeBytes,
      allowAutoTopicCreation: false,
      // It would come back without our knowing.
      retry: { restartOnFailure: async () => false },
      partitionAssigners: [
        (config) => {
          keepLookingForBrokers(config.cluster);
          return assigner(config);
        },
      ],
    });
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => this.#onJoined(payload));
    consumer.on(consumer.events.REBALANCING, onRebalancing);
    consumer.on(consumer.events.HEARTBEAT, ({ payload }) => {
      this.#generation = Number(payload.groupGenerationId);
    });
    consumer.on(consumer.events.STOP, () => {
      this.#isMember = false;
    });
    return consumer;
  }

  /**
   * Under another id it has been out of the group; after a second attempt an assignment may have passed it by. Either way its partitions
   * may have been another's.
   */
  #onJoined({ memberId, memberAssignment }: ConsumerGroupJoinEvent['payload']): void {
    const hasStayed = memberId === this.#id && this.#attempts === 1;
    this.#id = memberId;
    this.#attempts = 0;
    this.#joins += 1;
    this.#isMember = true;
    this.#options.onJoined(
      Object.entries(memberAssignment).flatMap(([topic, partitions]) => partitions.map((partition) => ({ topic, partition }))),
      hasStayed,
    );
  }
}
