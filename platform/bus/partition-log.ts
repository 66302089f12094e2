import type { BusMessage } from './bus.ts';

/** The messages of one partition of the embedded bus, ascending by offset. Values are kept by reference, never copied. */
export class PartitionLog {
  readonly partition: number;
  /** Called after each append; a reader that is up to date waits here. */
  readonly readers = new Set<() => void>();
  /** The offset that the next message will have. */
  nextOffset = 0;
  #messages: BusMessage[] = [];
  /** Messages before this index have been dropped; cut off in bulk, so that dropping is O(1) on average. */
  #head = 0;

  constructor(partition: number) {
    this.partition = partition;
  }

  append(topic: string, key: string, value: Buffer | null, timestampMs: number): BusMessage {
    const message = { topic, partition: this.partition, offset: this.nextOffset++, key, value, timestampMs };
    this.#messages.push(message);
    for (const wake of this.readers) wake();
    return message;
  }

  /** The oldest message still kept. */
  get oldest(): BusMessage | undefined {
    return this.#messages[this.#head];
  }

  get oldestOffset(): number {
    return this.oldest?.offset ?? this.nextOffset;
  }

  get length(): number {
    return this.#messages.length - this.#head;
  }

  dropOldest(): void {
    this.#head += 1;
    if (this.#head < 64 || this.#head * 2 < this.#messages.length) {
      // The reference must go now: a dropped picture is not to stay in memory until the next cut.
      this.#messages[this.#head - 1] = undefined as unknown as BusMessage;
      return;
    }
    this.#messages = this.#messages.slice(this.#head);
    this.#head = 0;
  }

  /** @returns From the first message at or after `offset`, at most `maxBytes` of values, but at least one message if there is any. */
  read(offset: number, maxBytes: number): BusMessage[] {
    const batch: BusMessage[] = [];
    let bytes = 0;
    for (let i = this.#indexOf(offset); i < this.#messages.length; i++) {
      const message = this.#messages[i]!;
      bytes += message.value?.length ?? 0;
      if (batch.length > 0 && bytes > maxBytes) break;
      batch.push(message);
    }
    return batch;
  }

  /** @returns The offset of the first message kept that is of this time (wall clock) or later; the next one when there is none. */
  offsetAt(timestampMs: number): number {
    // Not by bisection: the wall clock may have been set back between two messages.
    for (let i = this.#head; i < this.#messages.length; i++)
      if (this.#messages[i]!.timestampMs >= timestampMs) return this.#messages[i]!.offset;
    return this.nextOffset;
  }

  /** Keeps the newest message of each key; a deleted key's tombstone stays while it is younger than `tombstonesSinceMs`. */
  compact(tombstonesSinceMs: number): void {
    const newest = new Map<string, BusMessage>();
    for (let i = this.#head; i < this.#messages.length; i++) newest.set(this.#messages[i]!.key, this.#messages[i]!);
    this.#messages = this.#messages
      .slice(this.#head)
      .filter((message) => newest.get(message.key) === message && (message.value !== null || message.timestampMs >= tombstonesSinceMs));
    this.#head = 0;
  }

  /** Index of the first message at or after the offset; compaction leaves holes between offsets. */
  #indexOf(offset: number): number {
    let low = this.#head;
    let high = this.#messages.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#messages[middle]!.offset < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
