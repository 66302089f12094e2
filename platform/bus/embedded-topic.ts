import { RoadstreamError } from '../../schemas/errors.ts';
import type { TopicDefinition } from '../../schemas/topics.ts';
import { PartitionLog } from './partition-log.ts';
import { partitionOf } from './partitioner.ts';

export interface TopicLimits {
  readonly maxBytes: number;
  /** For topics with acks `leader`. */
  readonly maxAgeMs: number;
}

/** What a message costs besides its value, bytes: counted, so that empty values are bounded too. About the size of its object in V8. */
const messageOverheadBytes = 128;
/** As long as Kafka keeps them (delete.retention.ms), so that a slow reader learns of a deletion. */
const tombstoneMs = 24 * 3_600_000;

function sizeOf(value: Buffer | null): number {
  return messageOverheadBytes + (value?.length ?? 0);
}

/** The partitions of one topic of the embedded bus, and what is dropped from them when. */
export class EmbeddedTopic {
  readonly definition: TopicDefinition;
  readonly logs: readonly PartitionLog[];
  bytes = 0;
  readonly #limits: TopicLimits;
  readonly #neededFrom: (log: PartitionLog) => number;
  /** The log of each kept message, in the order of publishing: the oldest of the whole topic goes first, whichever its partition. */
  #order: PartitionLog[] = [];
  #head = 0;
  /** Publishers that wait for room, one after the other. */
  #queue: Promise<void> = Promise.resolve();
  #queued = 0;
  #waiting: (() => void) | undefined;
  #compactAt = 64;
  #isClosed = false;

  /** @param neededFrom The first offset that some group has yet to commit. */
  constructor(definition: TopicDefinition, limits: TopicLimits, neededFrom: (log: PartitionLog) => number) {
    this.definition = definition;
    this.logs = Array.from({ length: definition.partitions }, (_, partition) => new PartitionLog(partition));
    this.#limits = limits;
    this.#neededFrom = neededFrom;
  }

  /** @throws BUS_CLOSED when the bus closes while this waits for room. */
  publish(key: string, value: Buffer | null): Promise<{ partition: number; offset: number }> {
    if (this.#queued === 0 && this.#makeRoom(value)) return Promise.resolve(this.#append(key, value));
    this.#queued += 1;
    const turn = this.#queue.then(async () => {
      while (this.#isClosed || !this.#makeRoom(value)) await this.#commit();
      return this.#append(key, value);
    });
    this.#queue = turn.then(
      () => this.#leaveQueue(),
      () => this.#leaveQueue(),
    );
    return turn;
  }

  /** A group has committed something. */
  onCommit(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.();
  }

  close(): void {
    this.#isClosed = true;
    this.onCommit();
  }

  #append(key: string, value: Buffer | null): { partition: number; offset: number } {
    const log = this.logs[partitionOf(key, this.logs.length)]!;
    const { partition, offset } = log.append(this.definition.name, key, value, Date.now());
    this.bytes += sizeOf(value);
    if (this.definition.cleanup === 'delete') this.#order.push(log);
    else this.#compact();
    return { partition, offset };
  }

  /** Drops what is too old or too much. @returns Whether the value may now be appended. */
  #makeRoom(value: Buffer | null): boolean {
    if (this.definition.cleanup === 'compact') return true;
    const { acks, retentionMs = Infinity } = this.definition;
    const now = Date.now();
    const maxAgeMs = acks === 'leader' ? Math.min(retentionMs, this.#limits.maxAgeMs) : retentionMs;
    for (;;) {
      const log = this.#order[this.#head];
      const oldest = log?.oldest;
      if (!log || !oldest) return true;
      const isFull = this.bytes + sizeOf(value) > this.#limits.maxBytes;
      if (!isFull && now - oldest.timestampMs <= maxAgeMs) return true;
      if (acks === 'all' && oldest.offset >= this.#neededFrom(log)) return !isFull;
      log.dropOldest();
      this.bytes -= sizeOf(oldest.value);
      this.#head += 1;
      if (this.#head >= 1024 && this.#head * 2 > this.#order.length) {
        this.#order = this.#order.slice(this.#head);
        this.#head = 0;
      }
    }
  }

  /** Resolves after the next commit of any group. @throws BUS_CLOSED */
  async #commit(): Promise<void> {
    if (!this.#isClosed)
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    if (this.#isClosed) throw new RoadstreamError('BUS_CLOSED', `The bus was closed while ${this.definition.name} was full.`);
  }

  #leaveQueue(): void {
    this.#queued -= 1;
  }

  /** Whenever the log has doubled since the last time: each message is looked at a constant number of times. */
  #compact(): void {
    if (this.logs.reduce((sum, log) => sum + log.length, 0) < this.#compactAt) return;
    let kept = 0;
    this.bytes = 0;
    for (const log of this.logs) {
      log.compact(Date.now() - tombstoneMs);
      kept += log.length;
      for (const message of log.read(0, Infinity)) this.bytes += sizeOf(message.value);
    }
    this.#compactAt = Math.max(64, kept * 2);
  }
}
