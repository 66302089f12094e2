import { minimumRectangle, type Rectangle } from './minimum-rectangle.ts';
import type { Point, Quadrilateral } from './quadrilateral.ts';

/** A place where something is written. */
export interface TextRegion {
  /** In pixels of the map. */
  readonly cornersPx: Quadrilateral;
  /** 0..1: mean probability of text in the middle of it. */
  readonly score: number;
}

// PaddleOCR's own settings for PP-OCRv4 (det_db_thresh, det_db_box_thresh, det_db_unclip_ratio, min_size).
const pixelProbability = 0.3;
const regionScore = 0.6;
const growthRatio = 1.5;
const leastSidePx = 3;
const leastGrownSidePx = 5;
/** Taller than wide by this much, a line is written upwards or downwards. Source: PaddleOCR's get_rotate_crop_image. */
const uprightRatio = 1.5;

/**
 * Finds the lines of text in a map of probabilities: connected pixels, the smallest rectangle around each, grown by what training
 * shrank it.
 * @param probabilities One value a pixel, [height, width], 0..1.
 * Source: Liao et al., Real-time Scene Text Detection with Differentiable Binarization (2020), section 3.4.
 */
export function textRegions(probabilities: Float32Array, width: number, height: number): TextRegion[] {
  const regions: TextRegion[] = [];
  for (const outline of outlines(probabilities, width, height)) {
    const rectangle = minimumRectangle(outline);
    if (!rectangle || Math.min(rectangle.width, rectangle.height) < leastSidePx) continue;
    const score = meanInside(probabilities, width, height, rectangle);
    // Also where a value is no number.
    if (!(score >= regionScore)) continue;
    const grown = grow(rectangle);
    if (Math.min(grown.width, grown.height) < leastGrownSidePx) continue;
    regions.push({ cornersPx: inReadingOrder(grown), score });
  }
  return regions;
}

/** For each patch of connected pixels (also over corners) the outer corners of its first and last pixel in every row. */
function* outlines(probabilities: Float32Array, width: number, height: number): Generator<Point[]> {
  const visited = new Uint8Array(width * height);
  const stack: number[] = [];
  const visit = (index: number): void => {
    if (visited[index] === 1 || !(probabilities[index]! > pixelProbability)) return;
    visited[index] = 1;
    stack.push(index);
  };
  for (let seed = 0; seed < visited.length; seed++) {
    // Nearly all pixels: a call for each would take most of the time.
    if (!(probabilities[seed]! > pixelProbability)) continue;
    visit(seed);
    if (stack.length === 0) continue;
    const rows = new Map<number, { left: number; right: number }>();
    for (let index = stack.pop(); index !== undefined; index = stack.pop()) {
      const x = index % width;
      const y = (index - x) / width;
      const row = rows.get(y);
      if (!row) rows.set(y, { left: x, right: x });
      else if (x < row.left) row.left = x;
      else if (x > row.right) row.right = x;
      for (let nearY = Math.max(0, y - 1); nearY <= Math.min(height - 1, y + 1); nearY++)
        for (let nearX = Math.max(0, x - 1); nearX <= Math.min(width - 1, x + 1); nearX++) visit(nearY * width + nearX);
    }
    yield [...rows].flatMap(([y, { left, right }]) => [
      { x: left, y },
      { x: left, y: y + 1 },
      { x: right + 1, y },
      { x: right + 1, y: y + 1 },
    ]);
  }
}

function meanInside(probabilities: Float32Array, width: number, height: number, { centre, along, ...size }: Rectangle): number {
  const reachX = (Math.abs(along.x) * size.width + Math.abs(along.y) * size.height) / 2;
  const reachY = (Math.abs(along.y) * size.width + Math.abs(along.x) * size.height) / 2;
  let sum = 0;
  let count = 0;
  for (let y = Math.max(0, Math.floor(centre.y - reachY)); y < Math.min(height, centre.y + reachY); y++)
    for (let x = Math.max(0, Math.floor(centre.x - reachX)); x < Math.min(width, centre.x + reachX); x++) {
      const [right, down] = [x + 0.5 - centre.x, y + 0.5 - centre.y];
      const isInside =
        Math.abs(along.x * right + along.y * down) <= size.width / 2 && Math.abs(along.x * down - along.y * right) <= size.height / 2;
      if (!isInside) continue;
      sum += probabilities[y * width + x]!;
      count++;
    }
  return count === 0 ? 0 : sum / count;
}

/** Source: Liao et al. (2020), equation 10: outwards by area x ratio / perimeter. */
function grow(rectangle: Rectangle): Rectangle {
  const { width, height } = rectangle;
  const distance = (width * height * growthRatio) / (2 * (width + height));
  return { ...rectangle, width: width + 2 * distance, height: height + 2 * distance };
}

/** Lines run along their longer side, and to the right, or downwards; of one that is about square, along the side that is more level. */
function inReadingOrder({ centre, along, width, height }: Rectangle): Quadrilateral {
  const isAlongWidth =
    Math.max(width, height) < uprightRatio * Math.min(width, height) ? Math.abs(along.x) > Math.abs(along.y) : width > height;
  const direction = isAlongWidth ? along : { x: -along.y, y: along.x };
  const sign = Math.abs(direction.x) > verticalCosine ? Math.sign(direction.x) : Math.sign(direction.y);
  const [length, thickness] = isAlongWidth ? [width, height] : [height, width];
  const [rightX, rightY] = [(sign * direction.x * length) / 2, (sign * direction.y * length) / 2];
  const [downX, downY] = [(-sign * direction.y * thickness) / 2, (sign * direction.x * thickness) / 2];
  const { x, y } = centre;
  return [
    x - rightX - downX,
    y - rightY - downY,
    x + rightX - downX,
    y + rightY - downY,
    x + rightX + downX,
    y + rightY + downY,
    x - rightX + downX,
    y - rightY + downY,
  ];
}

/** Steeper than 85° a line counts as vertical, so that noise does not turn it from frame to frame. */
const verticalCosine = 0.087;
