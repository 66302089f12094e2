import type { Point } from './quadrilateral.ts';

/** A rectangle in any direction. */
export interface Rectangle {
  readonly centre: Point;
  /** Unit vector along its width. */
  readonly along: Point;
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
}

/**
 * The smallest rectangle around points.
 * @returns Undefined when they lie on one line.
 * Source: Freeman and Shapira, Determining the minimum-area encasing rectangle (1975): one side lies on an edge of the convex hull.
 */
export function minimumRectangle(points: readonly Point[]): Rectangle | undefined {
  const hull = convexHull(points);
  let best: Rectangle | undefined;
  for (const [index, from] of hull.entries()) {
    const to = hull[(index + 1) % hull.length]!;
    const length = Math.hypot(to.x - from.x, to.y - from.y);
    if (length === 0) continue;
    const along = { x: (to.x - from.x) / length, y: (to.y - from.y) / length };
    const candidate = rectangleAlong(hull, along);
    if (!best || candidate.width * candidate.height < best.width * best.height) best = candidate;
  }
  return best && best.width > 0 && best.height > 0 ? best : undefined;
}

function rectangleAlong(points: readonly Point[], along: Point): Rectangle {
  let [left, right, top, bottom] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { x, y } of points) {
    const across = along.x * x + along.y * y;
    const down = along.x * y - along.y * x;
    left = Math.min(left, across);
    right = Math.max(right, across);
    top = Math.min(top, down);
    bottom = Math.max(bottom, down);
  }
  const [across, down] = [(left + right) / 2, (top + bottom) / 2];
  const centre = { x: along.x * across - along.y * down, y: along.y * across + along.x * down };
  return { centre, along, width: right - left, height: bottom - top };
}

/** Source: Andrew's monotone chain (1979). */
function convexHull(points: readonly Point[]): Point[] {
  const sorted = points.toSorted((a, b) => a.x - b.x || a.y - b.y);
  if (sorted.length < 3) return sorted;
  const half = (ordered: readonly Point[]) => {
    const chain: Point[] = [];
    for (const point of ordered) {
      while (chain.length > 1 && turn(chain.at(-2)!, chain.at(-1)!, point) <= 0) chain.pop();
      chain.push(point);
    }
    chain.pop();
    return chain;
  };
  return [...half(sorted), ...half(sorted.toReversed())];
}

function turn(a: Point, b: Point, c: Point): number {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}
