import type { TopicDefinition } from '../../schemas/topics.ts';

/** The largest value any bus takes (Kafka: max.message.bytes). A keyframe of a 4K camera at 40 Mbit/s stays below 4 MiB. */
export const maxMessageBytes = 8 * 1024 * 1024;

export interface BusMessage {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  /** Null deletes the key in a compacted topic. */
  readonly value: Buffer | null;
  /** Wall clock of publishing; on Kafka the broker's, so that it is one for all publishers. */
  readonly timestampMs: number;
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface SubscribeOptions {
  readonly topics: readonly TopicDefinition[];
  /** Members of one group share the partitions; without a group every subscriber gets everything. */
  readonly group?: string;
  /** Without a group: only these partitions of each topic, instead of all. */
  readonly partitions?: readonly number[];
  /** Where a partition begins for which the group has committed nothing. */
  readonly from: 'earliest' | 'latest';
  /**
   * What has come in for one partition since its last call: in order, one call at a time a partition, different
   * partitions side by side. While it runs, its partition waits. If it throws, the batch is delivered again after a while.
   */
  readonly onBatch: (batch: readonly BusMessage[], subscription: Subscription) => Promise<void>;
  /** Before the first batch of these partitions. May seek. */
  readonly onAssigned?: (partitions: readonly TopicPartition[], subscription: Subscription) => Promise<void>;
  /**
   * Running batches have ended; nothing more of these partitions comes. In a rebalance it is told of those that move only. Kafka does not
   * wait for it: the next owner may begin while a last batch is still running here, and what that batch then commits is ignored.
   */
  readonly onRevoked?: (partitions: readonly TopicPartition[]) => Promise<void>;
  /** At most this many bytes in one batch (at least one message). */
  readonly maxBatchBytes?: number;
}

export interface Subscription {
  readonly assigned: readonly TopicPartition[];
  /** Says that everything before `offset` is done; kept for the group. */
  commit(topic: string, partition: number, offset: number): void;
  /** The next batch of the partition begins here. */
  seek(topic: string, partition: number, offset: number): void;
  /** How many messages lie after the newest delivered one. */
  lag(topic: string, partition: number): number;
  close(): Promise<void>;
}

/** The one way data passes between roles: an ordered, partitioned log. Embedded in one process, or Kafka. */
export interface Bus {
  /**
   * Resolves when the message is kept as its topic asks for.
   * @throws MESSAGE_TOO_LARGE, TOPIC_UNKNOWN, BUS_CLOSED, BUS_REFUSED, BUS_UNAVAILABLE (retryable: too much waits for the brokers already)
   */
  publish(topic: TopicDefinition, key: string, value: Buffer | null): Promise<{ readonly partition: number; readonly offset: number }>;
  /**
   * Resolves when the first partitions have been taken over; what is published from then on comes.
   * @throws BUS_CLOSED, BUS_REFUSED
   */
  subscribe(options: SubscribeOptions): Promise<Subscription>;
  /** @returns Of each partition, in their order: the oldest offset there is, and the one that the next message gets. */
  offsets(topic: TopicDefinition): Promise<readonly { readonly oldest: number; readonly next: number }[]>;
  /** @returns The offset of the partition's first message published at `timestampMs` (wall clock) or later; the next one when there is none. */
  offsetAt(topic: TopicDefinition, partition: number, timestampMs: number): Promise<number>;
  close(): Promise<void>;
}
