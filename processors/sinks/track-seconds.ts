import { SeenSequences } from '../../platform/seen-sequences.ts';
import type { Perception, Track } from '../../schemas/messages.ts';
import { type RiskSigns, riskOf, worseOf } from '../../schemas/risk.ts';

/** What one track did within one second of capture time. */
export interface TrackSecond {
  readonly streamId: string;
  readonly vehicleId: string | null;
  /** Whole UTC seconds. */
  readonly second: number;
  readonly trackId: number;
  readonly class: string;
  /** Analysed frames of this second that it was seen in. */
  readonly frames: number;
  readonly scoreMean: number;
  /** Frames in which it was the lead. */
  readonly leadFrames: number;
  /** Frames in which it was in the ego path. */
  readonly pathFrames: number;
  readonly distanceMinMeters: number | null;
  readonly ttcMinSeconds: number | null;
  readonly closingSpeedMaxMps: number | null;
  /** In its partition: the first perception of this second. */
  readonly firstOffset: number;
}

/** What one camera said of its vehicle's risk within one second of capture time, the worst of each part. */
export interface RiskSecond extends RiskSigns {
  readonly streamId: string;
  readonly vehicleId: string;
  /** Whole UTC seconds. */
  readonly second: number;
  /** Analysed frames of this second. */
  readonly frames: number;
  /** In its partition: the first perception of this second. */
  readonly firstOffset: number;
}

/** What closed seconds come to. */
export interface SecondRows {
  readonly tracks: readonly TrackSecond[];
  readonly risks: readonly RiskSecond[];
}

interface OpenTrack {
  readonly trackId: number;
  class: string;
  frames: number;
  scoreSum: number;
  leadFrames: number;
  pathFrames: number;
  distanceMinMeters: number | null;
  ttcMinSeconds: number | null;
  closingSpeedMaxMps: number | null;
}

interface OpenSecond {
  readonly streamId: string;
  readonly vehicleId: string | null;
  readonly second: number;
  readonly firstOffset: number;
  readonly tracks: Map<number, OpenTrack>;
  frames: number;
  /** Undefined of cameras that do not watch a vehicle's drive. */
  risk: RiskSigns | undefined;
  /** Of each of the stream's latest epochs. */
  readonly seen: Map<number, SeenSequences>;
  /** Sweeps since the last perception. */
  age: number;
}

/** Epochs remembered of a stream: a processor that takes over goes back at most seconds, and a camera reconnects less often than that. */
const maxEpochs = 8;

/**
 * Sums up the perceptions of one partition into one row per stream, track and second of capture time, and one of risk per stream and second.
 * After a processor's take-over perceptions come again: what has been seen of a stream's epoch counts once. A new epoch may have a
 * lower number than the last: the camera's next host may have another clock.
 */
export class TrackSeconds {
  readonly #open = new Map<string, OpenSecond>();

  /** Where reading must begin again for the open seconds to become whole; undefined when none is open. */
  get openFrom(): number | undefined {
    let from: number | undefined;
    for (const { firstOffset } of this.#open.values()) if (from === undefined || firstOffset < from) from = firstOffset;
    return from;
  }

  /**
   * @param offset Of the perception in its partition.
   * @returns The rows of the stream's former second, once a perception of another one comes.
   */
  push(perception: Perception, offset: number): SecondRows {
    const { streamId, vehicleId, epoch, sequence, tracks } = perception;
    const second = Math.floor(perception.capturedAtUs / 1_000_000);
    let open = this.#open.get(streamId);
    const seen = open?.seen ?? new Map<number, SeenSequences>();
    const ofEpoch = seen.get(epoch) ?? new SeenSequences();
    if (!ofEpoch.add(sequence)) return noRows;
    seen.set(epoch, ofEpoch);
    if (seen.size > maxEpochs) seen.delete(seen.keys().next().value!);
    const closed = open && open.second !== second ? rowsOf([open]) : noRows;
    if (!open || open.second !== second) {
      open = { streamId, vehicleId, second, firstOffset: offset, tracks: new Map(), frames: 0, risk: undefined, seen, age: 0 };
      this.#open.set(streamId, open);
    }
    open.age = 0;
    for (const track of tracks) add(open.tracks, track);
    open.frames += 1;
    const risk = riskOf(perception);
    if (risk) open.risk = open.risk ? worseOf(open.risk, risk) : risk;
    return closed;
  }

  /** @returns The rows of streams that have been silent since the sweep before the last one. */
  sweep(): SecondRows {
    const silent = [...this.#open.values()].filter((open) => open.age++ > 0);
    for (const { streamId } of silent) this.#open.delete(streamId);
    return rowsOf(silent);
  }

  /** @returns The rows of everything open. */
  flush(): SecondRows {
    const rows = rowsOf([...this.#open.values()]);
    this.#open.clear();
    return rows;
  }
}

function add(tracks: Map<number, OpenTrack>, seen: Track): void {
  let track = tracks.get(seen.trackId);
  if (!track) {
    track = {
      trackId: seen.trackId,
      class: seen.class,
      frames: 0,
      scoreSum: 0,
      leadFrames: 0,
      pathFrames: 0,
      distanceMinMeters: null,
      ttcMinSeconds: null,
      closingSpeedMaxMps: null,
    };
    tracks.set(seen.trackId, track);
  }
  track.class = seen.class;
  track.frames += 1;
  track.scoreSum += seen.score;
  if (seen.isLead) track.leadFrames += 1;
  if (seen.inPath) track.pathFrames += 1;
  track.distanceMinMeters = extreme(Math.min, track.distanceMinMeters, seen.distanceMeters);
  track.ttcMinSeconds = extreme(Math.min, track.ttcMinSeconds, seen.ttcSeconds);
  track.closingSpeedMaxMps = extreme(Math.max, track.closingSpeedMaxMps, seen.closingSpeedMps);
}

function extreme(choose: (a: number, b: number) => number, before: number | null, now: number | null): number | null {
  if (now === null) return before;
  return before === null ? now : choose(before, now);
}

const noRows: SecondRows = { tracks: [], risks: [] };

function rowsOf(closed: readonly OpenSecond[]): SecondRows {
  return { tracks: closed.flatMap(trackRows), risks: closed.flatMap(riskRow) };
}

function riskRow({ streamId, vehicleId, second, firstOffset, frames, risk }: OpenSecond): RiskSecond[] {
  return risk && vehicleId !== null ? [{ streamId, vehicleId, second, firstOffset, frames, ...risk }] : [];
}

function trackRows({ streamId, vehicleId, second, firstOffset, tracks }: OpenSecond): TrackSecond[] {
  return [...tracks.values()].map(({ scoreSum, ...track }) => ({
    streamId,
    vehicleId,
    second,
    firstOffset,
    ...track,
    scoreMean: scoreSum / track.frames,
  }));
}
