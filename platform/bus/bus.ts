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
  /** Wall clock of publishing. */
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
  /** Where a partition begins for which the group has committed nothing. */
  readonly from: 'earliest' | 'latest';
  /**
   * What has come in for one partition since its last call: in order, one call at a time a partition, different
   * partitions side by side. While it runs, its partition waits. If it throws, the batch is delivered again after a while.
   */
  readonly onBatch: (batch: readonly BusMessage[], subscription: Subscription) => Promise<void>;
  /** Before the first batch of these partitions. May seek. */
  readonly onAssigned?: (partitions: readonly TopicPartition[], subscription: Subscription) => Promise<void>;
  /** Running batches have ended; nothing more of these partitions comes. */
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
   * @throws MESSAGE_TOO_LARGE, TOPIC_UNKNOWN, BUS_CLOSED
   */
  publish(topic: TopicDefinition, key: string, value: Buffer | null): Promise<{ readonly partition: number; readonly offset: number }>;
  subscribe(options: SubscribeOptions): Promise<Subscription>;
  close(): Promise<void>;
}
