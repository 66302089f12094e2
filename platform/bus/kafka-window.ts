import type { BusMessage } from './bus.ts';
import type { DeliveryLog } from './delivery.ts';

/** Bytes of values that wait for the handler before fetching pauses; what one fetch brings may come on top. A second of a 4K camera at 8 Mbit/s. */
export const windowBytes = 1024 * 1024;

/** How a window asks for messages. */
export interface Fetching {
  /** The next messages fetched are to begin here. */
  fetchFrom(offset: number): void;
  pause(): void;
  resume(): void;
}

/** The part of a partition that has been fetched and not yet been dealt with. Begins to fetch when it is first read. */
export class PartitionWindow implements DeliveryLog {
  readonly partition: number;
  readonly readers = new Set<() => void>();
  readonly #fetching: Fetching;
  #messages: BusMessage[] = [];
  #bytes = 0;
  /** From here on nothing is missing up to `#next`. */
  #first = 0;
  #next: number | undefined;
  #end: number;
  #isFull = false;

  /** @param end The offset that the next message published will have, as known so far. */
  constructor(partition: number, end: number, fetching: Fetching) {
    this.partition = partition;
    this.#end = end;
    this.#fetching = fetching;
  }

  /** The offset to be fetched next; undefined while nothing has been asked for. */
  get next(): number | undefined {
    return this.#next;
  }

  get isFull(): boolean {
    return this.#isFull;
  }

  get nextOffset(): number {
    return Math.max(this.#end, this.#next ?? 0);
  }

  /** Says that the partition has grown. */
  grow(end: number): void {
    this.#end = Math.max(this.#end, end);
  }

  /** @param messages As fetched; those that have come already are left out. */
  push(messages: readonly BusMessage[], end: number): void {
    this.#end = end;
    for (const message of messages) {
      if (this.#next === undefined || message.offset < this.#next) continue;
      this.#messages.push(message);
      this.#bytes += message.value?.length ?? 0;
      this.#next = message.offset + 1;
    }
    if (this.#bytes >= windowBytes && !this.#isFull) {
      this.#isFull = true;
      this.#fetching.pause();
    }
    for (const wake of this.readers) wake();
  }

  /** Forgets everything; the next read begins anew. */
  reset(end: number): void {
    this.#messages = [];
    this.#bytes = 0;
    this.#next = undefined;
    this.#end = end;
    this.#fetching.pause();
  }

  read(offset: number, maxBytes: number): BusMessage[] {
    if (this.#next === undefined || offset < this.#first || offset > this.#next) this.#restart(offset);
    this.#forget(offset);
    const batch: BusMessage[] = [];
    let bytes = 0;
    for (const message of this.#messages) {
      bytes += message.value?.length ?? 0;
      if (batch.length > 0 && bytes > maxBytes) break;
      batch.push(message);
    }
    return batch;
  }

  #restart(offset: number): void {
    const isPaused = this.#next === undefined || this.#isFull;
    this.#messages = [];
    this.#bytes = 0;
    this.#first = offset;
    this.#next = offset;
    this.#isFull = false;
    this.#fetching.fetchFrom(offset);
    if (isPaused) this.#fetching.resume();
  }

  /** Lets go of what lies before the offset. */
  #forget(offset: number): void {
    const index = this.#messages.findIndex((message) => message.offset >= offset);
    const forgotten = this.#messages.splice(0, index < 0 ? this.#messages.length : index);
    for (const { value } of forgotten) this.#bytes -= value?.length ?? 0;
    this.#first = offset;
    if (this.#isFull && this.#bytes < windowBytes / 2) {
      this.#isFull = false;
      this.#fetching.resume();
    }
  }
}
