import type { Box } from '../../../schemas/messages.ts';

/** x, y, z of the 478 points of MediaPipe's face mesh, in the picture's pixels; z grows away from the camera, on the scale of x. */
export type FacePoints = ArrayLike<number>;

/** The six points of an eye as its aspect ratio needs them, and where its iris is. Corners from the image's left to its right. */
interface EyePoints {
  readonly leftCorner: number;
  readonly rightCorner: number;
  /** Upper and lower lid, one above the other. */
  readonly lids: readonly (readonly [number, number])[];
  readonly iris: number;
  readonly contour: readonly number[];
  readonly irisContour: readonly number[];
}

// Indices after MediaPipe's canonical face model. The driver's right eye is on the image's left.
const rightEye: EyePoints = {
  leftCorner: 33,
  rightCorner: 133,
  lids: [
    [160, 144],
    [158, 153],
  ],
  iris: 468,
  contour: [33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7, 33],
  irisContour: [469, 470, 471, 472, 469],
};
const leftEye: EyePoints = {
  leftCorner: 362,
  rightCorner: 263,
  lids: [
    [385, 380],
    [387, 373],
  ],
  iris: 473,
  contour: [263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249, 263],
  irisContour: [474, 475, 476, 477, 474],
};
const innerLips = { top: 13, bottom: 14, leftCorner: 78, rightCorner: 308 };
/** Every second one of the outline's points: drawn, the difference is not seen. */
const faceContour = [10, 297, 284, 389, 454, 361, 397, 379, 400, 152, 176, 150, 172, 132, 234, 162, 54, 67, 10];
const outerLipContour = [61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146, 61];
const innerLipContour = [78, 80, 13, 310, 308, 318, 14, 88, 78];

/**
 * Eye aspect ratio of each eye: its lids' distance over its width.
 * @returns Open eyes have 0.2 to 0.45, shut ones 0.03 to 0.15.
 * Source: Soukupová and Čech, Real-Time Eye Blink Detection using Facial Landmarks (CVWW 2016), eq. 1.
 */
export function eyeAspects(points: FacePoints): { readonly left: number; readonly right: number } {
  return { left: eyeAspect(points, leftEye), right: eyeAspect(points, rightEye) };
}

/**
 * Where each iris is between the corners of its eye: 0 at the image's left one, 1 at its right one.
 */
export function irisPlaces(points: FacePoints): { readonly left: number; readonly right: number } {
  return { left: irisPlace(points, leftEye), right: irisPlace(points, rightEye) };
}

/** Mouth aspect ratio: the inner lips' distance over the mouth's width. @returns 0 when shut, above 0.5 in a yawn. */
export function mouthAspect(points: FacePoints): number {
  const { top, bottom, leftCorner, rightCorner } = innerLips;
  return ratio(distance(points, top, bottom), distance(points, leftCorner, rightCorner));
}

/** @returns The box around the face without its irises. */
export function faceBox(points: FacePoints): Box {
  let [left, top, right, bottom] = [Number.MAX_VALUE, Number.MAX_VALUE, -Number.MAX_VALUE, -Number.MAX_VALUE];
  for (let at = 0; at < 3 * firstIrisPoint; at += 3) {
    left = Math.min(left, points[at]!);
    right = Math.max(right, points[at]!);
    top = Math.min(top, points[at + 1]!);
    bottom = Math.max(bottom, points[at + 1]!);
  }
  return [left, top, right, bottom];
}

/** @returns What is drawn: face, eyes, irises and lips, each x, y, x, y, … in tenths of a pixel. */
export function faceContours(points: FacePoints): number[][] {
  const { contour: right, irisContour: rightIris } = rightEye;
  const { contour: left, irisContour: leftIris } = leftEye;
  return [faceContour, right, left, rightIris, leftIris, outerLipContour, innerLipContour].map((contour) =>
    contour.flatMap((point) => [tenths(points[3 * point]!), tenths(points[3 * point + 1]!)]),
  );
}

/** The mesh has 468 points; those of the irises come after them. */
const firstIrisPoint = 468;

function eyeAspect(points: FacePoints, { leftCorner, rightCorner, lids }: EyePoints): number {
  const opening = lids.reduce((sum, [upper, lower]) => sum + distance(points, upper, lower), 0) / lids.length;
  return ratio(opening, distance(points, leftCorner, rightCorner));
}

function irisPlace(points: FacePoints, { leftCorner, rightCorner, iris }: EyePoints): number {
  const [x, y] = [points[3 * leftCorner]!, points[3 * leftCorner + 1]!];
  const [alongX, alongY] = [points[3 * rightCorner]! - x, points[3 * rightCorner + 1]! - y];
  return ratio((points[3 * iris]! - x) * alongX + (points[3 * iris + 1]! - y) * alongY, alongX * alongX + alongY * alongY);
}

function distance(points: FacePoints, a: number, b: number): number {
  return Math.hypot(points[3 * a]! - points[3 * b]!, points[3 * a + 1]! - points[3 * b + 1]!);
}

/** A mesh that has collapsed to a point measures nothing, and must not give infinities. */
function ratio(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}

function tenths(value: number): number {
  return Math.round(10 * value) / 10;
}
