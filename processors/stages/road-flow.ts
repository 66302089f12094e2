import type { Camera } from '../core/geometry.ts';
import { columnAt, type LaneShape, roadRow, rowAt } from '../core/lanes/lane-shape.ts';
import { farMeters, nearMeters, type RoadStrips, stripCount } from '../core/own-speed.ts';
import type { Picture } from './decoder.ts';

/** Meters: a line, and what it may be off by. */
const stripMeters = 0.24;
/** Radians by which the pitch may be another one when the strips are measured out. */
const pitchMargin = 0.01;

/**
 * How bright the road is along both lines of the own lane.
 * @param camera Of the picture's size, as configured.
 * @param shape Of the lane, as it was in the picture before.
 */
export function stripsOfRoad({ planes, strides, width, height }: Picture, camera: Camera, shape: LaneShape): RoadStrips {
  const { leftMeters, rightMeters, pitchRadians } = shape;
  const first = Math.max(0, Math.floor(rowAt(camera, farMeters, pitchRadians + pitchMargin)));
  const last = Math.min(height, camera.bonnetPx, rowAt(camera, nearMeters, pitchRadians - pitchMargin));
  const rows = Math.max(0, Math.floor(last) - first);
  const luma = new Float32Array(stripCount * rows).fill(Number.NaN);
  const columnsPx = new Float32Array(stripCount * rows);
  for (let index = 0; index < rows; index++) {
    const row = roadRow(camera, first + index + 0.5, pitchRadians);
    if (!row) continue;
    const half = (stripMeters / 2) * row.pixelsPerMeter;
    const from = (first + index) * strides[0]!;
    for (const [strip, meters] of [leftMeters, rightMeters].entries()) {
      const column = columnAt(camera, shape, meters, row);
      columnsPx[strip * rows + index] = column;
      const left = Math.round(column - half);
      const right = Math.max(left + 1, Math.round(column + half));
      if (left < 0 || right > width) continue;
      let sum = 0;
      for (let at = from + left; at < from + right; at++) sum += planes[0]![at]!;
      luma[strip * rows + index] = sum / (right - left);
    }
  }
  return { firstRowPx: first + 0.5, columnsPx, luma };
}
