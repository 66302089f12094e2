/** A body at rest: centimetres, x to the picture's right, y up, z towards the camera. */
export interface Solid {
  /** x, y, z of each point. */
  readonly points: Float32Array;
  readonly normals: Float32Array;
  /** Pixels of its texture. */
  readonly u: Float32Array;
  readonly v: Float32Array;
  /** What its light is multiplied by: less in folds and under the chin. */
  readonly shade: Float32Array;
  readonly triangles: Uint16Array;
}

export type Place = readonly [x: number, y: number, z: number];

/** A solid without points yet. */
export function emptySolid(points: number, triangles: Uint16Array): Solid {
  return {
    points: new Float32Array(points * 3),
    normals: new Float32Array(points * 3),
    u: new Float32Array(points),
    v: new Float32Array(points),
    shade: new Float32Array(points).fill(1),
    triangles,
  };
}

export interface EllipsoidOptions {
  readonly centre: Place;
  readonly radii: Place;
  /** Turns it around its centre; row by row. */
  readonly turn?: Rotation;
  readonly columns?: number;
  readonly rows?: number;
  /** Below 1 it is closer to a box. */
  readonly power?: number;
  /** Pixels that the whole way round and from top to bottom take up in its texture. */
  readonly texture?: { readonly width: number; readonly height: number };
  /** Of a point from the direction in which it lies, before turning. */
  readonly shade?: (direction: Place) => number;
}

/** An ellipsoid; its texture runs around the y axis, from the front to the picture's right, and from top to bottom. */
export function ellipsoid(options: EllipsoidOptions): Solid {
  const { centre, radii, turn = unturned, columns = 20, rows = 14, power = 1, texture = { width: 1, height: 1 } } = options;
  const solid = emptySolid((columns + 1) * (rows + 1), gridTriangles(columns, rows));
  for (let row = 0, at = 0; row <= rows; row++)
    for (let column = 0; column <= columns; column++, at++) {
      const down = (Math.PI * row) / rows;
      const round = (2 * Math.PI * column) / columns;
      const direction: Place = [
        sharpened(Math.sin(down) * Math.sin(round), power),
        sharpened(Math.cos(down), power),
        sharpened(Math.sin(down) * Math.cos(round), power),
      ];
      const [x, y, z] = rotated(turn, direction[0] * radii[0], direction[1] * radii[1], direction[2] * radii[2]);
      solid.points.set([x + centre[0], y + centre[1], z + centre[2]], at * 3);
      solid.normals.set(unit(rotated(turn, direction[0] / radii[0], direction[1] / radii[1], direction[2] / radii[2])), at * 3);
      solid.u[at] = (column / columns) * (texture.width - 1);
      solid.v[at] = (row / rows) * (texture.height - 1);
      solid.shade[at] = options.shade?.(direction) ?? 1;
    }
  return solid;
}

/** A rounded limb from one place to another. */
export function limb(from: Place, to: Place, radius: number, shade?: (direction: Place) => number): Solid {
  const along: Place = [to[0] - from[0], to[1] - from[1], to[2] - from[2]];
  const length = Math.hypot(...along);
  const y = unit(along);
  const z = unit(cross(Math.abs(y[2]) < 0.9 ? [0, 0, 1] : [1, 0, 0], y));
  const x = cross(y, z);
  return ellipsoid({
    centre: [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2, (from[2] + to[2]) / 2],
    radii: [radius, length / 2 + radius * 0.8, radius],
    turn: [x[0], y[0], z[0], x[1], y[1], z[1], x[2], y[2], z[2]],
    columns: 16,
    rows: 12,
    power: 0.85,
    ...(shade ? { shade } : {}),
  });
}

/** A flat round piece that faces the camera. */
export function disc(centre: Place, radius: number): Solid {
  const sides = 10;
  const solid = emptySolid(
    sides + 1,
    Uint16Array.from({ length: sides * 3 }, (_, at) => [0, 1 + Math.floor(at / 3), 1 + ((Math.floor(at / 3) + 1) % sides)][at % 3]!),
  );
  for (let at = 0; at <= sides; at++) {
    const reach = at === 0 ? 0 : radius;
    const round = (2 * Math.PI * at) / sides;
    solid.points.set([centre[0] + reach * Math.cos(round), centre[1] + reach * Math.sin(round), centre[2]], at * 3);
    solid.normals.set([0, 0, 1], at * 3);
  }
  return solid;
}

/** A band between two lines of as many places; `inner` lies on the left of `outer` when one walks along it and sees its front. */
export function band(inner: readonly Place[], outer: readonly Place[]): Solid {
  const solid = emptySolid(inner.length * 2, gridTriangles(inner.length - 1, 1));
  inner.forEach((place, at) => {
    solid.points.set(place, at * 3);
    solid.points.set(outer[at]!, (inner.length + at) * 3);
  });
  for (let at = 0; at < inner.length * 2; at++) solid.normals.set([0, 0.3, 0.95], at * 3);
  return solid;
}

/** Row by row. */
export type Rotation = readonly [number, number, number, number, number, number, number, number, number];

const unturned: Rotation = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/** A head's turn: first it leans to its side (roll), then it nods (pitch, positive up), then it turns (yaw, positive to the picture's right). */
export function headRotation(yawDegrees: number, pitchDegrees: number, rollDegrees: number): Rotation {
  const [cy, sy] = [Math.cos(radians(yawDegrees)), Math.sin(radians(yawDegrees))];
  const [cp, sp] = [Math.cos(radians(-pitchDegrees)), Math.sin(radians(-pitchDegrees))];
  const [cr, sr] = [Math.cos(radians(rollDegrees)), Math.sin(radians(rollDegrees))];
  return [
    cy * cr + sy * sp * sr,
    -cy * sr + sy * sp * cr,
    sy * cp,
    cp * sr,
    cp * cr,
    -sp,
    -sy * cr + cy * sp * sr,
    sy * sr + cy * sp * cr,
    cy * cp,
  ];
}

export function rotated(turn: Rotation, x: number, y: number, z: number): Place {
  return [turn[0] * x + turn[1] * y + turn[2] * z, turn[3] * x + turn[4] * y + turn[5] * z, turn[6] * x + turn[7] * y + turn[8] * z];
}

export const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** From 0 at one place to 1 at another, smoothly. */
export function smoothBetween(from: number, to: number, at: number): number {
  const share = Math.min(1, Math.max(0, (at - from) / (to - from)));
  return share * share * (3 - 2 * share);
}

function gridTriangles(columns: number, rows: number): Uint16Array {
  const triangles = new Uint16Array(columns * rows * 6);
  for (let row = 0, at = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, at += 6) {
      const corner = row * (columns + 1) + column;
      const below = corner + columns + 1;
      triangles.set([corner, below, corner + 1, corner + 1, below, below + 1], at);
    }
  return triangles;
}

const sharpened = (value: number, power: number): number => Math.sign(value) * Math.abs(value) ** power;

function unit([x, y, z]: Place): Place {
  const length = Math.hypot(x, y, z) || 1;
  return [x / length, y / length, z / length];
}

function cross(a: Place, b: Place): Place {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}
