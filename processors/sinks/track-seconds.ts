import type { Perception, Track } from '../../schemas/messages.ts';

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
  /** Sweeps since the last perception. */
  age: number;
}

/** Sums up the perceptions of one partition into one row per stream, track and second of capture time. */
export class TrackSeconds {
  readonly #open = new Map<string, OpenSecond>();

  /** Where reading must begin again for the open seconds to become whole; undefined when none is open. */
  get openFrom(): number | undefined {
    const offsets = [...this.#open.values()].map(({ firstOffset }) => firstOffset);
    return offsets.length === 0 ? undefined : Math.min(...offsets);
  }

  /**
   * @param offset Of the perception in its partition.
   * @returns The rows of the stream's former second, once a perception of another one comes.
   */
  push(perception: Perception, offset: number): TrackSecond[] {
    const { streamId, vehicleId, tracks } = perception;
    const second = Math.floor(perception.capturedAtUs / 1_000_000);
    let open = this.#open.get(streamId);
    const closed = open && open.second !== second ? rowsOf(open) : [];
    if (!open || open.second !== second) {
      open = { streamId, vehicleId, second, firstOffset: offset, tracks: new Map(), age: 0 };
      this.#open.set(streamId, open);
    }
    open.age = 0;
    for (const track of tracks) add(open.tracks, track);
    return closed;
  }

  /** @returns The rows of streams that have been silent since the sweep before the last one. */
  sweep(): TrackSecond[] {
    const silent = [...this.#open.values()].filter((open) => open.age++ > 0);
    for (const { streamId } of silent) this.#open.delete(streamId);
    return silent.flatMap(rowsOf);
  }

  /** @returns The rows of everything open. */
  flush(): TrackSecond[] {
    const rows = [...this.#open.values()].flatMap(rowsOf);
    this.#open.clear();
    return rows;
  }
}

function add(tracks: Map<number, OpenTrack>, seen: Track): void {
  const before = tracks.get(seen.trackId);
  tracks.set(seen.trackId, {
    trackId: seen.trackId,
    class: seen.class,
    frames: (before?.frames ?? 0) + 1,
    scoreSum: (before?.scoreSum ?? 0) + seen.score,
    leadFrames: (before?.leadFrames ?? 0) + (seen.isLead ? 1 : 0),
    pathFrames: (before?.pathFrames ?? 0) + (seen.inPath ? 1 : 0),
    distanceMinMeters: extreme(Math.min, before?.distanceMinMeters, seen.distanceMeters),
    ttcMinSeconds: extreme(Math.min, before?.ttcMinSeconds, seen.ttcSeconds),
    closingSpeedMaxMps: extreme(Math.max, before?.closingSpeedMaxMps, seen.closingSpeedMps),
  });
}

function extreme(choose: (a: number, b: number) => number, before: number | null | undefined, now: number | null): number | null {
  if (now === null) return before ?? null;
  return before === null || before === undefined ? now : choose(before, now);
}

function rowsOf({ streamId, vehicleId, second, tracks }: OpenSecond): TrackSecond[] {
  return [...tracks.values()].map(({ scoreSum, ...track }) => ({
    streamId,
    vehicleId,
    second,
    ...track,
    scoreMean: scoreSum / track.frames,
  }));
}
