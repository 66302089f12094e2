import type { Box, Perception, Track } from '../../../../schemas/messages.ts';
import { rtpSecondsBetween } from './rtp.ts';

/**
 * exact: a frame is drawn with what was seen in it, or what was seen just before and just after it.
 * lowestLatency: nothing waits; boxes are moved forward to the frame by their tracks' velocities.
 */
export type OverlayMode = 'exact' | 'lowestLatency';

export interface OverlayBox {
  readonly track: Track;
  /** Where it is drawn, in pixels of the perception's picture. */
  readonly boxPx: Box;
}

/** What to draw over one displayed frame. */
export interface Overlay {
  readonly perception: Perception;
  /** RTP timestamp of the frame that it is drawn on. */
  readonly frameRtpTimestamp: number;
  /** own: seen in this very frame. between: interpolated from its two neighbours. predicted: moved forward in time. */
  readonly origin: 'own' | 'between' | 'predicted';
  /** 0..1; below 1 while an old prediction fades. */
  readonly opacity: number;
  readonly boxes: readonly OverlayBox[];
}

/** Perceptions older than this are dropped: the longest playout delay (0.5 s) and a late frame's wait. */
const keptSeconds = 5;
/**
 * Two perceptions further apart than three usual intervals are no neighbours: more than two between them were lost. However often
 * is analysed, the least is bridged (one lost at 8 analysed frames/s); beyond the most a straight line is a guess. Seconds.
 */
const gapIntervals = 3;
const gapSeconds = { least: 0.25, most: 0.6 };
/**
 * Constant velocity holds for the least: a car braking at 8 m/s² then is 0.6 m from where it was predicted. Slow analysis gets two
 * of its intervals, so that boxes do not blink, up to the most, where that car is 2.6 m off. Seconds.
 */
const predictionIntervals = 2;
const predictionSeconds = { least: 0.4, most: 0.8 };
/** After that the box stands still and fades, so that a short hiccup does not make it blink. */
const fadeSeconds = 0.2;

/** The newest perceptions of one stream, asked by the RTP timestamp of a displayed frame. */
export class PerceptionBuffer {
  /** In the order of their RTP timestamps. */
  #perceptions: Perception[] = [];
  /** Usual seconds from one to the next; 0 before the second. */
  #intervalSeconds = 0;

  add(perception: Perception): void {
    const newest = this.#perceptions.at(-1);
    // RTP timestamps of two connections have nothing to do with each other.
    if (newest && newest.epoch > perception.epoch) return;
    if (newest && newest.epoch < perception.epoch) this.#perceptions = [];
    let at = this.#perceptions.length;
    while (at > 0 && rtpSecondsBetween(this.#perceptions[at - 1]!.rtpTimestamp, perception.rtpTimestamp) < 0) at--;
    const replaced = at > 0 && this.#perceptions[at - 1]!.rtpTimestamp === perception.rtpTimestamp ? 1 : 0;
    this.#perceptions.splice(at - replaced, replaced, perception);
    const latest = this.#perceptions.at(-1)!.rtpTimestamp;
    this.#perceptions = this.#perceptions.filter(({ rtpTimestamp }) => rtpSecondsBetween(rtpTimestamp, latest) <= keptSeconds);
    this.#intervalSeconds = medianInterval(this.#perceptions);
  }

  get newest(): Perception | undefined {
    return this.#perceptions.at(-1);
  }

  /** @returns What was seen in the frame with this timestamp, undefined when it is not known (yet). */
  own(frameRtpTimestamp: number): Perception | undefined {
    return this.#perceptions.findLast(({ rtpTimestamp }) => rtpTimestamp === frameRtpTimestamp);
  }

  /** @returns What to draw over the frame, undefined when nothing that is true can be drawn. */
  overlayFor(frameRtpTimestamp: number, mode: OverlayMode): Overlay | undefined {
    const own = this.own(frameRtpTimestamp);
    if (own) {
      const boxes = own.tracks.map((track) => ({ track, boxPx: track.boxPx }));
      return { perception: own, frameRtpTimestamp, origin: 'own', opacity: 1, boxes };
    }
    const at = this.#perceptions.findLastIndex(({ rtpTimestamp }) => rtpSecondsBetween(rtpTimestamp, frameRtpTimestamp) > 0);
    const before = this.#perceptions[at];
    if (!before) return undefined;
    const after = this.#perceptions[at + 1];
    if (after && rtpSecondsBetween(before.rtpTimestamp, after.rtpTimestamp) <= this.#within(gapSeconds, gapIntervals))
      return between(before, after, frameRtpTimestamp);
    if (mode === 'exact') return undefined;
    return predicted(before, frameRtpTimestamp, this.#within(predictionSeconds, predictionIntervals));
  }

  #within({ least, most }: { readonly least: number; readonly most: number }, intervals: number): number {
    return Math.min(most, Math.max(least, intervals * this.#intervalSeconds));
  }
}

function medianInterval(perceptions: readonly Perception[]): number {
  const intervals = perceptions
    .slice(1)
    .map(({ rtpTimestamp }, index) => rtpSecondsBetween(perceptions[index]!.rtpTimestamp, rtpTimestamp));
  intervals.sort((a, b) => a - b);
  return intervals[intervals.length >> 1] ?? 0;
}

function between(before: Perception, after: Perception, frameRtpTimestamp: number): Overlay {
  const share = rtpSecondsBetween(before.rtpTimestamp, frameRtpTimestamp) / rtpSecondsBetween(before.rtpTimestamp, after.rtpTimestamp);
  const later = new Map(after.tracks.map((track) => [track.trackId, track]));
  const boxes = before.tracks.flatMap((track) => {
    const end = later.get(track.trackId)?.boxPx;
    return end ? [{ track, boxPx: mapBox(track.boxPx, (start, side) => start + (end[side]! - start) * share) }] : [];
  });
  return { perception: before, frameRtpTimestamp, origin: 'between', opacity: 1, boxes };
}

function predicted(perception: Perception, frameRtpTimestamp: number, longestSeconds: number): Overlay | undefined {
  const age = rtpSecondsBetween(perception.rtpTimestamp, frameRtpTimestamp);
  const opacity = Math.min(1, 1 - (age - longestSeconds) / fadeSeconds);
  if (opacity <= 0) return undefined;
  const seconds = Math.min(age, longestSeconds);
  const boxes = perception.tracks.map((track) => ({
    track,
    boxPx: mapBox(track.boxPx, (start, side) => start + track.boxVelocityPxps[side]! * seconds),
  }));
  return { perception, frameRtpTimestamp, origin: 'predicted', opacity, boxes };
}

function mapBox(box: Box, move: (value: number, side: number) => number): Box {
  return [move(box[0], 0), move(box[1], 1), move(box[2], 2), move(box[3], 3)];
}
