import type { Norm } from './baseline.ts';
import type { FaceMeasure } from './face-measure.ts';

/** Against the driver's own straight ahead. */
export interface Gaze {
  /** Of the head; positive to the driver's right. */
  readonly yawDegrees: number;
  /** Of the head; positive up. What the eyes do up and down cannot be measured from the irises. */
  readonly pitchDegrees: number;
  /** Of head and eyes together. */
  readonly gazeYawDegrees: number;
}

/** Of the iris' way between the corners, a degree: measured on drawn eyes, which is linear up to 20 degrees either side. */
const irisPlacePerDegree = 0.007;
/** Beyond it the iris is hidden by the corner, and measures no more. */
const mostEyeYawDegrees = 25;

/** @param areEyesSeen Shut or hidden eyes look where the head points. */
export function gazeOf(face: FaceMeasure, norm: Norm, areEyesSeen: boolean): Gaze {
  const yawDegrees = face.yawDegrees - norm.yawDegrees;
  const eyeYaw = areEyesSeen ? (face.irisPlace - norm.irisPlace) / irisPlacePerDegree : 0;
  return {
    yawDegrees,
    pitchDegrees: face.pitchDegrees - norm.pitchDegrees,
    gazeYawDegrees: yawDegrees + Math.max(-mostEyeYawDegrees, Math.min(mostEyeYawDegrees, eyeYaw)),
  };
}

/**
 * Degrees from straight ahead at which the road is out of sight: mirrors, side windows and the middle console's screen lie beyond it,
 * the windscreen before the driver within.
 */
const awayYawDegrees = 30;
/**
 * Degrees that the head is lowered when the driver looks into the lap, where (EU) 2023/2590 has the region begin 30 degrees down: half of
 * that at least is the head's, the rest the eyes', which cannot be measured. Looks at the instruments lower the head by about 10.
 */
const awayDownDegrees = 15;
const awayUpDegrees = 30;
/**
 * Degrees of yaw before the camera where the mesh stops turning along (it stays near 48): whoever is measured there looks away, unless
 * that is straight ahead for this camera.
 */
const saturatedYawDegrees = 40;
const leastSaturatedDegrees = 15;
/** Degrees to come back by before it counts as looking at the road again. */
const returnDegrees = 3;

export function isAway({ yawDegrees, pitchDegrees, gazeYawDegrees }: Gaze, cameraYawDegrees: number, wasAway: boolean): boolean {
  const back = wasAway ? returnDegrees : 0;
  return (
    Math.abs(gazeYawDegrees) > awayYawDegrees - back ||
    pitchDegrees < -(awayDownDegrees - back) ||
    pitchDegrees > awayUpDegrees - back ||
    (Math.abs(cameraYawDegrees) > saturatedYawDegrees - back && Math.abs(yawDegrees) > leastSaturatedDegrees)
  );
}

/** Whether the head is lowered so far that lowered lids are no sign of sleep. */
export function isHeadDown({ pitchDegrees }: Gaze): boolean {
  return pitchDegrees < -awayDownDegrees;
}
