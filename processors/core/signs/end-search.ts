import type { Box } from '../../../schemas/messages.ts';
import { isSquare, type Round, shareOfDirections, valueAt } from './ring-search.ts';
import { connectedBoxes, type Plane } from './runs.ts';

/** Cells: at two pixels a cell 20 px; in smaller ones the bar cannot be told from a number. */
const leastCells = 10;
/** Share of the searched plane's height. */
const mostShare = 0.9;
/** Cells a side of the blocks whose means, three by three, are the surroundings: wider than any sign that is read from afar. */
const blockBits = 4;
const blockCells = 1 << blockBits;
/** Luma by which white stands out of its surroundings. */
const leastBrighter = 20;
/** Part of a disc's own white that is still white; its pole is darker. */
const ownWhite = 0.8;
/** Of the brightest cells of what hangs together, which counts as its white. */
const whiteQuantile = 0.8;
/** Colour difference below which something counts as white or grey. */
const mostColour = 12;
/** Cells of a row that the bar takes away: a sixth of a sign of 50 px. */
const barCells = 4;
/** Share of directions in which the rim is brighter than what lies outside. */
const leastShare = 0.75;
const rimRadius = 0.86;
const outsideRadius = 1.3;
/** Part of white by which the bar is darker, and by which the sign must not be so across it. */
const leastBar = 0.14;
const mostAcross = 0.07;

/** The planes of one part of a picture, cell by cell. */
export interface ColourPlanes {
  readonly luma: Plane;
  /** Colour differences Cb and Cr; 128 is grey. */
  readonly blue: Plane;
  readonly red: Plane;
}

/**
 * Ends of limits: white discs with a dark bar from the lower left to the upper right (Vienna Convention on Road Signs, C 17). They are found
 * before trees and hills, hardly before a pale sky: white melts into it, and less strict limits take clouds for signs.
 */
export function findEnds(planes: ColourPlanes): Round[] {
  const { luma } = planes;
  const mask = whiteCells(planes);
  const isWhite = (index: number) => mask[index] === 1;
  const rounds: Round[] = [];
  for (const [x1, y1, x2, y2] of connectedBoxes(luma, isWhite, barCells)) {
    // Its pole hangs below it.
    const head: Box = [x1, y1, x2, Math.min(y2, y1 + x2 - x1)];
    if (!isSquare(head, leastCells, mostShare * luma.height)) continue;
    const box = withoutPole(luma, head, isWhite);
    if (!isSquare(box, leastCells, mostShare * luma.height)) continue;
    const share = shareOfDirections(box, (point) => valueAt(luma, point(rimRadius)) >= valueAt(luma, point(outsideRadius)) + leastBrighter);
    if (share >= leastShare && isCrossedOut(luma, box)) rounds.push({ box, share });
  }
  return rounds;
}

/** Whether the bar is there, and nothing like it across. */
function isCrossedOut(luma: Plane, [x1, y1, x2, y2]: Box): boolean {
  const [middleX, middleY, radius] = [(x1 + x2 - 1) / 2, (y1 + y2 - 1) / 2, (x2 - x1 + y2 - y1) / 4];
  const mean = (points: readonly (readonly [number, number])[]) =>
    points.reduce((sum, [x, y]) => sum + valueAt(luma, [middleX + x * radius, middleY + y * radius]), 0) / points.length;
  const white = mean(beside);
  return white - mean(along) >= leastBar * white && white - mean(across) <= mostAcross * white;
}

/** Points of the disc as parts of its radius: on the bar, where it ends outside the number; beside it; and across it, likewise outside. */
const along: readonly (readonly [number, number])[] = [0.42, 0.48, 0.54, 0.6].flatMap((at) => [[at, -at] as const, [-at, at] as const]);
const across: readonly (readonly [number, number])[] = [0.5, 0.55, 0.6].flatMap((at) => [[at, at] as const, [-at, -at] as const]);
const beside: readonly (readonly [number, number])[] = [
  [0.78, 0.2],
  [0.2, 0.78],
  [-0.78, -0.2],
  [-0.2, -0.78],
];

/** The box of what is as white as the brightest of it. */
function withoutPole({ values, width }: Plane, [x1, y1, x2, y2]: Box, isWhite: (index: number) => boolean): Box {
  const white: number[] = [];
  for (let row = y1; row < y2; row++)
    for (let index = row * width + x1; index < row * width + x2; index++) if (isWhite(index)) white.push(index);
  const lumas = white.map((index) => values[index]!).sort((a, b) => a - b);
  const least = ownWhite * lumas[Math.floor(whiteQuantile * (lumas.length - 1))]!;
  let [left, top, right, bottom] = [x2, y2, x1, y1];
  for (const index of white) {
    if (values[index]! < least) continue;
    const [x, row] = [index % width, Math.floor(index / width)];
    [left, top, right, bottom] = [Math.min(left, x), Math.min(top, row), Math.max(right, x + 1), Math.max(bottom, row + 1)];
  }
  return [left, top, right, bottom];
}

/** @returns 1 a cell that is brighter than its surroundings and has no colour. */
function whiteCells({ luma, blue, red }: ColourPlanes): Uint8Array {
  const { values, width, height } = luma;
  const columns = Math.ceil(width / blockCells);
  const mask = new Uint8Array(width * height);
  const means = surroundingsOf(luma);
  for (let row = 0; row < height; row++)
    for (let x = 0, index = row * width; x < width; x++, index++)
      if (
        values[index]! >= means[(row >> blockBits) * columns + (x >> blockBits)]! + leastBrighter &&
        Math.abs(blue.values[index]! - 128) <= mostColour &&
        Math.abs(red.values[index]! - 128) <= mostColour
      )
        mask[index] = 1;
  return mask;
}

/** @returns The mean luma of a block and those beside it, a block. */
function surroundingsOf({ values, width, height }: Plane): Float64Array {
  const [columns, rows] = [Math.ceil(width / blockCells), Math.ceil(height / blockCells)];
  const means = new Float64Array(columns * rows);
  for (let block = 0; block < means.length; block++) {
    const [left, top] = [(block % columns) * blockCells, Math.floor(block / columns) * blockCells];
    const [right, bottom] = [Math.min(width, left + blockCells), Math.min(height, top + blockCells)];
    let sum = 0;
    for (let row = top; row < bottom; row++)
      for (let index = row * width + left; index < row * width + right; index++) sum += values[index]!;
    means[block] = sum / ((right - left) * (bottom - top));
  }
  return means.map((_, block) => {
    const [column, row] = [block % columns, Math.floor(block / columns)];
    let [sum, count] = [0, 0];
    for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y++)
      for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x++, count++) sum += means[y * columns + x]!;
    return sum / count;
  });
}
