import type { Box } from '../../../schemas/messages.ts';
import { eyeAspects, type FacePoints, faceBox, faceContours, irisPlaces, mouthAspect } from './face-points.ts';
import { type HeadPose, headPose } from './head-pose.ts';

/** What a face's mesh says, before anything is known of whose it is. Left and right are the driver's. */
export interface FaceMeasure extends HeadPose {
  readonly boxPx: Box;
  readonly contoursPx: readonly (readonly number[])[];
  readonly leftEyeAspect: number;
  readonly rightEyeAspect: number;
  /** Eyes turned in the head: where the irises are between the corners, 0.5 in the middle, more to the driver's right. */
  readonly irisPlace: number;
  readonly mouthAspect: number;
  /** Whether dark glasses hide the eyes. */
  readonly isEyeHidden: boolean;
}

/** @param isEyeHidden What the pixels around the eyes say. */
export function measureFace(points: FacePoints, isEyeHidden: boolean): FaceMeasure {
  const { left, right } = eyeAspects(points);
  const pose = headPose(points);
  const irises = irisPlaces(points);
  const share = rightEyeShare(pose.yawDegrees);
  return {
    ...pose,
    boxPx: faceBox(points),
    contoursPx: faceContours(points),
    leftEyeAspect: left,
    rightEyeAspect: right,
    // The image's left is the driver's right.
    irisPlace: 1 - (share * irises.right + (1 - share) * irises.left),
    mouthAspect: mouthAspect(points),
    isEyeHidden,
  };
}

/**
 * Degrees of yaw from which on only the eye nearer to the camera counts: the other one is foreshortened, and drawn as open when it is
 * shut. On 337 random drawn scenes the nearer eye found 96 % of the shut ones, the mean of both 84 %.
 */
const oneEyeYawDegrees = 12;

/**
 * @param yawDegrees Against the camera, positive to the driver's right: then the left eye is the nearer one.
 * @returns How much the driver's right eye counts, 0..1.
 */
export function rightEyeShare(yawDegrees: number): number {
  return Math.max(0, Math.min(1, 0.5 - yawDegrees / (2 * oneEyeYawDegrees)));
}

/** Eye aspect ratio of both eyes together, the one nearer to the camera first. */
export function eyeAspectOf({ leftEyeAspect, rightEyeAspect, yawDegrees }: FaceMeasure): number {
  const share = rightEyeShare(yawDegrees);
  return share * rightEyeAspect + (1 - share) * leftEyeAspect;
}
