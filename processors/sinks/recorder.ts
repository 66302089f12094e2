import { setTimeout as sleep } from 'node:timers/promises';
import { metrics } from '@opentelemetry/api';
import { type Logger, pino } from 'pino';
import type { Bus, BusMessage, Subscription, TopicPartition } from '../../platform/bus/bus.ts';
import type { Database } from '../../platform/database/database.ts';
import { createDeadLetters, type DeadLetters } from '../../platform/dead-letters.ts';
import { rateLimited } from '../../platform/logging.ts';
import { alertCodec, type Codec, perceptionCodec } from '../../schemas/codecs.ts';
import { asRoadstreamError, type RoadstreamError } from '../../schemas/errors.ts';
import { topics } from '../../schemas/topics.ts';
import { DiskBuffer } from './disk-buffer.ts';
import { type Entry, RowKeeper } from './row-keeper.ts';
import type { ReadingRow } from './tables.ts';
import { type RiskSecond, type SecondRows, type TrackSecond, TrackSeconds } from './track-seconds.ts';

export interface RecorderOptions {
  readonly bus: Bus;
  /** At this version already. A promise where it may be away for now: until it is there, rows are kept on disk. */
  readonly database: Database | Promise<Database>;
  /** Holds rows while the database is away; no other recorder may use it. */
  readonly bufferDirectory: string;
  /** How much it may hold. Then the oldest per-second samples go, then risks, then readings, and alerts wait on the bus. */
  readonly bufferBytes: number;
  readonly log?: Logger;
}

/** How often track rows are written, milliseconds: one statement a second instead of one a stream. */
const writeEveryMs = 1000;
/** As many rows do not wait for that. */
const rowsWrittenAtOnce = 4000;
/** Rows in memory above which reading pauses: two seconds of the most tracks that one recorder can take, about 20 MB. */
const maxPendingRows = 50_000;
/** A stream silent for one to two times this long has its last second closed, milliseconds: longer than a processor's take-over. */
const sweepEveryMs = 20_000;
/** How long letting go of partitions may wait for their rows to be kept, milliseconds: the whole group waits with it. */
const revokeWithinMs = 3_000;
/** Between attempts while neither database nor disk takes anything, milliseconds; doubled up to the cap, with full jitter. */
const retryFirstMs = 500;
const retryCapMs = 5_000;

/**
 * Keeps alerts, readings, and each second's risk and tracks in the database. Whatever is delivered twice changes nothing, and offsets are
 * committed when the rows are in the database or, while it is away, on disk (fsync). Where neither is possible, messages wait on the bus.
 * What is not understood, or refused by the database, becomes a dead letter.
 * @throws BUS_CLOSED, BUFFER_LOCKED when another recorder uses the folder, DISK_FULL, FILE_UNWRITABLE
 */
export async function startRecorder(options: RecorderOptions): Promise<{ close(): Promise<void> }> {
  const { bus, database, bufferDirectory, bufferBytes, log = pino({ level: 'silent' }) } = options;
  const lost = metrics.getMeter('roadstream').createCounter('roadstream.recorder.lost', {
    description: 'Messages not understood, and rows dropped because the buffer on disk was full.',
  });
  const tellDropped = rateLimited((rows: number, times) =>
    log.warn({ code: 'DISK_FULL', rows, times }, 'the buffer is full and the database away; the oldest rows are dropped'),
  );
  const buffer = await DiskBuffer.open({
    directory: bufferDirectory,
    maxBytes: bufferBytes,
    onDropped: (rows) => {
      lost.add(rows, { reason: 'dropped' });
      tellDropped(rows);
    },
    onTorn: (file, bytes) =>
      log.warn({ file, bytes }, 'a file of the buffer holds bytes that were never wholly written; they are left out'),
  });
  const deadLetters = createDeadLetters(bus, 'recorder', log);
  const keeper = new RowKeeper({ database, buffer, deadLetters, log });
  const recorder = new Recorder({ bus, keeper, deadLetters, log, onNotUnderstood: () => lost.add(1, { reason: 'not understood' }) });
  try {
    await recorder.start();
    return recorder;
  } catch (thrown) {
    await keeper.close();
    throw thrown;
  }
}

interface RecorderParts {
  readonly bus: Bus;
  readonly keeper: RowKeeper;
  readonly deadLetters: DeadLetters;
  readonly log: Logger;
  readonly onNotUnderstood: () => void;
}

class Recorder {
  readonly #parts: RecorderParts;
  readonly #stop = new AbortController();
  readonly #partitions = new Map<number, { readonly seconds: TrackSeconds; nextOffset: number }>();
  readonly #tellWaiting: (error: RoadstreamError) => void;
  #pending: Entry<TrackSecond>[] = [];
  #risks: Entry<RiskSecond>[] = [];
  /** The newest of each reading since the last writing. */
  #readings = new Map<string, Entry<ReadingRow>>();
  #subscription: Subscription | undefined;
  #looping: Promise<void> = Promise.resolve();
  /** Track rows are written by one at a time. */
  #writing: Promise<void> = Promise.resolve();
  #room = Promise.withResolvers<void>();
  #wake = () => {};
  #closed: Promise<void> | undefined;

  constructor(parts: RecorderParts) {
    this.#parts = parts;
    this.#tellWaiting = rateLimited((error, times) =>
      parts.log.error(
        { code: error.code, error: error.message, times },
        'neither the database nor the disk takes anything; messages wait on the bus',
      ),
    );
  }

  async start(): Promise<void> {
    this.#subscription = await this.#parts.bus.subscribe({
      topics: [topics.perceptions, topics.alerts],
      group: 'recorder',
      from: 'earliest',
      onBatch: (batch, subscription) =>
        batch[0]!.topic === topics.alerts.name ? this.#recordAlerts(batch, subscription) : this.#sumUp(batch),
      onRevoked: (revoked) => this.#letGo(revoked),
    });
    this.#looping = this.#writeRepeatedly();
  }

  close(): Promise<void> {
    this.#closed ??= (async () => {
      this.#stop.abort();
      this.#wake();
      this.#room.resolve();
      await this.#looping;
      await this.#subscription?.close();
      await this.#writePending().catch((thrown) => this.#tellWaiting(asRoadstreamError(thrown)));
      await this.#parts.keeper.close();
    })();
    return this.#closed;
  }

  async #recordAlerts(batch: readonly BusMessage[], subscription: Subscription): Promise<void> {
    const entries = (await this.#decode(batch, alertCodec)).map(({ value: row, message }) => ({ row, message }));
    for (let attempt = 0; ; attempt++) {
      try {
        await this.#parts.keeper.keep('alerts', entries);
        break;
      } catch (thrown) {
        if (this.#stop.signal.aborted) throw thrown;
        await this.#backOff(thrown, attempt);
      }
    }
    const last = batch.at(-1)!;
    subscription.commit(last.topic, last.partition, last.offset + 1);
  }

  async #sumUp(batch: readonly BusMessage[]): Promise<void> {
    while (this.#pending.length + this.#risks.length + this.#readings.size >= maxPendingRows && !this.#stop.signal.aborted)
      await this.#room.promise;
    const perceptions = await this.#decode(batch, perceptionCodec);
    const { partition } = batch[0]!;
    const state = this.#partitions.get(partition) ?? { seconds: new TrackSeconds(), nextOffset: 0 };
    this.#partitions.set(partition, state);
    for (const { value, message } of perceptions) {
      this.#enqueue(partition, state.seconds.push(value, message.offset));
      const { streamId, vehicleId, modelSet, readings } = value;
      for (const reading of readings) this.#keepNewest({ row: { ...reading, streamId, vehicleId, modelSet }, message });
    }
    state.nextOffset = batch.at(-1)!.offset + 1;
  }

  #keepNewest(entry: Entry<ReadingRow>): void {
    const { readingId, lastSeenAtUs } = entry.row;
    const known = this.#readings.get(readingId);
    if (!known || known.row.lastSeenAtUs <= lastSeenAtUs) this.#readings.set(readingId, entry);
  }

  #enqueue(partition: number, { tracks, risks }: SecondRows): void {
    for (const row of tracks) this.#pending.push(entryOf(partition, row));
    for (const row of risks) this.#risks.push(entryOf(partition, row));
    if (this.#pending.length + this.#risks.length >= rowsWrittenAtOnce) this.#wake();
  }

  async #writeRepeatedly(): Promise<void> {
    const { signal } = this.#stop;
    let sweptAt = performance.now();
    for (let failures = 0; !signal.aborted; ) {
      if (this.#pending.length + this.#risks.length < rowsWrittenAtOnce) await this.#enoughOrLate();
      if (performance.now() - sweptAt >= sweepEveryMs) {
        sweptAt = performance.now();
        for (const [partition, { seconds }] of this.#partitions) this.#enqueue(partition, seconds.sweep());
      }
      try {
        await this.#writePending();
        failures = 0;
      } catch (thrown) {
        await this.#backOff(thrown, failures++);
      }
    }
  }

  #enoughOrLate(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#wake(), writeEveryMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.#stop.signal.aborted) this.#wake();
    });
  }

  #writePending(): Promise<void> {
    const written = this.#writing.then(() => this.#writeOnce());
    this.#writing = written.catch(() => undefined);
    return written;
  }

  /** Writes the closed seconds, and then commits up to where the open ones begin. */
  async #writeOnce(): Promise<void> {
    const done = [...this.#partitions].map(([partition, state]) => ({
      partition,
      state,
      offset: state.seconds.openFrom ?? state.nextOffset,
    }));
    const rows = this.#pending;
    const risks = this.#risks;
    const readings = this.#readings;
    this.#pending = [];
    this.#risks = [];
    this.#readings = new Map();
    try {
      await this.#parts.keeper.keep('readings', [...readings.values()]);
      await this.#parts.keeper.keep('risks', risks);
      await this.#parts.keeper.keep('samples', rows);
    } catch (thrown) {
      this.#risks = risks.concat(this.#risks);
      this.#pending = rows.concat(this.#pending);
      for (const entry of readings.values()) this.#keepNewest(entry);
      throw thrown;
    }
    for (const { partition, state, offset } of done)
      if (this.#partitions.get(partition) === state) this.#subscription?.commit(topics.perceptions.name, partition, offset);
    this.#room.resolve();
    this.#room = Promise.withResolvers();
  }

  /** Who takes over begins where the open seconds do, and sums them up anew. */
  async #letGo(revoked: readonly TopicPartition[]): Promise<void> {
    const partitions = revoked.filter(({ topic }) => topic === topics.perceptions.name).map(({ partition }) => partition);
    if (partitions.length === 0) return;
    const patience = new AbortController();
    await Promise.race([
      this.#writePending().catch(() => undefined),
      sleep(revokeWithinMs, undefined, { signal: patience.signal }).catch(() => undefined),
    ]);
    patience.abort();
    for (const partition of partitions) {
      // At the end half a second is better than none, if nobody takes over; who does writes the whole one over it.
      const state = this.#partitions.get(partition);
      if (this.#stop.signal.aborted && state) this.#enqueue(partition, state.seconds.flush());
      this.#partitions.delete(partition);
    }
  }

  async #decode<T>(batch: readonly BusMessage[], codec: Codec<T>): Promise<{ value: T; message: BusMessage }[]> {
    const decoded = [];
    for (const message of batch) {
      try {
        decoded.push({ value: codec.decode(message.value ?? Buffer.alloc(0)), message });
      } catch (thrown) {
        this.#parts.onNotUnderstood();
        await this.#parts.deadLetters.bury(message, thrown);
      }
    }
    return decoded;
  }

  async #backOff(thrown: unknown, attempt: number): Promise<void> {
    this.#tellWaiting(asRoadstreamError(thrown));
    const delayMs = Math.random() * Math.min(retryCapMs, retryFirstMs * 2 ** attempt);
    await sleep(delayMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }
}

/** A row of many perceptions, by the first of them. */
function entryOf<Row extends TrackSecond | RiskSecond>(partition: number, row: Row): Entry<Row> {
  const { streamId: key, second, firstOffset: offset } = row;
  return { row, message: { topic: topics.perceptions.name, partition, offset, key, timestampMs: second * 1000 } };
}
