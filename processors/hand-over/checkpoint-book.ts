import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Bus, BusMessage, TopicPartition } from '../../platform/bus/bus.ts';
import type { DeadLetters } from '../../platform/dead-letters.ts';
import { alertCodec, checkpointCodec } from '../../schemas/codecs.ts';
import { asRoadstreamError, RoadstreamError } from '../../schemas/errors.ts';
import { type Checkpoint, type StreamKind, streamKinds } from '../../schemas/messages.ts';
import { topics } from '../../schemas/topics.ts';
import type { CameraHealth } from '../core/camera-health.ts';
import type { PipelineState } from '../pipelines/pipeline.ts';

/** How long a take-over waits for checkpoints that are on the topic already, milliseconds: longer than reading all of a thousand streams takes. */
const longestWaitMs = 10_000;
const pollMs = 5;
/** Checkpoints of one partition that are this much older than its newest, milliseconds, are of streams that had ended: nobody seeks back for them. */
const recentMs = 10_000;

/** As much of a state's shape as tells it from something else; its version vouches for the rest. */
const stateSchema = z.looseObject({
  kind: z.enum(streamKinds),
  newest: z.looseObject({ epoch: z.number(), sequence: z.number() }).nullable(),
  shown: z.looseObject({ epoch: z.number(), rtpTimestamp: z.number() }).nullable(),
  health: z.custom<CameraHealth>((value) => typeof value === 'object' && value !== null),
  senses: z.looseObject({}),
});

export interface CheckpointBookOptions {
  readonly bus: Bus;
  /** Who writes here. */
  readonly processor: string;
  readonly deadLetters: DeadLetters;
  readonly log: Logger;
}

interface Entry {
  readonly checkpoint: Checkpoint;
  readonly message: BusMessage;
}

/** Where a message stands on its topic. */
export interface Written {
  readonly partition: number;
  readonly offset: number;
}

export interface Restored {
  readonly checkpoint: Checkpoint;
  readonly state: PipelineState;
}

/**
 * The newest checkpoint of every stream, kept at hand by following the topic, so that a take-over reads nothing. Who writes a take-over
 * owns the stream from there on: what its former owner still writes, not knowing it, does not count.
 */
export class CheckpointBook {
  readonly #options: CheckpointBookOptions;
  readonly #entries = new Map<string, Entry>();
  /** What the owner before us wrote last that counts, by stream, until we have gone on from it. */
  readonly #formers = new Map<string, Entry>();
  /** After the newest message seen, by partition. */
  readonly #seen = new Map<number, number>();
  #readers: { readonly partition: number; readonly offset: number; resolve(): void }[] = [];
  #subscription: { close(): Promise<void> } | undefined;

  private constructor(options: CheckpointBookOptions) {
    this.#options = options;
  }

  static async open(options: CheckpointBookOptions): Promise<CheckpointBook> {
    const book = new CheckpointBook(options);
    book.#subscription = await options.bus.subscribe({
      topics: [topics.checkpoints],
      from: 'earliest',
      onBatch: async (batch) => {
        for (const message of batch) await book.#read(message);
        const last = batch.at(-1)!;
        book.#seen.set(last.partition, last.offset + 1);
        book.#wakeReaders();
      },
    });
    return book;
  }

  /** Resolves when every checkpoint that is on the topic now has been read. */
  async caughtUp(): Promise<void> {
    const ends = await this.#options.bus.offsets(topics.checkpoints);
    const isThere = () => ends.every(({ oldest, next }, partition) => oldest === next || (this.#seen.get(partition) ?? 0) >= next);
    const giveUpAt = performance.now() + longestWaitMs;
    while (!isThere()) {
      if (performance.now() > giveUpAt) {
        this.#options.log.warn({ waitedMs: longestWaitMs }, 'streams are taken over without having read all checkpoints');
        return;
      }
      await sleep(pollMs);
    }
  }

  /**
   * What the newest checkpoint of a stream tells; undefined when there is none that can be used, which the log then says.
   * @param version Of the states that can be restored now.
   */
  async restore(streamId: string, kind: StreamKind, version: number): Promise<Restored | undefined> {
    return this.#restore(this.#entries.get(streamId), kind, version);
  }

  /**
   * What the owner before us wrote between our reading its checkpoint and our take-over; undefined when it wrote nothing more.
   * @param than Where what we have read stands.
   */
  async restoreNewer(
    { streamId, topic, partition, nextOffset }: Pick<Checkpoint, 'streamId' | 'topic' | 'partition' | 'nextOffset'>,
    kind: StreamKind,
    version: number,
  ): Promise<Restored | undefined> {
    const former = this.#formers.get(streamId);
    const isNewer =
      former?.checkpoint.topic === topic && former.checkpoint.partition === partition && former.checkpoint.nextOffset > nextOffset;
    return isNewer ? this.#restore(former, kind, version) : undefined;
  }

  /** Where decoding of a partition's streams would have to begin again; undefined when nothing is known of them. */
  keyframeOffset({ topic, partition }: TopicPartition): number | undefined {
    const entries = this.#of({ topic, partition });
    // By the bus's clock: those of two owners need not agree.
    const newestMs = Math.max(...entries.map(({ message }) => message.timestampMs));
    const offsets = entries.flatMap(({ checkpoint, message }) =>
      message.timestampMs >= newestMs - recentMs ? checkpoint.keyframeOffset : [],
    );
    return offsets.length > 0 ? Math.min(...offsets) : undefined;
  }

  /** Publishes alerts again that the partition's last owner may have died before publishing. Their ids are the same: nobody gets one twice. */
  async publishOutboxes(topicPartition: TopicPartition): Promise<void> {
    for (const { checkpoint } of this.#of(topicPartition)) {
      if (checkpoint.outbox.length === 0) continue;
      await this.publishOutbox(checkpoint);
      await this.readBack(await this.write({ ...checkpoint, outbox: [], isTakeOver: true, processor: this.#options.processor }));
    }
  }

  async publishOutbox({ streamId, outbox, processor }: Checkpoint): Promise<void> {
    if (outbox.length === 0) return;
    const { bus, log } = this.#options;
    await Promise.all(outbox.map((value) => bus.publish(topics.alerts, alertKeyOf(value, streamId), value)));
    log.info({ stream: streamId, alerts: outbox.length, from: processor }, 'alerts of a former owner published');
  }

  /** @returns Where it stands on the topic. */
  write(checkpoint: Checkpoint): Promise<Written> {
    return this.#options.bus.publish(topics.checkpoints, checkpoint.streamId, checkpointCodec.encode(checkpoint));
  }

  /**
   * Resolves when the book has read what was written: all that others wrote before it is known then.
   * @throws BUS_UNAVAILABLE
   */
  async readBack({ partition, offset }: Written): Promise<void> {
    if (this.#hasRead(partition, offset)) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#readers = this.#readers.filter((it) => it !== reader);
        reject(
          new RoadstreamError('BUS_UNAVAILABLE', `A checkpoint was written, but could not be read back within ${longestWaitMs / 1000} s.`, {
            retryable: true,
          }),
        );
      }, longestWaitMs);
      const reader = {
        partition,
        offset,
        resolve: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      this.#readers.push(reader);
    });
  }

  /** Whether another processor has taken the stream over since our take-over at this offset. */
  isTakenOver(streamId: string, sinceOffset: number): boolean {
    const entry = this.#entries.get(streamId);
    return entry !== undefined && entry.message.offset > sinceOffset && entry.checkpoint.processor !== this.#options.processor;
  }

  async close(): Promise<void> {
    await this.#subscription?.close();
  }

  async #restore(entry: Entry | undefined, kind: StreamKind, version: number): Promise<Restored | undefined> {
    if (!entry) return undefined;
    const { checkpoint, message } = entry;
    const { streamId } = checkpoint;
    const { log, deadLetters } = this.#options;
    if (checkpoint.version !== version) {
      log.warn(
        { stream: streamId, version: checkpoint.version, known: version, writtenBy: checkpoint.processor },
        'a checkpoint of another version cannot be read; the stream starts afresh',
      );
      return undefined;
    }
    try {
      const state: PipelineState = stateSchema.parse(JSON.parse(checkpoint.state));
      if (state.kind === kind) return { checkpoint, state };
      log.warn({ stream: streamId, was: state.kind, is: kind }, 'the stream is of another kind than before; it starts afresh');
      return undefined;
    } catch (cause) {
      log.warn({ stream: streamId, writtenBy: checkpoint.processor }, 'a checkpoint is damaged; the stream starts afresh');
      if (this.#entries.get(streamId) === entry) this.#entries.delete(streamId);
      const error = new RoadstreamError('MESSAGE_INVALID', `The state in the checkpoint of ${streamId} is none.`, { cause });
      await deadLetters.bury(message, error);
      return undefined;
    }
  }

  #hasRead(partition: number, offset: number): boolean {
    return (this.#seen.get(partition) ?? 0) > offset;
  }

  #wakeReaders(): void {
    const readers = this.#readers;
    this.#readers = readers.filter(({ partition, offset }) => !this.#hasRead(partition, offset));
    for (const { partition, offset, resolve } of readers) if (this.#hasRead(partition, offset)) resolve();
  }

  #of({ topic, partition }: TopicPartition): Entry[] {
    return [...this.#entries.values()].filter(({ checkpoint }) => checkpoint.topic === topic && checkpoint.partition === partition);
  }

  async #read(message: BusMessage): Promise<void> {
    if (!message.value) {
      this.#entries.delete(message.key);
      this.#formers.delete(message.key);
      return;
    }
    try {
      const checkpoint = checkpointCodec.decode(message.value);
      const { streamId, processor, isTakeOver } = checkpoint;
      const before = this.#entries.get(streamId);
      if (before && processor !== before.checkpoint.processor) {
        if (!isTakeOver) return;
        if (processor === this.#options.processor) this.#formers.set(streamId, before);
      }
      if (!isTakeOver) this.#formers.delete(streamId);
      this.#entries.set(streamId, { checkpoint, message });
    } catch (thrown) {
      await this.#options.deadLetters.bury(message, asRoadstreamError(thrown));
    }
  }
}

function alertKeyOf(value: Buffer, streamId: string): string {
  try {
    return alertCodec.decode(value).vehicleId ?? streamId;
  } catch {
    return streamId;
  }
}
