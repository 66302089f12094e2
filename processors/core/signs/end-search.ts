import { intersectionArea } from '../../../schemas/box.ts';
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
/** And by which a bar does. */
const leastDarker = 24;
/** The bar's box, of the disc's: it ends where it meets the rim. */
const barShare = 0.8;
/** Around it, at this part of the radius, there is sky but for the pole: about as bright as the white beside the bar, which is even. */
const freeRadius = 1.15;
const leastFree = 0.85;
const mostSky = 0.2;
const leastEven = 0.92;
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

/** Of an expected one's width: by how much more it may have grown, and by how much it may lie elsewhere. */
const growths = [0.9, 1, 1.1, 1.2];
const shifts = [-0.2, -0.1, 0, 0.1, 0.2];

/** The planes of one part of a picture, cell by cell. */
export interface ColourPlanes {
  readonly luma: Plane;
  /** Colour differences Cb and Cr; 128 is grey. */
  readonly blue: Plane;
  readonly red: Plane;
}

/**
 * Ends of limits: white discs with a dark bar from the lower left to the upper right (Vienna Convention on Road Signs, C 17). Before trees and
 * hills the disc stands out, before a pale sky, into which white melts, the bar; before what is half of each neither does, and there only those
 * are found that have been seen before.
 * @param expected Where those should be now, in cells.
 */
export function findEnds(planes: ColourPlanes, expected: readonly Box[] = []): Round[] {
  const { luma } = planes;
  const means = surroundingsOf(luma);
  const rounds = findDiscs(planes, means);
  const addNew = (round: Round | undefined) => {
    if (round && !rounds.some(({ box }) => intersectionArea(box, round.box) > 0)) rounds.push(round);
  };
  for (const round of findBars(planes, means)) addNew(round);
  for (const box of expected) addNew(findAgain(luma, box));
  return rounds;
}

/** The disc near an expected one whose bar is the clearest; of those about as clear the one that lies nearest to it. */
function findAgain(luma: Plane, [x1, y1, x2, y2]: Box): Round | undefined {
  let [best, clearest]: [Box | undefined, number] = [undefined, 0];
  const [x, y, side] = [(x1 + x2) / 2, (y1 + y2) / 2, (x2 - x1 + y2 - y1) / 2];
  for (const growth of growths)
    for (const aside of shifts)
      for (const down of shifts) {
        const radius = (side * growth) / 2;
        const [middleX, middleY] = [x + aside * side, y + down * side];
        const box: Box = [middleX - radius, middleY - radius, middleX + radius, middleY + radius];
        if (!isSquare(box, leastCells, mostShare * luma.height) || !isInside(luma, box)) continue;
        const clear = isEven(luma, box) ? barIn(luma, box) * (1 - Math.hypot(aside, down, growth - 1)) : 0;
        if (clear > clearest) [best, clearest] = [box, clear];
      }
  return best && { box: best, share: leastShare };
}

function findDiscs(planes: ColourPlanes, means: Float64Array): Round[] {
  const { luma } = planes;
  const mask = cellsWith(planes, means, (value, mean) => value >= mean + leastBrighter);
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

/** Dark bars, and the number behind them, with white and sky all around. */
function findBars(planes: ColourPlanes, means: Float64Array): Round[] {
  const { luma } = planes;
  const mask = cellsWith(planes, means, (value, mean) => value <= mean - leastDarker);
  const rounds: Round[] = [];
  for (const [x1, y1, x2, y2] of connectedBoxes(luma, (index) => mask[index] === 1, 1)) {
    if (!isSquare([x1, y1, x2, y2], barShare * leastCells, mostShare * luma.height)) continue;
    const radius = (x2 - x1 + y2 - y1) / (4 * barShare);
    const [x, y] = [(x1 + x2) / 2, (y1 + y2) / 2];
    const box: Box = [x - radius, y - radius, x + radius, y + radius];
    if (!isEven(luma, box)) continue;
    const white = Math.max(...whitesIn(luma, box));
    const share = shareOfDirections(box, (point) => Math.abs(valueAt(luma, point(freeRadius)) - white) <= mostSky * white);
    if (share >= leastFree && isCrossedOut(luma, box)) rounds.push({ box, share });
  }
  return rounds;
}

function isInside({ width, height }: Plane, [x1, y1, x2, y2]: Box): boolean {
  return x1 >= 0 && y1 >= 0 && x2 <= width && y2 <= height;
}

/** Beside the bar. */
function whitesIn(luma: Plane, [x1, y1, x2, y2]: Box): number[] {
  const [middleX, middleY, radius] = [(x1 + x2 - 1) / 2, (y1 + y2 - 1) / 2, (x2 - x1 + y2 - y1) / 4];
  return beside.map(([x, y]) => valueAt(luma, [middleX + x * radius, middleY + y * radius]));
}

function isEven(luma: Plane, box: Box): boolean {
  const whites = whitesIn(luma, box);
  return Math.min(...whites) >= leastEven * Math.max(...whites);
}

/** Whether the bar is there, and nothing like it across. */
function isCrossedOut(luma: Plane, box: Box): boolean {
  return barIn(luma, box) > 0;
}

/** By which part of the white the bar is darker; 0 where there is none, or something like it across. */
function barIn(luma: Plane, [x1, y1, x2, y2]: Box): number {
  const [middleX, middleY, radius] = [(x1 + x2 - 1) / 2, (y1 + y2 - 1) / 2, (x2 - x1 + y2 - y1) / 4];
  const mean = (points: readonly (readonly [number, number])[]) =>
    points.reduce((sum, [x, y]) => sum + valueAt(luma, [middleX + x * radius, middleY + y * radius]), 0) / points.length;
  const white = mean(beside);
  // Both of its ends: something dark that begins beside a disc is at one of them.
  const bar = white - Math.max(mean(alongUp), mean(alongUp.map(([x, y]) => [-x, -y] as const)));
  return bar >= leastBar * white && white - mean(across) <= mostAcross * white ? bar / white : 0;
}

/** Points of the disc as parts of its radius: on the bar's upper end, outside the number; beside it; and across it, likewise outside. */
const alongUp: readonly (readonly [number, number])[] = [0.42, 0.48, 0.54, 0.6].map((at) => [at, -at] as const);
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

/** @returns 1 a cell that stands out of its surroundings and has no colour. */
function cellsWith(
  { luma, blue, red }: ColourPlanes,
  means: Float64Array,
  standsOut: (value: number, mean: number) => boolean,
): Uint8Array {
  const { values, width, height } = luma;
  const columns = Math.ceil(width / blockCells);
  const mask = new Uint8Array(width * height);
  for (let row = 0; row < height; row++)
    for (let x = 0, index = row * width; x < width; x++, index++)
      if (
        standsOut(values[index]!, means[(row >> blockBits) * columns + (x >> blockBits)]!) &&
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
