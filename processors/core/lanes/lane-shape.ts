import type { Camera } from '../geometry.ts';

/**
 * The own lane as the camera sees it: two lines of the same heading and curvature. Meters to the right of the camera at z meters ahead are
 * side + heading·z + curvature·z²/2.
 */
export interface LaneShape {
  readonly leftMeters: number;
  readonly rightMeters: number;
  /** Of the lane against the camera's axis, positive to the right. */
  readonly headingRadians: number;
  /** 1/radius, positive to the right. */
  readonly curvaturePerMeter: number;
  /** By how much the camera looks further down than configured. */
  readonly pitchRadians: number;
}

/** A row of the picture on the road. Multiplied by meters to the right, `pixelsPerMeter` gives columns from the middle. */
export interface RoadRow {
  readonly rowPx: number;
  readonly forwardMeters: number;
  readonly pixelsPerMeter: number;
}

/**
 * The road seen in a row.
 * @param pitchRadians Further down than the camera's own pitch.
 * @returns Undefined at and above the horizon.
 */
export function roadRow(camera: Camera, rowPx: number, pitchRadians: number): RoadRow | undefined {
  const slope = (rowPx - camera.height / 2) / camera.focalPx;
  const pitch = camera.pitchRadians + pitchRadians;
  const down = slope * Math.cos(pitch) + Math.sin(pitch);
  const forward = Math.cos(pitch) - slope * Math.sin(pitch);
  if (down <= 0 || forward <= 0) return undefined;
  return {
    rowPx,
    forwardMeters: (camera.heightMeters * forward) / down,
    pixelsPerMeter: (camera.focalPx * down) / camera.heightMeters,
  };
}

/** Row where a point of the road is seen; above the horizon never. @param pitchRadians Further down than the camera's own pitch. */
export function rowAt(camera: Camera, forwardMeters: number, pitchRadians: number): number {
  const pitch = camera.pitchRadians + pitchRadians;
  return camera.height / 2 + camera.focalPx * Math.tan(Math.atan2(camera.heightMeters, forwardMeters) - pitch);
}

/** Meters right of the camera, of a line that begins at `sideMeters`. */
export function lateralAt(shape: LaneShape, sideMeters: number, forwardMeters: number): number {
  return sideMeters + shape.headingRadians * forwardMeters + (shape.curvaturePerMeter / 2) * forwardMeters ** 2;
}

/** Column where that line is seen in a row. */
export function columnAt(camera: Camera, shape: LaneShape, sideMeters: number, row: RoadRow): number {
  return camera.width / 2 + lateralAt(shape, sideMeters, row.forwardMeters) * row.pixelsPerMeter;
}

/** The polyline of a line in the picture: x, y, x, y, …, the nearest first; inside the picture. */
export function polyline(camera: Camera, shape: LaneShape, sideMeters: number, farMeters: number): number[] {
  const nearMeters = roadRow(camera, Math.min(camera.height, camera.bonnetPx) - 1, shape.pitchRadians)?.forwardMeters ?? farMeters;
  const points: number[] = [];
  for (let step = 0; step < polylineSteps; step++) {
    // Equal steps of the logarithm are about equal steps in the picture.
    const forwardMeters = nearMeters * (Math.max(nearMeters, farMeters) / nearMeters) ** (step / (polylineSteps - 1));
    const row = roadRow(camera, rowAt(camera, forwardMeters, shape.pitchRadians), shape.pitchRadians);
    if (!row) continue;
    const column = columnAt(camera, shape, sideMeters, row);
    if (column >= 0 && column <= camera.width && row.rowPx >= 0 && row.rowPx <= camera.height) points.push(column, row.rowPx);
  }
  return points;
}

/** A chord of 60 m at a radius of 100 m leaves the curve by 3 px at a focal length of 1000 then. */
const polylineSteps = 12;
