import { setTimeout as sleep } from 'node:timers/promises';
import { metrics } from '@opentelemetry/api';
import { type Logger, pino } from 'pino';
import type { Bus, BusMessage, Subscription } from '../../platform/bus/bus.ts';
import type { Database } from '../../platform/database/database.ts';
import { isRowRefused } from '../../platform/database/failure.ts';
import { type Table, upsert } from '../../platform/database/upsert.ts';
import { rateLimited } from '../../platform/logging.ts';
import { alertCodec, type Codec, perceptionCodec } from '../../schemas/codecs.ts';
import { asRoadstreamError, type RoadstreamError } from '../../schemas/errors.ts';
import { topics } from '../../schemas/topics.ts';
import { alertTable, trackSecondTable } from './tables.ts';
import { type TrackSecond, TrackSeconds } from './track-seconds.ts';

export interface RecorderOptions {
  readonly bus: Bus;
  readonly database: Database;
  readonly log?: Logger;
}

/** How often track rows are written, milliseconds: one statement a second instead of one a stream. */
const writeEveryMs = 1000;
/** Track rows kept while the database is away: more than an hour of two cameras with ten tracks each, about 20 MB. */
const maxPendingRows = 100_000;
/** Writes after which a silent stream's last second is closed: five to ten seconds, longer than a stall that is made up for. */
const sweepEveryWrites = 5;
/** Between attempts while the database is away, milliseconds; doubled up to the cap, with full jitter. */
const retryFirstMs = 500;
const retryCapMs = 15_000;

/**
 * Keeps alerts and per-second track summaries in the database. Whatever is delivered twice changes nothing, and offsets are committed
 * after the database has said yes. While it is away, alerts wait on the bus, and track rows in memory, where the oldest are dropped and
 * counted when there are too many.
 * @throws BUS_CLOSED
 */
export async function startRecorder(options: RecorderOptions): Promise<{ close(): Promise<void> }> {
  const recorder = new Recorder(options);
  await recorder.start();
  return recorder;
}

class Recorder {
  readonly #bus: Bus;
  readonly #database: Database;
  readonly #log: Logger;
  readonly #stop = new AbortController();
  readonly #partitions = new Map<number, { readonly seconds: TrackSeconds; nextOffset: number }>();
  readonly #written;
  readonly #lost;
  readonly #tellFailure: (error: RoadstreamError) => void;
  readonly #tellLost: (fields: { reason: string; error?: string }) => void;
  #pending: TrackSecond[] = [];
  #subscription: Subscription | undefined;
  #writing: Promise<void> = Promise.resolve();
  #closed: Promise<void> | undefined;

  constructor({ bus, database, log = pino({ level: 'silent' }) }: RecorderOptions) {
    this.#bus = bus;
    this.#database = database;
    this.#log = log;
    const meter = metrics.getMeter('roadstream');
    this.#written = meter.createCounter('roadstream.recorder.written', { description: 'Rows the database has acknowledged.' });
    this.#lost = meter.createCounter('roadstream.recorder.lost', {
      description: 'Messages not understood, rows the database refused, and track rows dropped while it was away.',
    });
    this.#tellFailure = rateLimited((error, times) =>
      this.#log.error({ code: error.code, error: error.message, times }, 'writing failed and will be tried again'),
    );
    this.#tellLost = rateLimited((fields, times) => this.#log.warn({ ...fields, times }, 'something could not be recorded'));
  }

  async start(): Promise<void> {
    this.#subscription = await this.#bus.subscribe({
      topics: [topics.perceptions, topics.alerts],
      group: 'recorder',
      from: 'earliest',
      onBatch: (batch, subscription) =>
        batch[0]!.topic === topics.alerts.name ? this.#recordAlerts(batch, subscription) : this.#sumUp(batch),
      onRevoked: async (revoked) => {
        for (const { topic, partition } of revoked) {
          if (topic !== topics.perceptions.name) continue;
          // Half a second now is better than none if nobody takes over; who does writes the whole one over it.
          this.#enqueue(this.#partitions.get(partition)?.seconds.flush() ?? []);
          this.#partitions.delete(partition);
        }
      },
    });
    this.#writing = this.#writeRepeatedly();
  }

  close(): Promise<void> {
    this.#closed ??= (async () => {
      this.#stop.abort();
      await this.#writing;
      await this.#subscription?.close();
      await this.#writePending().catch((thrown) => {
        this.#lose('closed before the database was back', this.#pending.length, asRoadstreamError(thrown));
      });
    })();
    return this.#closed;
  }

  async #recordAlerts(batch: readonly BusMessage[], subscription: Subscription): Promise<void> {
    const alerts = this.#decode(batch, alertCodec).map(({ value }) => value);
    for (let attempt = 0; ; attempt++) {
      try {
        await this.#write(alertTable, alerts);
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
    const { partition } = batch[0]!;
    const state = this.#partitions.get(partition) ?? { seconds: new TrackSeconds(), nextOffset: 0 };
    this.#partitions.set(partition, state);
    for (const { value, offset } of this.#decode(batch, perceptionCodec)) this.#enqueue(state.seconds.push(value, offset));
    state.nextOffset = batch.at(-1)!.offset + 1;
  }

  async #writeRepeatedly(): Promise<void> {
    const { signal } = this.#stop;
    let failures = 0;
    for (let round = 1; !signal.aborted; round++) {
      await sleep(writeEveryMs, undefined, { signal }).catch(() => undefined);
      if (round % sweepEveryWrites === 0) for (const { seconds } of this.#partitions.values()) this.#enqueue(seconds.sweep());
      try {
        await this.#writePending();
        failures = 0;
      } catch (thrown) {
        await this.#backOff(thrown, failures++);
      }
    }
  }

  /** Writes the closed seconds, and then commits up to where the open ones begin. */
  async #writePending(): Promise<void> {
    const done = [...this.#partitions].map(([partition, { seconds, nextOffset }]) => ({
      partition,
      offset: seconds.openFrom ?? nextOffset,
    }));
    const rows = this.#pending;
    this.#pending = [];
    try {
      await this.#write(trackSecondTable, rows);
    } catch (thrown) {
      this.#pending = [...rows, ...this.#pending];
      throw thrown;
    }
    for (const { partition, offset } of done) this.#subscription?.commit(topics.perceptions.name, partition, offset);
  }

  #enqueue(rows: readonly TrackSecond[]): void {
    this.#pending.push(...rows);
    const surplus = this.#pending.length - maxPendingRows;
    if (surplus <= 0) return;
    this.#pending.splice(0, surplus);
    this.#lose('too many track rows wait for the database', surplus);
  }

  /** Writes all rows, without those that are themselves what the database refuses. */
  async #write<T>(table: Table<T>, rows: readonly T[]): Promise<void> {
    if (rows.length === 0) return;
    try {
      await upsert(this.#database, table, rows);
      this.#written.add(rows.length, { table: table.name });
    } catch (thrown) {
      if (!isRowRefused(thrown)) throw thrown;
      if (rows.length === 1) {
        this.#lose(`the database refuses a row of ${table.name}`, 1, asRoadstreamError(thrown));
        return;
      }
      const middle = rows.length >>> 1;
      await this.#write(table, rows.slice(0, middle));
      await this.#write(table, rows.slice(middle));
    }
  }

  #decode<T>(batch: readonly BusMessage[], codec: Codec<T>): { value: T; offset: number }[] {
    return batch.flatMap(({ value, offset, topic }) => {
      try {
        return [{ value: codec.decode(value ?? Buffer.alloc(0)), offset }];
      } catch (thrown) {
        this.#lose(`a message of ${topic} is not understood`, 1, asRoadstreamError(thrown));
        return [];
      }
    });
  }

  async #backOff(thrown: unknown, attempt: number): Promise<void> {
    this.#tellFailure(asRoadstreamError(thrown));
    const delayMs = Math.random() * Math.min(retryCapMs, retryFirstMs * 2 ** attempt);
    await sleep(delayMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }

  #lose(reason: string, count: number, error?: RoadstreamError): void {
    if (count === 0) return;
    this.#lost.add(count, { reason });
    this.#tellLost({ reason, error: error?.message });
  }
}
