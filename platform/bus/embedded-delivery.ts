import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { TopicDefinition } from '../../schemas/topics.ts';
import type { BusMessage, TopicPartition } from './bus.ts';
import type { PartitionLog } from './partition-log.ts';

/** Bytes of a batch unless asked otherwise: Kafka's max.partition.fetch.bytes. */
const defaultBatchBytes = 1024 * 1024;

export interface DeliveryOptions {
  readonly topic: TopicDefinition;
  readonly log: PartitionLog;
  /** The first offset to deliver. */
  readonly start: number;
  readonly maxBatchBytes: number | undefined;
  readonly redeliveryDelayMs: number;
  readonly onBatch: (batch: readonly BusMessage[]) => Promise<void>;
  readonly onMissed: (messages: number) => void;
  readonly onFailed: (thrown: unknown) => void;
}

/** Hands one partition to one consumer, batch after batch. Costs nothing while nothing comes. */
export class Delivery {
  readonly topicPartition: TopicPartition;
  readonly #options: DeliveryOptions;
  readonly #stop = new AbortController();
  /** The next batch begins here. */
  #position: number;
  /** After the newest message handed over. */
  #delivered: number;
  #sought: number | undefined;
  #running: Promise<void> | undefined;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.topicPartition = { topic: options.topic.name, partition: options.log.partition };
    this.#position = options.start;
    this.#delivered = options.start;
  }

  get log(): PartitionLog {
    return this.#options.log;
  }

  get isStopping(): boolean {
    return this.#stop.signal.aborted;
  }

  get lag(): number {
    return this.log.nextOffset - this.#delivered;
  }

  seek(offset: number): void {
    this.#position = Math.min(offset, this.log.nextOffset);
    this.#delivered = this.#position;
    this.#sought = this.#position;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Resolves when the running batch has ended. */
  stop(): Promise<void> {
    this.#stop.abort();
    return Promise.resolve(this.#running);
  }

  /** Waits as long as a failed batch does, or until it is stopped. */
  pause(): Promise<void> {
    return sleep(this.#options.redeliveryDelayMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }

  async #run(): Promise<void> {
    const { log, topic, maxBatchBytes = defaultBatchBytes } = this.#options;
    while (!this.isStopping) {
      this.#sought = undefined;
      if (this.#position < log.oldestOffset) {
        // In a compacted topic a hole is a message that a newer one has replaced: nothing is missing.
        if (topic.cleanup === 'delete') this.#options.onMissed(log.oldestOffset - this.#position);
        this.#position = log.oldestOffset;
      }
      const batch = log.read(this.#position, maxBatchBytes);
      const last = batch.at(-1);
      if (!last) {
        await this.#arrival();
        continue;
      }
      this.#delivered = last.offset + 1;
      try {
        await this.#options.onBatch(batch);
        this.#position = this.#sought ?? last.offset + 1;
      } catch (thrown) {
        if (this.isStopping) return;
        this.#options.onFailed(thrown);
        this.#position = this.#sought ?? this.#position;
        this.#delivered = this.#position;
        await this.pause();
      }
      // Sockets and timers get their turn between batches, also while a long log is being read.
      await nextTurn();
    }
  }

  /** Resolves in a turn of its own once something has been appended (publishers never run consumers), or when stopped. */
  #arrival(): Promise<void> {
    return new Promise((resolve) => {
      const { readers } = this.log;
      const wake = () => {
        readers.delete(wake);
        this.#stop.signal.removeEventListener('abort', wake);
        setImmediate(resolve);
      };
      readers.add(wake);
      this.#stop.signal.addEventListener('abort', wake);
    });
  }
}
