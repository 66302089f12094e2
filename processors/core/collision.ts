import { type ApproachState, approachSize } from './approach-filter.ts';

/** How soon a road user is met, if both go on as they do. Never NaN or infinite. */
export interface Approach {
  readonly distanceMeters: number;
  readonly distanceSigmaMeters: number;
  /** Right of the camera positive. */
  readonly lateralMeters: number;
  readonly lateralSpeedMps: number;
  readonly lateralSpeedSigmaMps: number;
  /** Positive when the gap shrinks. */
  readonly closingSpeedMps: number;
  /** At the present closing speed; null when it is not closing. */
  readonly ttcSeconds: number | null;
  readonly ttcSigmaSeconds: number | null;
  /** With the closing acceleration as far as it is certain; null when that ends the approach before contact. */
  readonly enhancedTtcSeconds: number | null;
}

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
  const enhanced = timeToContact(rate, significant(mean[2]!, sigma(2)));
  return {
    distanceMeters: distance,
    distanceSigmaMeters: distance * sigma(0),
    lateralMeters: distance * mean[5]!,
    lateralSpeedMps: distance * mean[6]!,
    lateralSpeedSigmaMps: distance * sigma(6),
    closingSpeedMps: distance * rate,
    ttcSeconds: isClosing ? 1 / rate : null,
    ttcSigmaSeconds: isClosing ? sigma(1) / rate ** 2 : null,
    enhancedTtcSeconds: enhanced !== null && enhanced <= longestTtcSeconds ? enhanced : null,
  };
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
