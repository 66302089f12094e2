import { type GroundSight, groundAt } from '../../../schemas/ground-plane.ts';
import type { Box } from '../../../schemas/messages.ts';
import type { Point } from '../../../schemas/polygon.ts';
import {
  correctGroundMotion,
  type GroundMotion,
  predictGroundMotion,
  type Spread,
  sigmaAlong,
  startGroundMotion,
  surpriseOf,
} from './ground-filter.ts';
import type { Site } from './site.ts';

/** Where one road user is on the ground, how fast, and since when it stands. Plain JSON, never changed in place. */
export interface GroundTrack {
  readonly motion: GroundMotion;
  /** Since a box was last measured. */
  readonly blindSeconds: number;
  /** Boxes in a row that lay where it cannot be. */
  readonly oddBoxes: number;
  /** Where it has not moved away from, and since when. */
  readonly restingAt: Point;
  readonly restingSinceSeconds: number;
}

export interface GroundSpeed {
  readonly velocityMps: Point;
  readonly speedMps: number;
  readonly speedSigmaMps: number;
}

/** Pixels, and of the box's size: how much an edge of a detector's box jumps from frame to frame (as in sighting.ts). */
const edgeSigmaPx = 1;
const edgeSigma = 0.015;
/** Score from which edges are as sure as they get; below it they jump by the square of what is missing (as in sighting.ts). */
const sureScore = 0.45;
const mostDoubt = 5;
/**
 * Of the box's smaller side, and pixels: how far a detector puts the foot too low or too high all along a track. On the drawn road 0.05 in
 * the middle, shadows included; lorries are no worse than cars for being higher.
 */
const footBias = 0.05;
const footBiasPx = 1;
/** Sigmas beyond which a box is not the track's own; one in 3000 is by chance. */
const mostSurpriseSigmas = 4;
/** Such boxes in a row after which it is something else, or was wrong before. */
const mostOddBoxes = 3;
/** Seconds for which a speed is carried on without a measurement: hard braking changes it by then. */
const mostBlindSeconds = 0.5;
/** Metres that count as not having moved: a box on a standing car trembles. */
const restingMeters = 1;
/**
 * Metres a second and part of the speed: no speed is told before it is as sure as that (one sigma). 3 km/h and 3 % are what a speed meter may be
 * wrong by (OIML R 91, 5.1.2, in traffic); 5 % where the filter's own doubt is counted in.
 */
const mostSpeedSigmaMps = 1;
const mostSpeedSigma = 0.05;

/** A foot in the picture. */
export interface Foot {
  readonly px: Point;
  /** Of its box. */
  readonly widthPx: number;
  readonly heightPx: number;
  /** 0..1 */
  readonly score: number;
}

export function footOf([x1, y1, x2, y2]: Box, score: number): Foot {
  return { px: [(x1 + x2) / 2, y2], widthPx: x2 - x1, heightPx: y2 - y1, score };
}

/**
 * One step of a road user's way over the ground.
 * @param foot Null where its foot is not seen.
 * @param clockSeconds Any clock that does not go back.
 * @returns Null while nothing is known.
 */
export function stepGroundTrack(
  before: GroundTrack | null,
  site: Site,
  foot: Foot | null,
  seconds: number,
  clockSeconds: number,
): GroundTrack | null {
  const sight = foot && sightOf(site, foot.px);
  const predicted = before && predictGroundMotion(before.motion, seconds);
  if (!foot || !sight) return before && { ...before, motion: predicted!, blindSeconds: before.blindSeconds + seconds };
  const spread = spreadOf(site, sight, foot);
  const isOdd = predicted !== null && surpriseOf(predicted, sight.point, spread) > mostSurpriseSigmas;
  if (before && isOdd && before.oddBoxes + 1 < mostOddBoxes)
    return { ...before, motion: predicted!, blindSeconds: before.blindSeconds + seconds, oddBoxes: before.oddBoxes + 1 };
  const motion = predicted && !isOdd ? correctGroundMotion(predicted, sight.point, spread) : startGroundMotion(sight.point, spread);
  const rest = before && !isOdd ? before.restingAt : motion.position;
  const hasMoved =
    Math.hypot(motion.position[0] - rest[0], motion.position[1] - rest[1]) > Math.max(restingMeters, biasMeters(site, sight, foot));
  return {
    motion,
    blindSeconds: 0,
    oddBoxes: 0,
    restingAt: hasMoved ? motion.position : rest,
    restingSinceSeconds: !before || isOdd || hasMoved ? clockSeconds : before.restingSinceSeconds,
  };
}

/** For how long it had stood when it was measured last. */
export function standingSeconds({ restingSinceSeconds, blindSeconds }: GroundTrack, clockSeconds: number): number {
  return Math.max(0, clockSeconds - blindSeconds - restingSinceSeconds);
}

/**
 * How fast it is.
 * @returns Null while that is not known well enough.
 */
export function readSpeed({ motion, blindSeconds }: GroundTrack, site: Site, foot: Foot): GroundSpeed | null {
  if (blindSeconds > mostBlindSeconds) return null;
  const { velocity, velocitySpread } = motion;
  const speedMps = Math.hypot(...velocity);
  if (speedMps === 0) return null;
  const speedSigmaMps = Math.hypot(sigmaAlong(velocitySpread, velocity), biasedBy(site, foot, velocity));
  return speedSigmaMps <= Math.max(mostSpeedSigmaMps, mostSpeedSigma * speedMps)
    ? { velocityMps: velocity, speedMps, speedSigmaMps }
    : null;
}

function sightOf({ homography, width, height }: Site, [x, y]: Point): GroundSight | undefined {
  return homography ? groundAt(homography, [x / width, y / height]) : undefined;
}

function spreadOf({ width, height }: Site, { slope: [a, b, c, d] }: GroundSight, { heightPx, score }: Foot): Spread {
  const doubt = Math.min(mostDoubt, Math.max(1, sureScore / score) ** 2);
  const sigmaPx = Math.hypot(edgeSigmaPx * doubt, edgeSigma * heightPx);
  // The foot's column is the mean of two edges, its row is one.
  const xx = (sigmaPx / width) ** 2 / 2;
  const yy = (sigmaPx / height) ** 2;
  return [a * a * xx + b * b * yy, a * c * xx + b * d * yy, c * c * xx + d * d * yy];
}

function biasPxOf({ widthPx, heightPx }: Foot): number {
  return Math.hypot(footBiasPx, footBias * Math.min(widthPx, heightPx));
}

/** How far off a foot that is put too low lies on the ground. */
function biasMeters({ height }: Site, { slope: [, b, , d] }: GroundSight, foot: Foot): number {
  return (Math.hypot(b, d) * biasPxOf(foot)) / height;
}

/** How much another speed would have been read with all feet lower by the detector's usual bias. Infinity where the ground ends. */
function biasedBy(site: Site, foot: Foot, [vx, vy]: Point): number {
  const [x, y] = foot.px;
  const here = sightOf(site, foot.px);
  const lower = sightOf(site, [x, y + biasPxOf(foot)]);
  if (!here || !lower) return Number.POSITIVE_INFINITY;
  const [a, b, c, d] = here.slope;
  const determinant = a * d - b * c;
  const [ux, uy] = [(d * vx - b * vy) / determinant, (a * vy - c * vx) / determinant];
  const [la, lb, lc, ld] = lower.slope;
  return Math.hypot(la * ux + lb * uy - vx, lc * ux + ld * uy - vy);
}
