import { setTimeout as sleep } from 'node:timers/promises';
import { metrics } from '@opentelemetry/api';
import type { Logger } from 'pino';
import type { Database } from '../../platform/database/database.ts';
import { isRowRefused } from '../../platform/database/failure.ts';
import { type Table, upsert } from '../../platform/database/upsert.ts';
import type { DeadLetters } from '../../platform/dead-letters.ts';
import { rateLimited } from '../../platform/logging.ts';
import { asRoadstreamError, type RoadstreamError } from '../../schemas/errors.ts';
import type { Alert } from '../../schemas/messages.ts';
import type { DiskBuffer, DiskRecord, Lane, Segment } from './disk-buffer.ts';
import { alertTable, type ReadingRow, readingTable, riskSecondTable, trackSecondTable } from './tables.ts';
import type { RiskSecond, TrackSecond } from './track-seconds.ts';

/** A row, and the message that it comes from. */
export interface Entry<Row> {
  readonly row: Row;
  readonly message: Parameters<DeadLetters['bury']>[0];
}

interface Rows {
  readonly alerts: Alert;
  readonly readings: ReadingRow;
  readonly risks: RiskSecond;
  readonly samples: TrackSecond;
}

const tables: { readonly [L in Lane]: Table<Rows[L]> } = {
  alerts: alertTable,
  readings: readingTable,
  risks: riskSecondTable,
  samples: trackSecondTable,
};

export interface RowKeeperOptions {
  readonly database: Database | Promise<Database>;
  readonly buffer: DiskBuffer;
  readonly deadLetters: DeadLetters;
  readonly log: Logger;
}

/** Rows of one statement: 30 ms of PostgreSQL 15, 50 ms of PGlite; nothing else waits longer for them. */
const rowsPerStatement = 1000;
/** One is summed up and encoded while PostgreSQL works at the other. */
const statementsInFlight = 2;
/** Between attempts while the database is away, milliseconds; doubled up to the cap, with full jitter. */
const retryFirstMs = 500;
const retryCapMs = 15_000;

/** Puts rows into the database, or on disk while it is away, from where they follow later. */
export class RowKeeper {
  readonly #options: RowKeeperOptions;
  readonly #stop = new AbortController();
  readonly #written;
  readonly #refused;
  readonly #tellAway: (error: RoadstreamError) => void;
  readonly #catchingUp: Promise<void>;
  #database: Database | undefined;
  #isAway = true;
  /** Attempts since something was written last. */
  #failures = 0;
  #somethingToDo = Promise.withResolvers<void>();

  constructor(options: RowKeeperOptions) {
    this.#options = options;
    const { database, buffer, log } = options;
    const meter = metrics.getMeter('roadstream');
    this.#written = meter.createCounter('roadstream.recorder.written', { description: 'Rows the database has acknowledged.' });
    this.#refused = meter.createCounter('roadstream.recorder.refused', { description: 'Rows the database refused.' });
    meter
      .createObservableGauge('roadstream.recorder.buffered', { description: 'On disk, waiting for the database.', unit: 'By' })
      .addCallback((result) => result.observe(buffer.bytes));
    this.#tellAway = rateLimited((error, times) =>
      log.error({ code: error.code, error: error.message, times }, 'the database is away; what is to be recorded is kept on disk'),
    );
    if (!(database instanceof Promise)) this.#arrived(database);
    this.#catchingUp = this.#catchUp();
  }

  /**
   * Resolves when all rows are in the database or safe on disk.
   * @throws DISK_FULL, FILE_UNWRITABLE when neither was possible; some rows may have been kept, and may be given again.
   */
  async keep<L extends Lane>(lane: L, entries: readonly Entry<Rows[L]>[]): Promise<void> {
    let next = 0;
    const keepOn = async () => {
      while (next < entries.length) {
        const some = entries.slice(next, next + rowsPerStatement);
        next += rowsPerStatement;
        await this.#keepSome(lane, some);
      }
    };
    const results = await Promise.allSettled(Array.from({ length: statementsInFlight }, keepOn));
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  /** Whatever is still on disk stays there for the next time. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#somethingToDo.resolve();
    await this.#catchingUp;
    await this.#options.buffer.close();
  }

  async #keepSome<L extends Lane>(lane: L, entries: readonly Entry<Rows[L]>[]): Promise<void> {
    // Who is away is asked by #catchUp alone: live rows do not wait for a connection that will fail.
    if (!this.#isAway) {
      try {
        return await this.#write(lane, entries);
      } catch (thrown) {
        this.#left(thrown);
      }
    }
    await this.#options.buffer.append(lane, [toRecord(entries)]);
    this.#somethingToDo.resolve();
  }

  /** Writes what is on disk, always; never more than half of the time, so that live rows go before. */
  async #catchUp(): Promise<void> {
    const { buffer, log } = this.#options;
    const { signal } = this.#stop;
    const stopped = new Promise<undefined>((resolve) => signal.addEventListener('abort', () => resolve(undefined)));
    try {
      const opened = await Promise.race([this.#options.database, stopped]);
      if (opened) this.#arrived(opened);
    } catch (thrown) {
      const { code, message } = asRoadstreamError(thrown);
      log.error({ code, error: message }, 'the database cannot be opened; what is to be recorded stays on disk');
      return;
    }
    while (!signal.aborted) {
      this.#somethingToDo = Promise.withResolvers();
      const { promise } = this.#somethingToDo;
      try {
        await this.#untilBack();
        const segment = await buffer.oldest();
        if (segment) await this.#writeSegment(segment);
        else if (!this.#isAway && !signal.aborted) await promise;
      } catch (thrown) {
        const { code, message } = asRoadstreamError(thrown);
        log.error({ code, error: message }, 'what is kept on disk cannot be read; it is tried again');
        await this.#pause(retryCapMs);
      }
    }
  }

  async #writeSegment(segment: Segment): Promise<void> {
    for await (const record of this.#options.buffer.read(segment)) {
      const startedAt = performance.now();
      await this.#writeUntilDone(segment.lane, record);
      if (this.#stop.signal.aborted) return;
      await this.#pause(performance.now() - startedAt);
    }
    await this.#options.buffer.remove(segment);
  }

  async #writeUntilDone<L extends Lane>(lane: L, record: DiskRecord): Promise<void> {
    const entries = fromRecord<L>(record);
    while (!this.#stop.signal.aborted) {
      try {
        return await this.#write(lane, entries);
      } catch (thrown) {
        this.#left(thrown);
        await this.#untilBack();
      }
    }
  }

  /** Writes all rows, without those that are themselves what the database refuses. */
  async #write<L extends Lane>(lane: L, entries: readonly Entry<Rows[L]>[]): Promise<void> {
    const table: Table<Rows[L]> = tables[lane];
    try {
      await upsert(
        this.#database!,
        table,
        entries.map(({ row }) => row),
      );
      this.#written.add(entries.length, { table: table.name });
      this.#failures = 0;
    } catch (thrown) {
      if (!isRowRefused(thrown)) throw thrown;
      const [first] = entries;
      if (entries.length === 1) {
        this.#refused.add(1, { table: table.name });
        await this.#options.deadLetters.bury(first!.message, thrown);
        return;
      }
      const middle = entries.length >>> 1;
      await this.#write(lane, entries.slice(0, middle));
      await this.#write(lane, entries.slice(middle));
    }
  }

  #arrived(database: Database): void {
    this.#database = database;
    this.#isAway = false;
  }

  #left(thrown: unknown): void {
    this.#tellAway(asRoadstreamError(thrown));
    this.#isAway = true;
    this.#somethingToDo.resolve();
  }

  async #untilBack(): Promise<void> {
    while (this.#isAway && !this.#stop.signal.aborted) {
      await this.#pause(Math.random() * Math.min(retryCapMs, retryFirstMs * 2 ** this.#failures++));
      try {
        await this.#database!.query('select 1');
        this.#isAway = false;
      } catch (thrown) {
        this.#tellAway(asRoadstreamError(thrown));
      }
    }
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }
}

function toRecord<Row>(entries: readonly Entry<Row>[]): DiskRecord {
  const plain = entries.map(({ row, message }) => ({ row, message: { ...message, value: message.value?.toString('base64') } }));
  return { rows: entries.length, text: JSON.stringify(plain) };
}

function fromRecord<L extends Lane>({ text }: DiskRecord): Entry<Rows[L]>[] {
  const plain = JSON.parse(text) as { row: Rows[L]; message: Entry<never>['message'] & { value?: string } }[];
  return plain.map(({ row, message: { value, ...message } }) => ({
    row,
    message: value === undefined ? message : { ...message, value: Buffer.from(value, 'base64') },
  }));
}
