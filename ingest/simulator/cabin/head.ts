import { hash } from '../drawing/noise.ts';
import { readFaceGeometry } from './face-geometry.ts';
import { hairline, paintFace } from './face-paint.ts';
import { type Expression, FaceShape } from './face-shape.ts';
import type { LightName } from './light.ts';
import { type Look, type LookName, looks } from './looks.ts';
import type { Texture } from './rasteriser.ts';
import { disc, ellipsoid, emptySolid, headRotation, limb, radians, type Solid, smoothBetween } from './solids.ts';
import { colourOf, infraredOf, plain, textureBy } from './textures.ts';

/** A solid with what is painted on it, and whether it turns with the head. */
export interface Part {
  readonly solid: Solid;
  readonly texture: Texture;
  readonly isGlossy?: boolean;
}

const hairCentre = [0, 1.6, -3.4] as const;
const hairRadii = [8.7, 10.6, 10] as const;
const hairTexture = { width: 768, height: 384 };

const eyeCentre = [3.12, 2.62, 2.36] as const;
const eyeRadii = [1.48, 1.3, 1.36] as const;
/** Of the eyeball's front, degrees from the middle of the iris. */
const eyeReach = 100;
const eyeTexture = 160;
/** A pupil of 4 mm and an iris of 11.7 mm on an eyeball of 24 mm, as seen through the cornea, which enlarges them. */
const [pupilDegrees, irisDegrees] = [9.5, 25];

/** Everything of a head, the nearest first. */
export class Head {
  readonly look: Look;
  readonly neck: Part;
  readonly parts: readonly Part[];
  readonly #face: FaceShape;
  readonly #eyes: readonly Eye[];
  readonly #mouth: Mouth;

  constructor(lookName: LookName, light: LightName, seed: number) {
    const isInfrared = light === 'infrared';
    const look: Look = looks[lookName];
    this.look = look;
    const geometry = readFaceGeometry();
    const skin = plain(colourOf(look.skin), isInfrared);
    this.#face = new FaceShape(geometry);
    this.#eyes = [new Eye(-1, look, isInfrared), new Eye(1, look, isInfrared)];
    this.#mouth = new Mouth(isInfrared);
    const throat = limb([0, -12.6, -4.8], [0, -7, -5], 5.2, ([, y]) => 0.5 + 0.38 * Math.min(1, Math.max(0, (0.6 - y) / 1.6)));
    // The chin keeps light from it, and it does not turn with the head.
    this.neck = { solid: throat, texture: skin };
    const skull = ellipsoid({ centre: [0, 0.8, -3.2], radii: [7.4, 9, 7.2], columns: 24, rows: 14, shade: () => 0.9 });
    this.parts = [
      { solid: this.#face.solid, texture: paintFace(geometry, look, seed, isInfrared), isGlossy: true },
      ...this.#eyes.flatMap((eye) => eye.parts),
      ...this.#mouth.parts,
      ...hairParts(look, seed, isInfrared),
      ...[-1, 1].map((side) => ear(side, skin)),
      { solid: skull, texture: skin },
    ];
  }

  /** The mesh of the face as it is now: 468 points. */
  get face(): Solid {
    return this.#face.solid;
  }

  /**
   * Gives the face an expression.
   * @param gazeYawDegrees Of the eyes against the head, positive to the picture's right.
   * @param gazePitchDegrees Positive up.
   */
  express(expression: Expression, gazeYawDegrees: number, gazePitchDegrees: number): void {
    this.#face.express(expression);
    this.#mouth.open(expression.mouthOpenness);
    for (const eye of this.#eyes) eye.look(gazeYawDegrees, gazePitchDegrees);
  }
}

function ear(side: number, texture: Texture): Part {
  const solid = ellipsoid({
    centre: [7.75 * side, 0.6, -3.6],
    radii: [0.8, 3.1, 1.9],
    turn: headRotation(side * -18, 0, side * -8),
    shade: ([, y, z]) => 0.95 - 0.35 * Math.max(0, 1 - Math.hypot(y, z) * 1.3),
  });
  return { solid, texture };
}

function hairParts(look: Look, seed: number, isInfrared: boolean): Part[] {
  const crown = ellipsoid({ centre: hairCentre, radii: hairRadii, columns: 36, rows: 22, texture: hairTexture });
  const parts: Part[] = [{ solid: crown, texture: paintHair(look, seed, isInfrared, hairEnd), isGlossy: !isInfrared }];
  if (!look.hasLongHair) return parts;
  // It hangs behind the neck, down to the shoulders.
  const curtain = ellipsoid({
    centre: [0, -4.5, -7],
    radii: [9.6, 11.5, 3.5],
    texture: hairTexture,
    power: 0.8,
    shade: ([, y]) => 0.7 + 0.1 * y,
  });
  return [...parts, { solid: curtain, texture: paintHair(look, seed + 1, isInfrared, () => Number.NEGATIVE_INFINITY) }];
}

/** @param endAt How far down hair grows, by the place on the crown. */
function paintHair({ hair }: Look, seed: number, isInfrared: boolean, endAt: (x: number, z: number) => number): Texture {
  return textureBy(hairTexture.width, hairTexture.height, isInfrared, (column, row) => {
    const round = (2 * Math.PI * column) / (hairTexture.width - 1);
    const down = (Math.PI * row) / (hairTexture.height - 1);
    const [x, y, z] = [Math.sin(down) * Math.sin(round), Math.cos(down), Math.sin(down) * Math.cos(round)];
    if (hairCentre[1] + y * hairRadii[1] < endAt(x * hairRadii[0], hairCentre[2] + z * hairRadii[2])) return undefined;
    const lock = hash(Math.round(column / 9) + seed, Math.round(row / 90)) - 0.5;
    const shade = 0.92 + 0.3 * lock + 0.5 * (hash(column >> 1, seed) - 0.5) + 0.2 * (hash(column, row >> 4) - 0.5);
    return { r: hair[0] * shade, g: hair[1] * shade, b: hair[2] * shade };
  });
}

/** How far down hair grows: a fringe in front, then around the ears to the nape. */
function hairEnd(x: number, z: number): number {
  if (z > 1.2) return hairline(x) - 0.9;
  const jag = 0.14 * Math.sin(x * 5.1) + 0.1 * Math.sin(x * 11.3 + 1);
  return z > -3.2 ? 3.2 - smoothBetween(1.2, -3.2, z) * 4.5 + jag : -6;
}

/** An eyeball that turns behind the lids, and the lamp's or the sky's glint on it, which does not. */
class Eye {
  readonly parts: readonly Part[];
  readonly #ball: Solid;
  /** x, y, z of each point of the unit ball, looking ahead. */
  readonly #directions: Float32Array;
  readonly #centre: readonly [number, number, number];

  constructor(side: number, look: Look, isInfrared: boolean) {
    const [rings, spokes] = [10, 20];
    this.#centre = [eyeCentre[0] * side, eyeCentre[1], eyeCentre[2]];
    this.#ball = emptySolid((rings + 1) * (spokes + 1), ringTriangles(rings, spokes));
    this.#directions = new Float32Array(this.#ball.points.length);
    for (let ring = 0, at = 0; ring <= rings; ring++)
      for (let spoke = 0; spoke <= spokes; spoke++, at++) {
        const out = ring / rings;
        const [angle, round] = [radians(out * eyeReach), (2 * Math.PI * spoke) / spokes];
        this.#directions.set([Math.sin(angle) * Math.cos(round), Math.sin(angle) * Math.sin(round), Math.cos(angle)], at * 3);
        this.#ball.u[at] = (eyeTexture / 2) * (1 + out * Math.cos(round)) - 0.5;
        this.#ball.v[at] = (eyeTexture / 2) * (1 - out * Math.sin(round)) - 0.5;
      }
    const glint = disc([this.#centre[0] - 0.22, this.#centre[1] + 0.2, this.#centre[2] + eyeRadii[2] + 0.03], 0.11);
    glint.shade.fill(1.4);
    this.parts = [
      { solid: this.#ball, texture: paintEye(look, isInfrared) },
      { solid: glint, texture: plain({ r: 250, g: 250, b: 250 }, false) },
    ];
  }

  look(yawDegrees: number, pitchDegrees: number): void {
    const turn = headRotation(yawDegrees, pitchDegrees, 0);
    const { points, normals, shade } = this.#ball;
    const from = this.#directions;
    for (let at = 0; at < points.length; at += 3) {
      const [x, y, z] = [from[at]!, from[at + 1]!, from[at + 2]!];
      const a = turn[0] * x + turn[1] * y + turn[2] * z;
      const b = turn[3] * x + turn[4] * y + turn[5] * z;
      const c = turn[6] * x + turn[7] * y + turn[8] * z;
      points[at] = this.#centre[0] + a * eyeRadii[0];
      points[at + 1] = this.#centre[1] + b * eyeRadii[1];
      points[at + 2] = this.#centre[2] + c * eyeRadii[2];
      normals[at] = a;
      normals[at + 1] = b;
      normals[at + 2] = c;
      // Lids and lashes keep light from it.
      shade[at / 3] = (0.62 + 0.38 * (1 - smoothBetween(0, 0.55, b))) * (1 - 0.35 * smoothBetween(0.55, 0.95, Math.abs(a))) * 1.05;
    }
  }
}

function paintEye({ iris }: Look, isInfrared: boolean): Texture {
  return textureBy(eyeTexture, eyeTexture, isInfrared, (column, row) => {
    const [x, y] = [column + 0.5 - eyeTexture / 2, eyeTexture / 2 - row - 0.5];
    // The ball is wider than high; the iris is round all the same.
    const degrees = (Math.hypot(x * (eyeRadii[0] / eyeRadii[1]), y) / (eyeTexture / 2)) * eyeReach;
    if (degrees < pupilDegrees) return { r: 8, g: 8, b: 9 };
    if (degrees < irisDegrees) {
      const out = (degrees - pupilDegrees) / (irisDegrees - pupilDegrees);
      const fibres = 0.85 + 0.2 * Math.sin(Math.atan2(y, x) * 37) * out;
      const shade = (1 - 0.65 * smoothBetween(0.75, 1, out)) * fibres * (1.1 + (y < 0 ? 0.4 : 0.2) * out);
      const colour = { r: iris[0] * shade, g: iris[1] * shade, b: iris[2] * shade };
      // Irises reflect infrared whatever their colour.
      const grey = (100 * shade + infraredOf(colour)) / 2;
      return isInfrared ? { r: grey, g: grey, b: grey } : colour;
    }
    const aside = Math.min(1, Math.abs(x) / (eyeTexture / 2));
    return { r: 230 - 10 * aside, g: 221 - 22 * aside, b: 214 - 24 * aside };
  });
}

function ringTriangles(rings: number, spokes: number): Uint16Array {
  const triangles: number[] = [];
  for (let ring = 0; ring < rings; ring++)
    for (let spoke = 0; spoke < spokes; spoke++) {
      const corner = ring * (spokes + 1) + spoke;
      const out = corner + spokes + 1;
      if (ring > 0) triangles.push(corner, out, corner + 1);
      triangles.push(corner + 1, out, out + 1);
    }
  return Uint16Array.from(triangles);
}

/** What is behind the lips. */
class Mouth {
  readonly parts: readonly Part[];
  readonly #cavity = ellipsoid({ centre: [0, 0, 0], radii: [1, 1, 1], shade: () => 0.9 });
  readonly #tongue = ellipsoid({ centre: [0, 0, 0], radii: [1, 1, 1], shade: () => 0.7 });
  readonly #unit = this.#cavity.points.slice();

  constructor(isInfrared: boolean) {
    const teeth = ellipsoid({ centre: [0, -3.75, 2.7], radii: [2, 0.62, 1.85], shade: ([x]) => 0.82 * (0.93 + 0.07 * Math.cos(x * 9)) });
    this.parts = [
      { solid: this.#cavity, texture: plain({ r: 38, g: 10, b: 10 }, isInfrared) },
      { solid: this.#tongue, texture: plain({ r: 170, g: 80, b: 80 }, isInfrared) },
      { solid: teeth, texture: plain({ r: 225, g: 216, b: 200 }, isInfrared) },
    ];
    this.open(0);
  }

  open(openness: number): void {
    this.#put(this.#cavity, [0, -4.6 - 1.2 * openness, 2.6], [2.6, 1.2 + 1.8 * openness, 1.7]);
    this.#put(this.#tongue, [0, -5.3 - 2.1 * openness, 2.6], [1.7, 0.8, 1.6]);
  }

  #put({ points }: Solid, centre: readonly number[], radii: readonly number[]): void {
    for (let at = 0; at < points.length; at++) points[at] = centre[at % 3]! + this.#unit[at]! * radii[at % 3]!;
  }
}
