import { randomFrom } from '../../../../ingest/simulator/drawing/noise.ts';
import { type Camera, createCamera } from '../../../../processors/core/geometry.ts';
import { columnAt, type LaneShape, roadRow, rowAt } from '../../../../processors/core/lanes/lane-shape.ts';
import type { MarkingPoint, Markings } from '../../../../processors/core/lanes/markings.ts';
import { cameraSchema } from '../../../../schemas/configuration.ts';

export const camera = createCamera(cameraSchema.parse({}), 1280, 720);

export const straight: LaneShape = { leftMeters: -1.75, rightMeters: 1.75, headingRadians: 0, curvaturePerMeter: 0, pitchRadians: 0 };

export interface Drawing {
  readonly shape: LaneShape;
  /** Where there is paint, by metres along the road. */
  readonly left?: (alongMeters: number) => boolean;
  readonly right?: (alongMeters: number) => boolean;
  readonly drivenMeters?: number;
  readonly seed: number;
  readonly brightness?: number;
}

export const solid = () => true;
/** RMS-1: 6 m in 18. */
export const dashed = (alongMeters: number) => alongMeters % 18 < 6;
export const missing = () => false;

/** What a finder would give of a road: markings within a pixel and a half centimeters, and stray bright spots. */
export function drawMarkings({ shape, left = solid, right = solid, drivenMeters = 0, seed, brightness = 105 }: Drawing): Markings {
  const random = randomFrom(seed);
  const rowsPx = rows(camera, shape.pitchRadians);
  const points = rowsPx.flatMap((rowPx): MarkingPoint[] => {
    const row = roadRow(camera, rowPx, shape.pitchRadians)!;
    const point = (columnPx: number): MarkingPoint => ({ rowPx, columnPx, contrast: 40 });
    const onLine = (sideMeters: number) =>
      point(columnAt(camera, shape, sideMeters, row) + (random() - 0.5) * (2 + 0.03 * row.pixelsPerMeter));
    const along = drivenMeters + row.forwardMeters;
    return [
      ...(left(along) ? [onLine(shape.leftMeters)] : []),
      ...(right(along) ? [onLine(shape.rightMeters)] : []),
      point(1280 * random()),
    ];
  });
  return { rowsPx, points, brightness };
}

function rows(of: Camera, pitchRadians: number): number[] {
  const nearest = Math.max(3.7, roadRow(of, of.height - 1, pitchRadians)!.forwardMeters);
  const all = Array.from({ length: 72 }, (_, index) => Math.floor(rowAt(of, nearest * (60 / nearest) ** (index / 71), pitchRadians)) + 0.5);
  return [...new Set(all)].filter((row) => row > 0 && row < of.height);
}
