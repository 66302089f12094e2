import type { Box } from '../../../schemas/messages.ts';
import { connectedBoxes, type Plane } from './runs.ts';

/** Red difference above grey, 0..127: traffic red (RAL 3020) has 76 by day; spread over twice its width and dimmed, a sixth. */
const leastRed = 12;
/** Cells: at two pixels a cell 14 px. Smaller ones cannot be read. */
const leastCells = 7;
/** Share of the searched plane's height: nearer signs are beside the vehicle. */
const mostShare = 0.9;
/** Of one side to the other: blurred, or seen askew. */
const mostOblong = 1.4;
/** Directions in which a ring is looked at, and the share of them that must show it. */
const directions = 32;
const leastShare = 0.72;
/** Of the radius. Vienna Convention on Road Signs, C 14: the ring reaches from 0.78 to 1, inside it is white or yellow. */
const insideRadius = 0.5;
const ringRadii = [0.72, 0.8, 0.88, 0.96];
/** Red difference by which the ring stands out of its inside. */
const leastContrast = 8;

/** A round thing in a plane: box in cells, and the share of directions that show it. */
export interface Round {
  readonly box: Box;
  readonly share: number;
}

/**
 * Rings of red around something that is not: connected red, about as wide as high, hollow in nearly every direction.
 * @param red Red difference (Cr); 128 is grey.
 */
export function findRings(red: Plane): Round[] {
  const least = 128 + leastRed;
  const rounds: Round[] = [];
  for (const box of connectedBoxes(red, (index) => red.values[index]! >= least)) {
    if (!isSquare(box, leastCells, mostShare * red.height)) continue;
    const share = shareOfDirections(box, (point) => {
      let ring = 0;
      for (const radius of ringRadii) ring = Math.max(ring, valueAt(red, point(radius)));
      return ring - valueAt(red, point(insideRadius)) >= leastContrast;
    });
    if (share >= leastShare) rounds.push({ box, share });
  }
  return rounds;
}

/** Whether a box is about as wide as high, and neither too small nor too large. */
export function isSquare([x1, y1, x2, y2]: Box, least: number, most: number): boolean {
  const [width, height] = [x2 - x1, y2 - y1];
  return Math.min(width, height) >= least && height <= most && width <= mostOblong * height && height <= mostOblong * width;
}

/**
 * The share of directions from a box's middle in which something is so.
 * @param isSo Gets what turns a share of the box's radius into a point of that direction.
 */
export function shareOfDirections([x1, y1, x2, y2]: Box, isSo: (point: (radius: number) => readonly [number, number]) => boolean): number {
  const [middleX, middleY] = [(x1 + x2 - 1) / 2, (y1 + y2 - 1) / 2];
  const [radiusX, radiusY] = [(x2 - x1) / 2, (y2 - y1) / 2];
  let shown = 0;
  for (let index = 0; index < directions; index++) {
    const angle = (2 * Math.PI * index) / directions;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    if (isSo((radius) => [middleX + cos * radius * radiusX, middleY + sin * radius * radiusY])) shown++;
  }
  return shown / directions;
}

/** The nearest cell's value; the border is continued. */
export function valueAt({ values, width, height }: Plane, [x, y]: readonly [number, number]): number {
  const column = Math.min(width - 1, Math.max(0, Math.round(x)));
  return values[Math.min(height - 1, Math.max(0, Math.round(y))) * width + column]!;
}
