import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { TopicDefinition } from '../../schemas/topics.ts';
import type { BusMessage, TopicPartition } from './bus.ts';

/** Bytes of a batch unless asked otherwise: Kafka's max.partition.fetch.bytes. */
const defaultBatchBytes = 1024 * 1024;

/** The messages of a partition, as far as they are at hand. */
export interface DeliveryLog {
  readonly partition: number;
  /** The offset that the next message published will have. */
  readonly nextOffset: number;
  /** Called when there is something new to read. */
  readonly readers: Set<() => void>;
  /** @returns From the first message at or after `offset`, at most `maxBytes` of values, but at least one message if there is any. */
  read(offset: number, maxBytes: number): BusMessage[];
}

export interface DeliveryOptions<Log extends DeliveryLog> {
  readonly topic: TopicDefinition;
  readonly log: Log;
  /** The first offset to deliver. */
  readonly start: number;
  readonly maxBatchBytes: number | undefined;
  readonly redeliveryDelayMs: number;
  readonly onBatch: (batch: readonly BusMessage[]) => Promise<void>;
  readonly onMissed: (messages: number) => void;
  readonly onFailed: (thrown: unknown) => void;
}

/** Hands one partition to one consumer, batch after batch. Costs nothing while nothing comes. */
export class Delivery<Log extends DeliveryLog = DeliveryLog> {
  readonly topicPartition: TopicPartition;
  readonly #options: DeliveryOptions<Log>;
  readonly #stop = new AbortController();
  /** The next batch begins here. */
  #position: number;
  /** After the newest message handed over. */
  #delivered: number;
  #sought: number | undefined;
  #running: Promise<void> | undefined;
  #isBusy = false;
  #wake: (() => void) | undefined;

  constructor(options: DeliveryOptions<Log>) {
    this.#options = options;
    this.topicPartition = { topic: options.topic.name, partition: options.log.partition };
    this.#position = options.start;
    this.#delivered = options.start;
  }

  get log(): Log {
    return this.#options.log;
  }

  /** Whether a batch is being worked on. */
  get isBusy(): boolean {
    return this.#isBusy;
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
    this.#wake?.();
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
      const batch = log.read(this.#position, maxBatchBytes);
      const [first, last] = [batch[0], batch.at(-1)];
      if (!first || !last) {
        await this.#arrival();
        continue;
      }
      // In a compacted topic a hole is a message that a newer one has replaced: nothing is missing.
      if (topic.cleanup === 'delete' && first.offset > this.#position) this.#options.onMissed(first.offset - this.#position);
      this.#position = first.offset;
      this.#delivered = last.offset + 1;
      this.#isBusy = true;
      try {
        await this.#options.onBatch(batch);
        this.#isBusy = false;
        this.#position = this.#sought ?? last.offset + 1;
      } catch (thrown) {
        this.#isBusy = false;
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

  /** Resolves in a turn of its own once something has come or been sought (publishers never run consumers), or when stopped. */
  #arrival(): Promise<void> {
    return new Promise((resolve) => {
      const { readers } = this.log;
      const wake = () => {
        readers.delete(wake);
        this.#wake = undefined;
        this.#stop.signal.removeEventListener('abort', wake);
        setImmediate(resolve);
      };
      readers.add(wake);
      this.#wake = wake;
      this.#stop.signal.addEventListener('abort', wake);
    });
  }
}
