import type { Point } from './polygon.ts';

/**
 * What takes a fixed camera's picture to the ground it looks at: row after row of a 3x3 matrix, from fractions of the picture to metres.
 * Scaled so that the third coordinate is positive on the camera's side of the horizon.
 */
export type Homography = readonly [number, number, number, number, number, number, number, number, number];

/** A point of the picture (fractions, from the top left) and where on the ground it lies (metres, axes as one likes). */
export interface GroundMark {
  readonly picture: Point;
  readonly meters: Point;
}

/** Where a point of the picture lies on the ground, and how the ground changes there. */
export interface GroundSight {
  readonly point: Point;
  /** d(metres)/d(fraction): x by x, x by y, y by x, y by y. */
  readonly slope: readonly [number, number, number, number];
}

/**
 * The homography through four marks.
 * @param marks Corners of a convex four-sided shape, in picture and on the ground; nothing else has been checked before.
 * Source: Heckbert, Fundamentals of Texture Mapping and Image Warping, 1989, 2.2.3: from four points to the projective base and on.
 */
export function homographyOf(marks: readonly GroundMark[]): Homography {
  const fromBase = baseTo(marks.map(({ meters }) => meters));
  const toBase = adjugate(baseTo(marks.map(({ picture }) => picture)));
  const matrix = multiply(fromBase, toBase);
  const [x, y] = marks[0]!.picture;
  const scale = 1 / (matrix[6] * x + matrix[7] * y + matrix[8]);
  return matrix.map((value) => value * scale) as unknown as Homography;
}

/** @returns Undefined at and above the horizon. */
export function groundAt(homography: Homography, [x, y]: Point): GroundSight | undefined {
  const [a, b, c, d, e, f, g, h, i] = homography;
  const depth = g * x + h * y + i;
  if (depth <= 0) return undefined;
  const right = (a * x + b * y + c) / depth;
  const ahead = (d * x + e * y + f) / depth;
  return {
    point: [right, ahead],
    slope: [(a - right * g) / depth, (b - right * h) / depth, (d - ahead * g) / depth, (e - ahead * h) / depth],
  };
}

/** @returns The horizon's height at a column, as a fraction of the picture from its top; undefined where there is none. */
export function horizonAt([, , , , , , g, h, i]: Homography, column: number): number | undefined {
  return h > 0 ? -(g * column + i) / h : undefined;
}

/** Takes the three unit vectors and their sum to four points. */
function baseTo(points: readonly Point[]): Homography {
  const [[x1, y1], [x2, y2], [x3, y3], [x4, y4]] = points as [Point, Point, Point, Point];
  const columns: Homography = [x1, x2, x3, y1, y2, y3, 1, 1, 1];
  const inverse = adjugate(columns);
  const weights = [0, 3, 6].map((row) => inverse[row]! * x4 + inverse[row + 1]! * y4 + inverse[row + 2]!);
  return columns.map((value, index) => value * weights[index % 3]!) as unknown as Homography;
}

/** The inverse but for a factor, which a homography does not have. */
function adjugate([a, b, c, d, e, f, g, h, i]: Homography): Homography {
  return [
    e * i - f * h,
    c * h - b * i,
    b * f - c * e,
    f * g - d * i,
    a * i - c * g,
    c * d - a * f,
    d * h - e * g,
    b * g - a * h,
    a * e - b * d,
  ];
}

function multiply(left: Homography, right: Homography): Homography {
  return left.map((_, index) => {
    const row = index - (index % 3);
    return [0, 1, 2].reduce((sum, step) => sum + left[row + step]! * right[3 * step + (index % 3)]!, 0);
  }) as unknown as Homography;
}
