import type { Point } from '../../../schemas/polygon.ts';

/** Symmetric: variance of x, covariance, variance of y. */
export type Spread = readonly [xx: number, xy: number, yy: number];

/**
 * Something on the ground at a nearly constant velocity, with its covariance: x, y in metres, velocities in metres a second.
 * Plain JSON, never changed in place.
 */
export interface GroundMotion {
  readonly position: Point;
  readonly velocity: Point;
  readonly positionSpread: Spread;
  /** Between position and velocity: x with x, x with y, y with x, y with y. */
  readonly cross: readonly [number, number, number, number];
  readonly velocitySpread: Spread;
}

/** Metres a second: what may come into the picture on any road, motorways included; one sigma. */
const firstSpeedSigma = 20;
/**
 * (m/s2)2 s: white acceleration. What drivers do without need is below 1 m/s2, for about a second at a time; whoever brakes by 3 m/s2 is
 * read as 1 m/s too fast meanwhile.
 */
const accelerationNoise = 1;

/** Seen for the first time: how fast is not known at all. */
export function startGroundMotion(position: Point, positionSpread: Spread): GroundMotion {
  return {
    position,
    velocity: [0, 0],
    positionSpread,
    cross: [0, 0, 0, 0],
    velocitySpread: [firstSpeedSigma ** 2, 0, firstSpeedSigma ** 2],
  };
}

/**
 * Some time later.
 * @param seconds At least 0.
 * Source: Bar-Shalom, Estimation with Applications to Tracking and Navigation, 2001, eq. 6.2.2-12 (white acceleration).
 */
export function predictGroundMotion(motion: GroundMotion, seconds: number): GroundMotion {
  const { position, velocity, positionSpread: p, cross: c, velocitySpread: v } = motion;
  const [drift, mixed, gain] = [
    (accelerationNoise * seconds ** 3) / 3,
    (accelerationNoise * seconds ** 2) / 2,
    accelerationNoise * seconds,
  ];
  return {
    position: [position[0] + seconds * velocity[0], position[1] + seconds * velocity[1]],
    velocity,
    positionSpread: [
      p[0] + seconds * (2 * c[0] + seconds * v[0]) + drift,
      p[1] + seconds * (c[1] + c[2] + seconds * v[1]),
      p[2] + seconds * (2 * c[3] + seconds * v[2]) + drift,
    ],
    cross: [c[0] + seconds * v[0] + mixed, c[1] + seconds * v[1], c[2] + seconds * v[1], c[3] + seconds * v[2] + mixed],
    velocitySpread: [v[0] + gain, v[1], v[2] + gain],
  };
}

/** How far a measured position is from the expected one, in sigmas. @param spread Of the measurement. */
export function surpriseOf(motion: GroundMotion, [x, y]: Point, spread: Spread): number {
  const { inverse } = innovation(motion, spread);
  const [dx, dy] = [x - motion.position[0], y - motion.position[1]];
  return Math.sqrt(dx * (inverse[0] * dx + inverse[1] * dy) + dy * (inverse[1] * dx + inverse[2] * dy));
}

/** @param spread Of the measurement, with both variances above 0. */
export function correctGroundMotion(motion: GroundMotion, [x, y]: Point, spread: Spread): GroundMotion {
  const { position, velocity, positionSpread: p, cross: c, velocitySpread: v } = motion;
  const { inverse } = innovation(motion, spread);
  const [dx, dy] = [x - position[0], y - position[1]];
  // Gains: covariance with the position, times the inverse of the innovation's.
  const k = timesSymmetric([p[0], p[1], p[1], p[2]], inverse);
  // Covariance of velocity with position is the transpose of `cross`.
  const m = timesSymmetric([c[0], c[2], c[1], c[3]], inverse);
  return {
    position: [position[0] + k[0] * dx + k[1] * dy, position[1] + k[2] * dx + k[3] * dy],
    velocity: [velocity[0] + m[0] * dx + m[1] * dy, velocity[1] + m[2] * dx + m[3] * dy],
    positionSpread: [p[0] - k[0] * p[0] - k[1] * p[1], p[1] - k[0] * p[1] - k[1] * p[2], p[2] - k[2] * p[1] - k[3] * p[2]],
    cross: [
      c[0] - k[0] * c[0] - k[1] * c[2],
      c[1] - k[0] * c[1] - k[1] * c[3],
      c[2] - k[2] * c[0] - k[3] * c[2],
      c[3] - k[2] * c[1] - k[3] * c[3],
    ],
    velocitySpread: [v[0] - m[0] * c[0] - m[1] * c[2], v[1] - m[0] * c[1] - m[1] * c[3], v[2] - m[2] * c[1] - m[3] * c[3]],
  };
}

function innovation({ positionSpread: p }: GroundMotion, r: Spread): { readonly inverse: Spread } {
  const [xx, xy, yy] = [p[0] + r[0], p[1] + r[1], p[2] + r[2]];
  const determinant = xx * yy - xy * xy;
  return { inverse: [yy / determinant, -xy / determinant, xx / determinant] };
}

function timesSymmetric(
  [a, b, c, d]: readonly [number, number, number, number],
  [xx, xy, yy]: Spread,
): readonly [number, number, number, number] {
  return [a * xx + b * xy, a * xy + b * yy, c * xx + d * xy, c * xy + d * yy];
}

/** @returns One sigma of what a spread says along a direction, which need not be of length 1 but not 0. */
export function sigmaAlong([xx, xy, yy]: Spread, [x, y]: Point): number {
  return Math.sqrt(Math.max(0, (x * x * xx + 2 * x * y * xy + y * y * yy) / (x * x + y * y)));
}
