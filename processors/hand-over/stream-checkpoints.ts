import type { Bus, TopicPartition } from '../../platform/bus/bus.ts';
import { nowUs } from '../../platform/clock.ts';
import { checkpointCodec } from '../../schemas/codecs.ts';
import type { AccessUnit, Checkpoint } from '../../schemas/messages.ts';
import { topics } from '../../schemas/topics.ts';
import type { PipelineState } from '../pipelines/pipeline.ts';
import type { CheckpointBook } from './checkpoint-book.ts';

/** At most so long, µs of the stream's own time, is judged again after a crash; that it is done twice keeps the live pictures waiting. */
const everyUs = 1_000_000;
const historyEveryUs = 60_000_000;
/** Track ids given out before a checkpoint is due: who takes over leaves out a thousand (`Senses.leaveOutIds`). */
const mostTrackIds = 900;

/** State after a frame, and where in the log it was. */
export interface Settled {
  readonly state: PipelineState;
  /** Track ids given out so far. */
  readonly idsGiven: number;
  readonly unit: Pick<AccessUnit, 'epoch' | 'sequence' | 'capturedAtUs'>;
  readonly keyframeOffset: number;
  readonly nextOffset: number;
}

interface Known {
  readonly settled: Settled;
  readonly hasOutbox: boolean;
}

export interface StreamCheckpointsOptions {
  readonly streamId: string;
  readonly partition: TopicPartition;
  readonly bus: Bus;
  readonly book: CheckpointBook;
  readonly processor: string;
  readonly modelSet: string;
  /** Of the states that are written. */
  readonly stateVersion: number;
}

/** Writes one stream's state down, for whoever takes it over. */
export class StreamCheckpoints {
  readonly #options: StreamCheckpointsOptions;
  #settled: Settled | undefined;
  #written: Known | undefined;
  /** Of our take-over, on the checkpoint topic. */
  #takenOverAt: number | undefined;
  #historyAtUs: number | undefined;

  constructor(options: StreamCheckpointsOptions) {
    this.#options = options;
  }

  /** Whether another processor owns the stream now. What we have written since, not knowing it, changes nothing. */
  get isTakenOver(): boolean {
    const { book, streamId } = this.#options;
    return this.#takenOverAt !== undefined && book.isTakenOver(streamId, this.#takenOverAt);
  }

  /** Whether there is something that was published and that no checkpoint knows. */
  get isBehind(): boolean {
    return this.#written !== undefined && (this.#written.hasOutbox || this.#written.settled !== this.#settled);
  }

  /** Whether it is time for one: who takes over would have too much to judge again, or too many track ids to leave out. */
  get isDue(): boolean {
    const [settled, written] = [this.#settled, this.#written?.settled];
    if (!settled || !written) return false;
    return (
      Math.abs(settled.unit.capturedAtUs - written.unit.capturedAtUs) >= everyUs || settled.idsGiven - written.idsGiven >= mostTrackIds
    );
  }

  /**
   * Says that the stream is this processor's from now on. Comes before anything is published: track ids that were seen outside are then
   * never given out again. All that the owner before counts for is known to the book afterwards.
   */
  async takeOver(settled: Settled): Promise<void> {
    this.#settled = settled;
    await this.#write([], true);
  }

  /** Whether `takeOver` has been called. */
  get hasTakenOver(): boolean {
    return this.#written !== undefined;
  }

  /** A frame is done; `write` writes this state from now on. */
  settle(settled: Settled): void {
    this.#settled = settled;
  }

  /**
   * @param outbox Alert messages that are going to be published just after it.
   * @returns False when the stream is another's: who owns it judges these pictures itself. With alerts it is certain that it is not, or
   * that its next owner knows them.
   * @throws What publishing throws; BUS_UNAVAILABLE
   */
  write(outbox: readonly Buffer[] = []): Promise<boolean> {
    return this.#write(outbox, outbox.length > 0);
  }

  async #write(outbox: readonly Buffer[], isReadBack: boolean): Promise<boolean> {
    const settled = this.#settled;
    if (this.isTakenOver) return false;
    if (!settled) return true;
    const { streamId, partition, bus, book, processor, modelSet, stateVersion } = this.#options;
    const { state, unit, keyframeOffset, nextOffset } = settled;
    const isTakeOver = this.#written === undefined;
    const checkpoint: Checkpoint = {
      streamId,
      version: stateVersion,
      epoch: unit.epoch,
      sequence: unit.sequence,
      capturedAtUs: unit.capturedAtUs,
      topic: partition.topic,
      partition: partition.partition,
      keyframeOffset,
      nextOffset,
      modelSet,
      state: JSON.stringify(state),
      outbox,
      isTakeOver,
      processor,
      writtenAtUs: nowUs(),
    };
    const written = await book.write(checkpoint);
    this.#takenOverAt ??= written.offset;
    this.#written = { settled, hasOutbox: outbox.length > 0 };
    const isHistoryDue = this.#historyAtUs === undefined || Math.abs(unit.capturedAtUs - this.#historyAtUs) >= historyEveryUs;
    if (isHistoryDue) {
      this.#historyAtUs = unit.capturedAtUs;
      await bus.publish(topics.checkpointHistory, streamId, checkpointCodec.encode(checkpoint));
    }
    if (!isReadBack) return true;
    await book.readBack(written);
    return !this.isTakenOver;
  }
}
