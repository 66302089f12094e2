import { boxArea, intersectionArea } from '../../schemas/box.ts';
import type { Box } from '../../schemas/messages.ts';
import type { BoxBias } from './box-bias.ts';
import { type Camera, groundDistance } from './geometry.ts';
import type { RoadUser } from './road-users.ts';

/** A measured value and one sigma of it. */
export interface Measurement {
  readonly value: number;
  readonly sigma: number;
}

/** What one box says of where something is; null where an edge of the picture cuts it, or nothing can be read off. */
export interface Sighting {
  /** Of the angle that the width fills: ln(width px / focal px). */
  readonly width: Measurement | null;
  readonly height: Measurement | null;
  /** ln(meters), by where the box meets the road. Its error is the camera's pitch, which lasts for many frames. */
  readonly ground: Measurement | null;
  /** Tangents of the angles to the right of the camera's axis. Where the picture's edge cuts it, the outer one is too near to the axis. */
  readonly sides: { readonly left: number; readonly right: number; readonly sigma: number; readonly isCut: boolean };
}

/** Pixels: how much one edge of a detector's box jumps from frame to frame; tuned on the drawn road at 8 to 70 m. */
const edgeSigmaPx = 1;
/**
 * Score from which a detector's edges are as sure as they get; below it they jump the more, the less it believes in the box: by the
 * square of what is missing. Source of the idea: noise scale adaptive Kalman, Du et al., GIAOTracker, ICCVW 2021; seen on real motorway
 * footage, where boxes of 20 px with scores about 0.35 grew by half within a few frames.
 */
const sureScore = 0.45;
/** The most by which doubt widens an edge: scores below 0.2 say no more. */
const mostDoubt = 5;
/** Of the box's size: what large boxes jump. */
const sizeSigma = 0.015;
/** Radians: how far the own car's small steering sways the camera. */
const yawSigmaRadians = (0.1 * Math.PI) / 180;
/**
 * How far from the picture's edge a box still counts as cut by it, in pixels and as a share of its own size: detectors stop short of the
 * edge, with large boxes by more. Seen on a bus of 400 px that is overtaken: up to 3.5 %. Its outer side then seems to stand still, and
 * the bus to come over.
 */
const cutMarginPx = 3;
const cutMarginShare = 0.035;
/** Of the box: boxes of neighbours touch, so a little cover says nothing. */
const hiddenShare = 0.15;
/** One sigma of the logarithm beyond which the contact with the road says nothing. */
const uselessSigma = 0.7;
/**
 * Meters: what is lower, by its contact with the road, is a mark on it. Detectors box lane dashes 16 m ahead as cars 0.3 m high; the
 * lowest cars have 1.1. Not nearer to that: with a pitch that is configured 2 degrees wrong, cars 50 m ahead seem half as high.
 */
const lowestVehicleMeters = 0.5;
/** Of its height's doubt, which count for a vehicle. */
const lowestVehicleSigmas = 2;

/**
 * Whether nearer ones hide so much of a box that its size and place say nothing.
 * @param others Boxes of the same frame; what stands lower in the picture stands nearer.
 */
export function isHidden(box: Box, others: readonly Box[]): boolean {
  return others.some((other) => other[3] > box[3] && intersectionArea(box, other) > hiddenShare * boxArea(box));
}

/** Whether what is seen is certainly too low for a vehicle. */
export function isFlat({ height, ground }: Sighting): boolean {
  if (!height || !ground) return false;
  const logMeters = height.value + ground.value + lowestVehicleSigmas * Math.hypot(height.sigma, ground.sigma);
  return Math.exp(logMeters) < lowestVehicleMeters;
}

/**
 * Measures a detection's box.
 * @param score Of the detection, 0..1.
 */
export function sight(camera: Camera, box: Box, score: number, user: RoadUser, bias: BoxBias): Sighting {
  const [x1, y1, x2, y2] = box;
  const edgePx = edgeSigmaPx * Math.min(mostDoubt, Math.max(1, sureScore / score) ** 2);
  const marginX = cutMarginPx + cutMarginShare * (x2 - x1);
  const marginY = cutMarginPx + cutMarginShare * (y2 - y1);
  const isCutSideways = x1 <= marginX || x2 >= camera.width - marginX;
  const isCutBelow = y2 >= Math.min(camera.bonnetPx, camera.height) - marginY;
  const isCutAbove = y1 <= marginY;
  const left = (x1 - camera.width / 2) / camera.focalPx;
  const right = (x2 - camera.width / 2) / camera.focalPx;
  // A vehicle beside the axis shows its flank, the more the nearer it is: its box is wider than its near face.
  const isFaceOn = user.group !== 'vehicle' || (left < 0 && right > 0);
  return {
    width:
      isCutSideways || !isFaceOn || user.widthMeters === undefined
        ? null
        : logSize(camera, x2 - x1, edgePx, bias.widthFactor, bias.widthPaddingPx),
    height: isCutBelow || isCutAbove ? null : logSize(camera, y2 - y1, edgePx, 1, bias.heightPaddingPx),
    ground: isCutBelow ? null : logGround(camera, y2, edgePx),
    sides: { left, right, sigma: Math.hypot(edgePx / camera.focalPx, yawSigmaRadians), isCut: isCutSideways },
  };
}

/**
 * How near to the camera's axis the middle of the near face can be, of what the picture's edge cuts: its inner side is all there, and
 * that of the far end is seen nearer to the axis still.
 * @param distanceMeters Of the near face, as known so far.
 * @returns Tangent of the angle to the right of the axis: at least this on the right of it, at most this on the left; null where it is
 * on both sides.
 */
export function innermostDirectionOf({ sides }: Sighting, user: RoadUser, distanceMeters: number): Measurement | null {
  const { left, right, sigma } = sides;
  if (left <= 0 && right >= 0) return null;
  const halfFace = user.halfWidthMeters / distanceMeters;
  return { value: left > 0 ? left + halfFace : right - halfFace, sigma };
}

/**
 * Where the middle of the near face is.
 * @param distanceMeters Of the near face, as known so far.
 * @returns Tangent of the angle to the right of the camera's axis.
 */
export function directionOf({ sides }: Sighting, user: RoadUser, distanceMeters: number): Measurement {
  const { left, right, sigma } = sides;
  const middle = (left + right) / 2;
  if (user.group !== 'vehicle' || left * right < 0) return { value: middle, sigma };
  // Beside the axis, the outer side is the near face's; the inner one is at the far end.
  const halfFace = Math.min((right - left) / 2, user.halfWidthMeters / distanceMeters);
  return { value: middle > 0 ? right - halfFace : left + halfFace, sigma };
}

function logSize(camera: Camera, drawnPx: number, edgePx: number, factor: number, paddingPx: number): Measurement {
  const sizePx = Math.max(drawnPx / 2, drawnPx - paddingPx) / factor;
  return { value: Math.log(sizePx / camera.focalPx), sigma: Math.hypot(sizeSigma, (Math.SQRT2 * edgePx) / sizePx) };
}

function logGround(camera: Camera, rowPx: number, edgePx: number): Measurement | null {
  const distance = groundDistance(camera, rowPx, edgePx, camera.pitchSigmaRadians);
  if (!distance) return null;
  const sigma = distance.sigmaMeters / distance.meters;
  return sigma < uselessSigma ? { value: Math.log(distance.meters), sigma } : null;
}
