import { eyeAspectOf, type FaceMeasure } from './face-measure.ts';
import { add, emptyHistogram, type Histogram, quantileOf } from './histogram.ts';

/** What is normal for this driver on this seat before this camera. Plain JSON, never changed in place. */
export interface Baseline {
  readonly eyeAspects: Histogram;
  readonly yawDegrees: Histogram;
  readonly pitchDegrees: Histogram;
  readonly irisPlaces: Histogram;
  /** For how long it has been learned from usable pictures. */
  readonly seconds: number;
}

/** As far as it is known; otherwise what is normal for people who face the camera. */
export interface Norm {
  readonly openEyeAspect: number;
  readonly yawDegrees: number;
  readonly pitchDegrees: number;
  readonly irisPlace: number;
  /** Whether it is this driver's, and not people's. */
  readonly isKnown: boolean;
  /** Whether it will not change any more. */
  readonly isLearnt: boolean;
}

/**
 * Seconds that the expectation of a driver who faces the camera weighs: a look to the side at the start does not outweigh it, a camera
 * at the side does.
 */
const expectedSeconds = 4;

/** Steps as fine as the measurements' noise. */
export const newDriver: Baseline = {
  eyeAspects: emptyHistogram(0, 0.6, 0.01),
  yawDegrees: add(emptyHistogram(-61, 61, 2), 0, expectedSeconds),
  pitchDegrees: add(emptyHistogram(-61, 61, 2), 0, expectedSeconds),
  irisPlaces: add(emptyHistogram(0.21, 0.79, 0.02), 0.5, expectedSeconds),
  seconds: 0,
};

/** Seconds of usable pictures after which the norm stands. */
const learningSeconds = 60;
/** Seconds from which on what has been learnt so far is better than what is normal for people; more than what is expected weighs. */
const usableSeconds = 5;
/** Seconds of looking away after which it is the camera that is at the side: hardly a glance lasts as long. */
const mostGlanceSeconds = 15;
/**
 * Of the eye aspect ratios, that of the open eye: the middle of their upper half, since blinks and dozing lie in the lower one.
 */
const openEyeQuantile = 0.75;
/** Open eyes of real people and drawn ones: 0.20 to 0.44. Who dozes from the start must not become the measure of open eyes. */
const openEyeLimits = [0.2, 0.45] as const;
const unknownOpenEyeAspect = 0.3;
/** Mouth aspect ratio above which the eyes narrow too. */
export const wideMouthAspect = 0.35;

/**
 * @param face Null when nothing can be seen of it.
 * @param awaySeconds For how long the driver has looked away, as far as is known.
 */
export function learn(baseline: Baseline, face: FaceMeasure | null, awaySeconds: number, seconds: number): Baseline {
  const isGlance = awaySeconds > 0 && awaySeconds < mostGlanceSeconds;
  if (!face || isGlance || isLearnt(baseline) || face.mouthAspect > wideMouthAspect) return baseline;
  const { isEyeHidden } = face;
  return {
    eyeAspects: isEyeHidden ? baseline.eyeAspects : add(baseline.eyeAspects, eyeAspectOf(face), seconds),
    yawDegrees: add(baseline.yawDegrees, face.yawDegrees, seconds),
    pitchDegrees: add(baseline.pitchDegrees, face.pitchDegrees, seconds),
    irisPlaces: isEyeHidden ? baseline.irisPlaces : add(baseline.irisPlaces, face.irisPlace, seconds),
    seconds: baseline.seconds + seconds,
  };
}

export function normOf(baseline: Baseline): Norm {
  const isKnown = baseline.seconds >= usableSeconds;
  const openEyeAspect = (isKnown && quantileOf(baseline.eyeAspects, openEyeQuantile)) || unknownOpenEyeAspect;
  return {
    openEyeAspect: Math.max(openEyeLimits[0], Math.min(openEyeLimits[1], openEyeAspect)),
    yawDegrees: quantileOf(baseline.yawDegrees, 0.5) ?? 0,
    pitchDegrees: quantileOf(baseline.pitchDegrees, 0.5) ?? 0,
    irisPlace: quantileOf(baseline.irisPlaces, 0.5) ?? 0.5,
    isKnown,
    isLearnt: isLearnt(baseline),
  };
}

function isLearnt({ seconds }: Baseline): boolean {
  return seconds >= learningSeconds;
}
