import { type ApproachState, approachSize } from './approach-filter.ts';

/** How soon a road user is met, if both go on as they do. Never NaN or infinite. */
export interface Approach {
  readonly distanceMeters: number;
  readonly distanceSigmaMeters: number;
  /** Right of the camera positive. */
  readonly lateralMeters: number;
  readonly lateralSpeedMps: number;
  /** One sigma of how fast its direction wanders, at its distance. Of what is met it does not wander, however fast that is met. */
  readonly driftSigmaMps: number;
  /** Positive when the gap shrinks. */
  readonly closingSpeedMps: number;
  /** At the present closing speed; null when it is not closing. */
  readonly ttcSeconds: number | null;
  readonly ttcSigmaSeconds: number | null;
  /** With the closing acceleration as far as it is certain; null when that ends the approach before contact. */
  readonly enhancedTtcSeconds: number | null;
}

/**
 * Sigmas that are taken off a closing acceleration. With one, no braking that the simulator shows (4 to 6 m/s²) counts before it is plain
 * from the speed alone; with none, a lead that slows down gently (2 m/s²) is warned of 5 s ahead.
 */
const speedingUpSigmas = 0.5;
/** Seconds beyond which a time to collision is not told: no rule looks so far, and a rate this small is noise. */
const longestTtcSeconds = 30;

/**
 * Reads distance, speeds and time to collision off the filter.
 * Source: enhanced time to collision as in ISO 22839, with the relative acceleration.
 */
export function readApproach({ mean, covariance }: ApproachState): Approach {
  const sigma = (i: number) => Math.sqrt(Math.max(0, covariance[i * (approachSize + 1)]!));
  const distance = Math.exp(-mean[0]!);
  const rate = mean[1]!;
  const isClosing = rate >= 1 / longestTtcSeconds;
  // The estimate is drawn towards none already. Slowing down must be certain all the same: it calls a warning off.
  const acceleration = mean[2]! > 0 ? significant(mean[2]!, speedingUpSigmas * sigma(2)) : significant(mean[2]!, sigma(2));
  const enhanced = timeToContact(rate, acceleration);
  return {
    distanceMeters: distance,
    distanceSigmaMeters: distance * sigma(0),
    lateralMeters: distance * mean[5]!,
    lateralSpeedMps: distance * mean[6]!,
    driftSigmaMps: distance * driftSigma(mean, covariance),
    closingSpeedMps: distance * rate,
    ttcSeconds: isClosing ? 1 / rate : null,
    ttcSigmaSeconds: isClosing ? sigma(1) / rate ** 2 : null,
    enhancedTtcSeconds: enhanced !== null && enhanced <= longestTtcSeconds ? enhanced : null,
  };
}

/** Of the change of direction, 1/s: lateral speed over distance, and closing rate times direction. */
function driftSigma(mean: readonly number[], covariance: readonly number[]): number {
  const byElement = [0, mean[5]!, 0, 0, 0, mean[1]!, 1];
  const variance = byElement.reduce(
    (sum, by, i) => sum + by * byElement.reduce((row, other, j) => row + other * covariance[i * approachSize + j]!, 0),
    0,
  );
  return Math.sqrt(Math.max(0, variance));
}

/**
 * When a gap that shrinks at a rate and an accelerating one is used up: the first root of 1 - rate·t - acceleration·t²/2.
 * @param rate Closing speed over distance, 1/s.
 * @param acceleration Closing acceleration over distance, 1/s².
 * @returns Seconds; null when never.
 */
export function timeToContact(rate: number, acceleration: number): number | null {
  const discriminant = rate ** 2 + 2 * acceleration;
  if (discriminant < 0) return null;
  // In this form nothing cancels as the acceleration goes to 0.
  const denominator = rate + Math.sqrt(discriminant);
  return denominator > 0 ? 2 / denominator : null;
}

/** What is left of an estimate when one sigma of doubt is taken off. */
export function significant(value: number, sigma: number): number {
  return Math.sign(value) * Math.max(0, Math.abs(value) - sigma);
}
