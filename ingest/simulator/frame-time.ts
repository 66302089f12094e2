import type { Stamp } from './drawing/stamp.ts';
import { framesPerSecond } from './scenario.ts';

/** Microseconds of a frame since the first. */
export const frameTimeUs = (frameIndex: number): number => Math.round((frameIndex * 1e6) / framesPerSecond);

/** The number that a stamp shows: milliseconds of the wall clock, or the frame's. */
export function stampValue(stamp: Stamp, frameIndex: number, capturedAtUs: number): number {
  return stamp === 'time' ? Math.floor(capturedAtUs / 1000) : frameIndex;
}
