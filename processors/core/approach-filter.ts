import type { RoadUser } from './road-users.ts';
import { directionOf, innermostDirectionOf, type Measurement, type Sighting } from './sighting.ts';

/**
 * Where a road user is and how it comes nearer, from how large and where it is seen: an extended Kalman filter. Its state:
 *   0  ln(1 / distance), distance in meters
 *   1  closing rate: closing speed over distance, 1/s; the inverse of the time to collision
 *   2  closing acceleration over distance, 1/s²
 *   3  ln(width in meters)                              4  ln(height in meters)
 *   5  lateral position over distance                  6  lateral speed over distance, 1/s
 * In these a constantly accelerated approach is exact, and what is measured is a sum: ln(size px / focal px) = x₀ + x₃, tan(direction) = x₅.
 * Rates and the time to collision need neither the camera's calibration nor the true size; the distance needs either.
 * The known size of the class and the contact with the road are fused by their variances, and so the true size is learnt.
 * Plain JSON, never changed in place.
 * Source: modified polar coordinates, Aidala and Hammel, IEEE TAC 28 (1983); time to contact from scale with acceleration: Dagan,
 * Mano, Stein, Shashua, Forward Collision Warning with a Single Camera, IV 2004.
 */
export interface ApproachState {
  readonly mean: readonly number[];
  /** Row by row, symmetric. */
  readonly covariance: readonly number[];
}

export const approachSize = 7;
const size = approachSize;
const lateral = 5;
/** Relative: so unsure is a distance before anything is measured. */
const firstDistanceSpread = 2;
/**
 * m/s: one sigma of the closing speed of what is seen for the first time; standing cars at 110 km/h are within two. Not more: the wider
 * it is, the more of a small box's first jumps is taken for motion.
 */
const firstClosingSigmaMps = 16;
/** m/s² */
const firstAccelerationSigmaMps2 = 2;
/** m/s: people walk, run and ride; vehicles on a curve of 400 m radius seem to move sideways at 3 m/s 50 m ahead when met at 100 km/h. */
const firstLateralSigmaMps = { vehicle: 3, vulnerable: 2.5, sign: 0, light: 0 };
/**
 * Closing acceleration wanders with this spread (m/s²) and fades within this time (s): Singer, IEEE TAES 6, 1970.
 * Braking hard is 6 m/s² (Euro NCAP car-to-car braking), comfortable driving below 2.
 */
const accelerationSigmaMps2 = 4;
const accelerationSeconds = 1;
/** m/s² of lateral acceleration for a second, as in a lane change. */
const lateralAccelerationMps2 = 1;
/**
 * 1/m: on a curve of this curvature (radius 300 m), what is closing in at v seems to be accelerated sideways by v² times it; at most
 * by the second figure (m/s²), or a wrong closing speed would undo what is known.
 */
const curvature = 1 / 300;
const mostSwerveMps2 = 3;
/** Relative, in a second: a vehicle that turns or a detector that changes its mind looks wider without being nearer. */
const sizeDrift = 0.02;
/**
 * Relative, for each factor e in size: detectors are wrong otherwise in small boxes than in large ones, and mostly in a vehicle's height.
 * Measured on the simulator's approaches: from 60 to 40 m CenterNet's boxes gain 5 % of width and 24 % of height too much.
 */
const widthDriftByScale = 0.06;
const heightDriftByScale = { vehicle: 0.15, vulnerable: 0.06, sign: 0, light: 0 };
/** Seconds for which the camera's pitch stays what it is: a car's body swings at 1 to 1.5 Hz (Gillespie, Fundamentals of Vehicle Dynamics, 1992). */
const pitchSeconds = 0.5;
/** Sigmas beyond which a measurement loses weight (Huber): one bad box must not make the time to collision jump. */
const outlierSigmas = 2;
/** No step may bring it nearer than this share of the distance: then it has passed, or the filter is wrong. */
const nearestShare = 0.25;
/** Meters: nearer or farther nothing is ranged. */
const nearestMeters = 1;
const farthestMeters = 300;
/** 1/s and 1/s²: nearer to contact than 0.1 s nothing is predicted any further. */
const fastestRate = 10;
const fastestAcceleration = 50;

/**
 * Begins with the first box.
 * @returns Undefined while the picture's edges leave nothing to measure.
 */
export function startApproach(sighting: Sighting, user: RoadUser): ApproachState | undefined {
  const { width, height, ground } = sighting;
  const logWidth = Math.log(user.widthMeters ?? 2 * user.halfWidthMeters);
  const logHeight = Math.log(user.heightMeters);
  const first = width ? width.value - logWidth : height ? height.value - logHeight : ground ? -ground.value : undefined;
  if (first === undefined) return undefined;
  // A vehicle that looks wider than its class shows its side: then its width says little; narrower than its class, its height.
  const excess = width && height ? width.value - height.value - (logWidth - logHeight) : 0;
  const distance = clamp(Math.exp(-first), nearestMeters, farthestMeters);
  const variances = [
    firstDistanceSpread ** 2,
    (firstClosingSigmaMps / distance) ** 2,
    (firstAccelerationSigmaMps2 / distance) ** 2,
    user.widthSpread === undefined ? 1 : user.widthSpread ** 2 + Math.max(0, excess) ** 2,
    user.heightSpread ** 2 + Math.min(0, excess) ** 2,
    1,
    (firstLateralSigmaMps[user.group] / distance) ** 2,
  ];
  const covariance = new Array<number>(size * size).fill(0);
  variances.forEach((variance, i) => {
    covariance[i * size + i] = variance;
  });
  return correctApproach(
    { mean: [first, 0, 0, logWidth, logHeight, directionOf(sighting, user, distance).value, 0], covariance },
    sighting,
    user,
    Infinity,
  );
}

/** @param seconds At least 0. */
export function predictApproach({ mean, covariance }: ApproachState, user: RoadUser, seconds: number): ApproachState {
  const [, rate, acceleration, , , position, speed] = mean as [number, number, number, number, number, number, number];
  // Of the distance, what is left of it then.
  const share = Math.max(nearestShare, 1 - rate * seconds - (acceleration * seconds ** 2) / 2);
  const half = seconds ** 2 / 2;
  const fade = Math.exp(-seconds / accelerationSeconds);
  const nextRate = (rate + acceleration * seconds) / share;
  const nextAcceleration = (fade * acceleration) / share;
  const nextPosition = (position + speed * seconds) / share;
  const nextSpeed = speed / share;

  const jacobian = new Array<number>(size * size).fill(0);
  const setRow = (row: number, byRate: number, byAcceleration: number) => {
    jacobian[row * size + 1] = byRate;
    jacobian[row * size + 2] = byAcceleration;
  };
  for (let i = 0; i < size; i++) jacobian[i * size + i] = 1;
  setRow(0, seconds / share, half / share);
  setRow(1, (1 + nextRate * seconds) / share, (seconds + nextRate * half) / share);
  setRow(2, (nextAcceleration * seconds) / share, (fade + nextAcceleration * half) / share);
  setRow(5, (nextPosition * seconds) / share, (nextPosition * half) / share);
  setRow(6, (nextSpeed * seconds) / share, (nextSpeed * half) / share);
  jacobian[5 * size + 5] = 1 / share;
  jacobian[5 * size + 6] = seconds / share;
  jacobian[6 * size + 6] = 1 / share;
  const next = sandwich(jacobian, covariance);

  const distance = clamp(Math.exp(-mean[0]!), nearestMeters, farthestMeters);
  const jerk = (2 * accelerationSigmaMps2 ** 2) / accelerationSeconds / distance ** 2;
  const add = (i: number, j: number, value: number) => {
    next[i * size + j]! += value;
    if (i !== j) next[j * size + i]! += value;
  };
  // White jerk, white lateral acceleration (Bar-Shalom, Estimation with Applications to Tracking, 2001, 6.2.2 and 6.2.3).
  add(0, 0, (jerk * seconds ** 5) / 20);
  add(0, 1, (jerk * seconds ** 4) / 8);
  add(0, 2, (jerk * seconds ** 3) / 6);
  add(1, 1, (jerk * seconds ** 3) / 3);
  add(1, 2, jerk * half);
  add(2, 2, jerk * seconds);
  const scaled = Math.abs(Math.log(share));
  add(3, 3, sizeDrift ** 2 * seconds + widthDriftByScale ** 2 * scaled);
  add(4, 4, sizeDrift ** 2 * seconds + heightDriftByScale[user.group] ** 2 * scaled);
  const swerve = Math.hypot(lateralAccelerationMps2, Math.min(mostSwerveMps2, curvature * (rate * distance) ** 2)) ** 2 / distance ** 2;
  add(5, 5, (swerve * seconds ** 3) / 3);
  add(5, 6, swerve * half);
  add(6, 6, swerve * seconds);
  return {
    mean: [
      clamp(mean[0]! - Math.log(share), -Math.log(farthestMeters), -Math.log(nearestMeters)),
      clamp(nextRate, -fastestRate, fastestRate),
      clamp(nextAcceleration, -fastestAcceleration, fastestAcceleration),
      mean[3]!,
      mean[4]!,
      nextPosition,
      clamp(nextSpeed, -fastestRate, fastestRate),
    ],
    covariance: next,
  };
}

/**
 * Takes in one box.
 * @param secondsSinceSeen Infinity for the first one.
 */
export function correctApproach(state: ApproachState, sighting: Sighting, user: RoadUser, secondsSinceSeen: number): ApproachState {
  const { width, height, ground } = sighting;
  let next = state;
  if (width) next = correct(next, [0, 3], width);
  if (height) next = correct(next, [0, 4], height);
  if (ground) {
    // Frames of one swing say the same thing again: together they may count no more than one look per two correlation times.
    const repeats = Math.max(1, (2 * pitchSeconds) / secondsSinceSeen);
    next = correct(next, [0], { value: -ground.value, sigma: ground.sigma * Math.sqrt(repeats) });
  }
  const direction = directionBeside(next, sighting, user);
  // The direction may say nothing about the approach (Schmidt's consider update): when the own car turns, everything drifts sideways.
  return direction ? correct(next, [lateral], direction, lateral) : next;
}

/** What is cut tells only how far in it is at most, and so nothing while it is believed to be farther out. */
function directionBeside({ mean }: ApproachState, sighting: Sighting, user: RoadUser): Measurement | null {
  const distanceMeters = Math.exp(-mean[0]!);
  if (!sighting.sides.isCut) return directionOf(sighting, user, distanceMeters);
  const innermost = innermostDirectionOf(sighting, user, distanceMeters);
  return innermost && Math.sign(innermost.value) * (innermost.value - mean[lateral]!) > 0 ? innermost : null;
}

/**
 * How much another size a box has than was expected.
 * @param state Predicted to the box's time.
 * @returns Sigmas, of its width or its height, whichever is more.
 */
export function surpriseOf(state: ApproachState, { width, height }: Sighting): number {
  const sigmas = (elements: readonly number[], measurement: Measurement | null) => {
    if (!measurement) return 0;
    const { innovation, known } = compare(state, elements, measurement);
    return Math.abs(innovation) / Math.sqrt(known + measurement.sigma ** 2);
  };
  return Math.max(sigmas([0, 3], width), sigmas([0, 4], height));
}

/** Goes on with another class's size: what is known of the motion stays, the distance is found anew. */
export function reclassifyApproach(state: ApproachState, sighting: Sighting, user: RoadUser): ApproachState {
  const fresh = startApproach(sighting, user);
  if (!fresh) return state;
  const isKept = (i: number) => i === 1 || i === 2 || i >= lateral;
  return {
    mean: fresh.mean.map((element, i) => (isKept(i) ? state.mean[i]! : element)),
    covariance: fresh.covariance.map((element, at) =>
      isKept(Math.floor(at / size)) && isKept(at % size) ? state.covariance[at]! : element,
    ),
  };
}

/** How far the sum of some elements is from its measurement, with the variance of the sum and what it shares with each element. */
function compare(
  { mean, covariance }: ApproachState,
  elements: readonly number[],
  { value }: Measurement,
): { readonly innovation: number; readonly known: number; readonly shared: readonly number[] } {
  const shared = mean.map((_, i) => elements.reduce((sum, j) => sum + covariance[i * size + j]!, 0));
  const innovation = value - elements.reduce((sum, j) => sum + mean[j]!, 0);
  const variance = elements.reduce((sum, j) => sum + shared[j]!, 0);
  return { innovation, known: Math.max(0, variance), shared };
}

/**
 * One measurement of the sum of some elements.
 * @param first Elements before this one stay as they are, but their doubt counts.
 */
function correct(state: ApproachState, elements: readonly number[], measurement: Measurement, first = 0): ApproachState {
  const { mean, covariance } = state;
  const { sigma } = measurement;
  const { innovation, known, shared } = compare(state, elements, measurement);
  const deviation = Math.abs(innovation) / (outlierSigmas * Math.sqrt(known + sigma ** 2));
  const total = known + sigma ** 2 * Math.max(1, deviation) ** 2;
  return {
    mean: mean.map((element, i) => (i < first ? element : element + (shared[i]! / total) * innovation)),
    covariance: covariance.map((element, at) => {
      const row = Math.floor(at / size);
      const column = at % size;
      return row < first && column < first ? element : element - (shared[row]! * shared[column]!) / total;
    }),
  };
}

/** J · P · Jᵀ */
function sandwich(jacobian: readonly number[], covariance: readonly number[]): number[] {
  const half = new Array<number>(size * size);
  const whole = new Array<number>(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) {
      let sum = 0;
      for (let k = 0; k < size; k++) sum += jacobian[i * size + k]! * covariance[k * size + j]!;
      half[i * size + j] = sum;
    }
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) {
      let sum = 0;
      for (let k = 0; k < size; k++) sum += half[i * size + k]! * jacobian[j * size + k]!;
      whole[i * size + j] = sum;
    }
  return whole;
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
