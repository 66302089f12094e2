/**
 * How much further down the camera looks than configured, learned from where the lane's lines meet, and from vehicles (camera-pose.ts).
 * Plain JSON, never changed in place. A single picture shows the momentary pitch, which braking, load and slopes change; over minutes they even out.
 */
export interface PitchCalibration {
  readonly pitchRadians: number;
  readonly variance: number;
  /** For how long what is seen has contradicted it. */
  readonly strangeSeconds: number;
  /** Whether the camera has been turned, and where it looks has not been learnt again. */
  readonly isLost: boolean;
}

const degree = Math.PI / 180;

/** What people are wrong by when they mount a camera (one sigma). */
export const unknownPitch: PitchCalibration = { pitchRadians: 0, variance: (2 * degree) ** 2, strangeSeconds: 0, isLost: false };

/**
 * Radians: how far the momentary pitch of a road car lies from its mean, and seconds for which it does: slopes of a road last that
 * long at 80 km/h for 100 m.
 */
const momentarySigma = 0.6 * degree;
const correlationSeconds = 5;
/** Variance gained a second: load and a nudged mount, 0.5 degrees an hour. */
const noise = (0.5 * degree) ** 2 / 3600;
/** Radians: this is 2 m at 30 m for a camera 1.3 m above the road; from then on a camera that was turned is known again. */
const trustedSigma = 0.15 * degree;
/** Sigmas from what has been learnt that no slope reaches, and seconds of it after which somebody has turned the camera. */
const strangeSigmas = 4;
const mostStrangeSeconds = 10;

/**
 * @param momentaryRadians Pitch beyond the configured one that both lines show in this frame.
 * @param sigmaRadians One sigma of it.
 */
export function learnPitch(before: PitchCalibration, momentaryRadians: number, sigmaRadians: number, seconds: number): PitchCalibration {
  const prior = before.variance + noise * seconds;
  const isStrange =
    Math.abs(momentaryRadians - before.pitchRadians) > strangeSigmas * Math.hypot(Math.sqrt(prior), momentarySigma, sigmaRadians);
  if (isStrange) {
    const strangeSeconds = before.strangeSeconds + seconds;
    return strangeSeconds > mostStrangeSeconds
      ? { ...unknownPitch, pitchRadians: momentaryRadians, isLost: true }
      : { ...before, strangeSeconds };
  }
  // Frames within the correlation time tell the same thing together.
  const measured = ((momentarySigma ** 2 + sigmaRadians ** 2) * correlationSeconds) / Math.max(seconds, 1e-3);
  const gain = prior / (prior + measured);
  const variance = (1 - gain) * prior;
  return {
    pitchRadians: before.pitchRadians + gain * (momentaryRadians - before.pitchRadians),
    variance,
    strangeSeconds: 0,
    isLost: before.isLost && variance > trustedSigma ** 2,
  };
}
