import type { CameraConfiguration } from '../../schemas/configuration.ts';

/** A pinhole camera above a flat road, for one picture size. Plain numbers. */
export interface Camera {
  readonly width: number;
  readonly height: number;
  readonly focalPx: number;
  readonly heightMeters: number;
  /** Downward tilt. */
  readonly pitchRadians: number;
  /** One sigma of it at a moment. */
  readonly pitchSigmaRadians: number;
  /** Row of the horizon; may lie outside the picture. */
  readonly horizonPx: number;
  /** Rows from here on show the own bonnet. */
  readonly bonnetPx: number;
}

/** A point on the road: right of and ahead of the camera. */
export interface GroundPoint {
  readonly rightMeters: number;
  readonly forwardMeters: number;
}

const radiansPerDegree = Math.PI / 180;
/**
 * Radians: how far suspension and road tilt a camera from how it is mounted; 0.3 degrees is 5 px at a focal length of 1000.
 * Why it must be counted: Park and Hwang, The Scientific World Journal, 2014, 923632.
 */
export const swingSigmaRadians = 0.3 * radiansPerDegree;

/**
 * Derives the camera of a picture size from where the camera looks.
 * @param width Pixels of the picture that boxes are in, not of the detector's input.
 * @param height Pixels.
 */
export function createCamera(configuration: CameraConfiguration, width: number, height: number): Camera {
  const focalPx = width / 2 / Math.tan((configuration.horizontalFieldOfViewDegrees * radiansPerDegree) / 2);
  const pitchRadians = configuration.pitchDegrees * radiansPerDegree;
  return {
    width,
    height,
    focalPx,
    heightMeters: configuration.heightMeters,
    pitchRadians,
    pitchSigmaRadians: swingSigmaRadians,
    horizonPx: horizonRow(height, focalPx, pitchRadians),
    bonnetPx: height * (1 - configuration.bonnetFraction),
  };
}

/** The same camera, looking further down by this much, and how sure that is. */
export function tilted(camera: Camera, byRadians: number, pitchSigmaRadians: number): Camera {
  const pitchRadians = camera.pitchRadians + byRadians;
  return { ...camera, pitchRadians, pitchSigmaRadians, horizonPx: horizonRow(camera.height, camera.focalPx, pitchRadians) };
}

function horizonRow(height: number, focalPx: number, pitchRadians: number): number {
  return height / 2 - focalPx * Math.tan(pitchRadians);
}

/**
 * How far below the horizon a row looks.
 * @returns Radians, positive below.
 */
export function depressionRadians(camera: Camera, rowPx: number): number {
  return Math.atan((rowPx - camera.height / 2) / camera.focalPx) + camera.pitchRadians;
}

/**
 * The point of the road seen at a pixel.
 * @returns Undefined at and above the horizon.
 */
export function groundFromPixel(camera: Camera, columnPx: number, rowPx: number): GroundPoint | undefined {
  // The ray (x, y, 1) of the tilted camera, turned upright.
  const x = (columnPx - camera.width / 2) / camera.focalPx;
  const y = (rowPx - camera.height / 2) / camera.focalPx;
  const down = y * Math.cos(camera.pitchRadians) + Math.sin(camera.pitchRadians);
  const forward = Math.cos(camera.pitchRadians) - y * Math.sin(camera.pitchRadians);
  if (down <= 0 || forward <= 0) return undefined;
  const scale = camera.heightMeters / down;
  return { rightMeters: x * scale, forwardMeters: forward * scale };
}

/**
 * Where a point of the road is seen.
 * @returns Pixels, possibly outside the picture; undefined behind the camera.
 */
export function pixelFromGround(camera: Camera, point: GroundPoint): { readonly x: number; readonly y: number } | undefined {
  const sin = Math.sin(camera.pitchRadians);
  const cos = Math.cos(camera.pitchRadians);
  const depth = point.forwardMeters * cos + camera.heightMeters * sin;
  if (depth <= 0) return undefined;
  return {
    x: camera.width / 2 + (camera.focalPx * point.rightMeters) / depth,
    y: camera.height / 2 + (camera.focalPx * (camera.heightMeters * cos - point.forwardMeters * sin)) / depth,
  };
}

/**
 * Distance of what stands on the road at a row, and how uncertain it is.
 * @param rowSigmaPx One sigma of the row.
 * @param pitchSigmaRadians One sigma of the camera's momentary pitch.
 * @returns Meters; undefined at and above the horizon.
 * Source: Stein, Mano, Shashua, Vision-based ACC with a single camera, IV 2003, eq. 1-3, with pitch as a further error.
 */
export function groundDistance(
  camera: Camera,
  rowPx: number,
  rowSigmaPx: number,
  pitchSigmaRadians: number,
): { readonly meters: number; readonly sigmaMeters: number } | undefined {
  const depression = depressionRadians(camera, rowPx);
  if (depression <= 0 || depression >= Math.PI / 2) return undefined;
  const sin = Math.sin(depression);
  const meters = camera.heightMeters / Math.tan(depression);
  const offAxis = (rowPx - camera.height / 2) / camera.focalPx;
  const rowSigmaRadians = rowSigmaPx / (camera.focalPx * (1 + offAxis * offAxis));
  // d(h / tan a) = -h / sin² a · da
  return { meters, sigmaMeters: (camera.heightMeters / (sin * sin)) * Math.hypot(rowSigmaRadians, pitchSigmaRadians) };
}
