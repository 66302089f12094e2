/** Four corners in reading order (top left, top right, bottom right, bottom left), in pixels: x, y, x, y, … as in Reading.cornersPx. */
export type Quadrilateral = readonly [number, number, number, number, number, number, number, number];

export interface Point {
  readonly x: number;
  readonly y: number;
}

export function centreOf(corners: readonly number[]): Point {
  const mean = (first: number) => (corners[first]! + corners[first + 2]! + corners[first + 4]! + corners[first + 6]!) / 4;
  return { x: mean(0), y: mean(1) };
}

/** @returns Length of the upper side, pixels. */
export function widthOf(corners: readonly number[]): number {
  return Math.hypot(corners[2]! - corners[0]!, corners[3]! - corners[1]!);
}

/** @returns Length of the left side, pixels: the height of the line of text. */
export function heightOf(corners: readonly number[]): number {
  return Math.hypot(corners[6]! - corners[0]!, corners[7]! - corners[1]!);
}

/** The same rectangle, read from its other end. */
export function turned([ax, ay, bx, by, cx, cy, dx, dy]: Quadrilateral): Quadrilateral {
  return [cx, cy, dx, dy, ax, ay, bx, by];
}

/** @returns The corners in another scale. */
export function scaled(corners: Quadrilateral, scaleX: number, scaleY: number): Quadrilateral {
  return corners.map((value, index) => value * (index % 2 === 0 ? scaleX : scaleY)) as unknown as Quadrilateral;
}

/** @returns Pixels from the nearest corner to the picture's border; 0 or less where the picture may show only a part of it. */
export function distanceToBorder(corners: readonly number[], width: number, height: number): number {
  return Math.min(...corners.map((value, index) => Math.min(value, (index % 2 === 0 ? width : height) - value)));
}
