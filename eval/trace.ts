import type { Alert, Perception } from '../schemas/messages.ts';
import type { RaisedAlert } from './events.ts';

/** One analysed frame of a drive, beside what was so in it. */
export interface TracedFrame<Truth> {
  /** Since the drive began. */
  readonly timeSeconds: number;
  readonly truth: Truth;
  readonly perception: Perception;
  /** Those that changed in this frame. */
  readonly alerts: readonly Alert[];
}

/** A drive as it was seen and judged. */
export interface Trace<Truth = unknown> {
  readonly scenario: string;
  /** Manifest name of the detector that saw it. */
  readonly detector: string;
  readonly seconds: number;
  readonly frames: readonly TracedFrame<Truth>[];
}

/** @returns When alerts of these types were raised, in order. */
export function raisedIn(trace: Trace, types: readonly string[]): RaisedAlert[] {
  return trace.frames.flatMap(({ timeSeconds, alerts }) =>
    alerts
      .filter(({ state, type }) => state === 'raised' && types.includes(type))
      .map(({ severity, message }) => ({ atSeconds: timeSeconds, severity, message })),
  );
}

/** @returns The frame analysed at this time, or else the last one before; the first when there is none before. */
export function frameAt<Truth>({ frames }: Trace<Truth>, timeSeconds: number): TracedFrame<Truth> {
  return frames.findLast((frame) => frame.timeSeconds <= timeSeconds + 1e-6) ?? frames[0]!;
}

/** A stretch of a drive. */
export interface Stretch<Truth> {
  readonly fromSeconds: number;
  /** Of its last frame. */
  readonly toSeconds: number;
  readonly frames: readonly TracedFrame<Truth>[];
}

/** @returns The stretches in which something is so in every frame. */
export function stretchesOf<Truth>({ frames }: Trace<Truth>, isSo: (frame: TracedFrame<Truth>) => boolean): Stretch<Truth>[] {
  const found: TracedFrame<Truth>[][] = [];
  let wasSo = false;
  for (const frame of frames) {
    const is = isSo(frame);
    if (is && wasSo) found.at(-1)!.push(frame);
    else if (is) found.push([frame]);
    wasSo = is;
  }
  return found.map((part) => ({ fromSeconds: part[0]!.timeSeconds, toSeconds: part.at(-1)!.timeSeconds, frames: part }));
}
