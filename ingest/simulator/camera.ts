import type { Box } from '../../schemas/messages.ts';

/** A pinhole camera above a flat road. */
export interface Camera {
  readonly width: number;
  readonly height: number;
  readonly focalPx: number;
  readonly heightMeters: number;
  /** Downward tilt. */
  readonly pitchRadians: number;
}

/** A point of the world in the picture. */
export interface Projection {
  readonly x: number;
  readonly y: number;
  /** Pixels a metre at that depth. */
  readonly scale: number;
}

/** 1280x720 and 1000 px of focal length: 65.2 degrees, the default of the configuration's camera. */
const picture = { width: 1280, height: 720, focalPx: 1000 } as const;

/**
 * The simulated camera, in the terms of the configuration.
 * @param heightMeters Of the lens above the road.
 * @param pitchDegrees Downward tilt; 0 puts the horizon in the middle row.
 */
export function cameraOf(heightMeters: number, pitchDegrees: number): Camera {
  return { ...picture, heightMeters, pitchRadians: (pitchDegrees * Math.PI) / 180 };
}

/** Row of the horizon of a flat world. */
export function horizonRow(camera: Camera): number {
  return camera.height / 2 - camera.focalPx * Math.tan(camera.pitchRadians);
}

/**
 * Where a point of the world is seen.
 * @param lateralMeters Right of the camera.
 * @param heightMeters Above the road.
 * @param distanceMeters Ahead of the camera along the ground, greater than 0.
 */
export function project(camera: Camera, lateralMeters: number, heightMeters: number, distanceMeters: number): Projection {
  const cos = Math.cos(camera.pitchRadians);
  const sin = Math.sin(camera.pitchRadians);
  const below = camera.heightMeters - heightMeters;
  const scale = camera.focalPx / (distanceMeters * cos + below * sin);
  return {
    x: camera.width / 2 + lateralMeters * scale,
    y: camera.height / 2 + (below * cos - distanceMeters * sin) * scale,
    scale,
  };
}

/**
 * How far ahead the road is that is seen in a row: the inverse of project for points on the ground.
 * @returns Metres, Infinity at and above the horizon.
 */
export function groundDistance(camera: Camera, row: number): number {
  const cos = Math.cos(camera.pitchRadians);
  const sin = Math.sin(camera.pitchRadians);
  const slope = (row - camera.height / 2) / camera.focalPx;
  const down = sin + slope * cos;
  return down <= 0 ? Number.POSITIVE_INFINITY : (camera.heightMeters * (cos - slope * sin)) / down;
}

/** The part of a box inside the picture, or undefined when nothing of it is. */
export function clipBox(camera: Camera, [x1, y1, x2, y2]: Box): Box | undefined {
  const clipped: Box = [Math.max(0, x1), Math.max(0, y1), Math.min(camera.width, x2), Math.min(camera.height, y2)];
  return clipped[2] > clipped[0] && clipped[3] > clipped[1] ? clipped : undefined;
}
