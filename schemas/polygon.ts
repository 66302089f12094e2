/** x, y. */
export type Point = readonly [x: number, y: number];

/** Twice the area of a triangle; above 0 when the turn from one corner to the next is clockwise in a picture (y down). */
export function turn([ax, ay]: Point, [bx, by]: Point, [cx, cy]: Point): number {
  return (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
}

/** Whether two of its sides that are no neighbours meet. */
export function isSelfCrossing(corners: readonly Point[]): boolean {
  const sides = corners.map((corner, index) => [corner, corners[(index + 1) % corners.length]!] as const);
  return sides.some((side, first) =>
    sides.some((other, second) => {
      const apart = Math.min(second - first, first + sides.length - second);
      return second > first && apart > 1 && doCross(side, other);
    }),
  );
}

/** @returns The distance to the nearest side: above 0 inside, below 0 outside, in the points' unit. */
export function depthInside([x, y]: Point, corners: readonly Point[]): number {
  let isInside = false;
  let nearest = Number.POSITIVE_INFINITY;
  corners.forEach(([ax, ay], index) => {
    const [bx, by] = corners[(index + 1) % corners.length]!;
    if (ay > y !== by > y && x < ax + ((y - ay) * (bx - ax)) / (by - ay)) isInside = !isInside;
    const length = (bx - ax) ** 2 + (by - ay) ** 2;
    const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length));
    nearest = Math.min(nearest, Math.hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay)));
  });
  return isInside ? nearest : -nearest;
}

function doCross([a, b]: readonly [Point, Point], [c, d]: readonly [Point, Point]): boolean {
  return turn(a, b, c) * turn(a, b, d) <= 0 && turn(c, d, a) * turn(c, d, b) <= 0;
}
