import type { Lanes } from '../../schemas/messages.ts';
import { straightCurvature, sureConfidence } from './lanes/lane-follower.ts';

/** Where a lane shows the camera to look, against how it is configured; radians. */
export interface CameraAim {
  readonly downRadians: number;
  readonly rightRadians: number;
}

interface Average extends CameraAim {
  readonly seconds: number;
}

/** Where a dashcam looks, over minutes and over seconds. Plain JSON, never changed in place. */
export interface AimWatch {
  readonly usual: Average;
  readonly recent: Average;
}

const nowhere: Average = { downRadians: 0, rightRadians: 0, seconds: 0 };
export const unknownAim: AimWatch = { usual: nowhere, recent: nowhere };

const degree = Math.PI / 180;
/** Seconds in which what is usual follows: people get in and out within minutes, and the load tilts a car by less than a degree. */
const usualSeconds = 600;
/** Seconds over which braking, crests and changes of lane average out: a car's pitch leaves its mean by 0.6 degrees for 5 s, so 0.3 remain. */
const recentSeconds = 20;
/** Seconds of clear lanes before where the camera looks counts as usual. */
const leastSeenSeconds = 60;
/** Five sigmas of what remains; at 30 m a camera 1.3 m above the road is wrong by a third and more then. */
const movedRadians = 1.5 * degree;

/**
 * Where the lane shows the camera to look.
 * @param downRadians Further down than configured, in this picture.
 * @returns Null where it does not: not both lines are sure, or the road bends.
 */
export function aimBy(lanes: Lanes | null, downRadians: number): CameraAim | null {
  if (!lanes || lanes.lines.length < 2 || Math.abs(lanes.curvaturePerMeter ?? 0) > straightCurvature) return null;
  if (lanes.lines.some(({ confidence }) => confidence < sureConfidence)) return null;
  return { downRadians, rightRadians: -lanes.lines[0]!.coefficients[1]! };
}

/** @param aim Null where no lane shows it. @param seconds Since the picture before. */
export function stepAim(before: AimWatch, aim: CameraAim | null, seconds: number): AimWatch {
  if (!aim) return before;
  return { usual: follow(before.usual, aim, seconds, usualSeconds), recent: follow(before.recent, aim, seconds, recentSeconds) };
}

/** @returns By how much it looks elsewhere than it used to; null where it does not. */
export function aimChange({ usual, recent }: AimWatch): CameraAim | null {
  const downRadians = recent.downRadians - usual.downRadians;
  const rightRadians = recent.rightRadians - usual.rightRadians;
  const isMoved = usual.seconds >= leastSeenSeconds && Math.hypot(downRadians, rightRadians) >= movedRadians;
  return isMoved ? { downRadians, rightRadians } : null;
}

function follow(average: Average, aim: CameraAim, passed: number, inSeconds: number): Average {
  const seconds = average.seconds + passed;
  const share = seconds > 0 ? passed / Math.min(inSeconds, seconds) : 0;
  return {
    downRadians: average.downRadians + share * (aim.downRadians - average.downRadians),
    rightRadians: average.rightRadians + share * (aim.rightRadians - average.rightRadians),
    seconds,
  };
}
