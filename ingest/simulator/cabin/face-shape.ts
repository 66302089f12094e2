import { type FaceGeometry, facePoints } from './face-geometry.ts';
import { type EyeMap, eyeRim, innerLips, leftEye, lipPairs, lowerLipPoints, rightEye, upperLipPoints } from './face-map.ts';
import { faceU, faceV } from './face-paint.ts';
import { emptySolid, radians, type Solid, smoothBetween } from './solids.ts';

export interface Expression {
  /** 0 shut, 1 wide awake. The driver's own. */
  readonly leftEyeOpenness: number;
  readonly rightEyeOpenness: number;
  /** 0 shut, 1 the widest yawn. */
  readonly mouthOpenness: number;
}

/** Open eyes against those of the canonical face, which looks through slits. */
const wideAwake = 1.5;
/** Degrees about which the jaw drops at the widest yawn; the canonical face's lips are slightly parted. */
const [jawShut, jawOpen] = [-3.4, 20];
/** The joint about which it turns: below the ears. */
const [jointY, jointZ] = [-1, -3];

/** A face whose lids and jaw move. */
export class FaceShape {
  readonly solid: Solid;
  readonly #rest: Float32Array;
  /** How far each point goes with the jaw, 0..1. */
  readonly #jaw: Float32Array;

  constructor({ points, triangles }: FaceGeometry) {
    this.#rest = points;
    const holes = [new Set(eyeRim(rightEye)), new Set(eyeRim(leftEye)), new Set<number>(innerLips)];
    const kept: number[] = [];
    for (let corner = 0; corner < triangles.length; corner += 3) {
      const triangle = [...triangles.subarray(corner, corner + 3)];
      if (!holes.some((hole) => triangle.every((point) => hole.has(point)))) kept.push(...triangle);
    }
    this.solid = emptySolid(facePoints, Uint16Array.from(kept));
    for (let point = 0; point < facePoints; point++) {
      this.solid.u[point] = faceU(points[point * 3]!);
      this.solid.v[point] = faceV(points[point * 3 + 1]!);
    }
    this.#jaw = Float32Array.from({ length: facePoints }, (_, point) => jawWeight(points, point));
  }

  /** Gives the solid's points an expression, and the normals that follow from it. */
  express({ leftEyeOpenness, rightEyeOpenness, mouthOpenness }: Expression): void {
    const { points } = this.solid;
    points.set(this.#rest);
    this.#moveLids(rightEye, rightEyeOpenness);
    this.#moveLids(leftEye, leftEyeOpenness);
    this.#moveJaw(mouthOpenness);
    smoothNormals(this.solid);
  }

  #moveLids({ upper, lower, fold, brow }: EyeMap, openness: number): void {
    const { points } = this.solid;
    const rest = this.#rest;
    upper.forEach((up, index) => {
      const low = lower[index]!;
      const [upperY, lowerY] = [rest[up * 3 + 1]!, rest[low * 3 + 1]!];
      const gap = upperY - lowerY;
      // Lids meet low: the upper one does most of the way.
      const meeting = lowerY + 0.18 * gap;
      const openUpper = upperY + gap * (wideAwake - 1) * 0.75;
      const openLower = lowerY - gap * (wideAwake - 1) * 0.25;
      points[up * 3 + 1] = meeting + (openUpper - meeting) * openness;
      points[low * 3 + 1] = meeting + (openLower - meeting) * openness;
      const moved = points[up * 3 + 1]! - upperY;
      points[fold[index]! * 3 + 1]! += moved * (moved < 0 ? 0.42 : 0.5);
      points[brow[index]! * 3 + 1]! += moved * (moved < 0 ? 0.1 : 0.15);
      // Over the eyeball, which stands out where the lid is shut.
      points[up * 3 + 2] = Math.max(rest[up * 3 + 2]!, rest[low * 3 + 2]!) + 0.1 + (1 - openness) * 0.12;
      points[low * 3 + 2] = rest[low * 3 + 2]! + 0.05;
      points[fold[index]! * 3 + 2]! += (1 - openness) * 0.12;
    });
  }

  #moveJaw(openness: number): void {
    const { points } = this.solid;
    const angle = radians(jawShut + (jawOpen - jawShut) * openness);
    for (let point = 0; point < facePoints; point++) {
      const weight = this.#jaw[point]!;
      if (weight === 0) continue;
      const [cos, sin] = [Math.cos(angle * weight), Math.sin(angle * weight)];
      const y = points[point * 3 + 1]! - jointY;
      const z = points[point * 3 + 2]! - jointZ;
      points[point * 3 + 1] = jointY + y * cos - z * sin;
      points[point * 3 + 2] = jointZ + y * sin + z * cos;
      // A yawning mouth grows narrower.
      if (upperLipPoints.has(point) || lowerLipPoints.has(point)) points[point * 3]! *= 1 - 0.12 * openness;
    }
    for (const [upper, lower] of lipPairs) {
      const middle = (points[upper * 3 + 1]! + points[lower * 3 + 1]!) / 2;
      points[upper * 3 + 1] = Math.max(points[upper * 3 + 1]!, middle + 0.01);
      points[lower * 3 + 1] = Math.min(points[lower * 3 + 1]!, middle - 0.01);
    }
  }
}

/** Lips wholly, chin and cheeks by how far down and in front they are. */
function jawWeight(points: Float32Array, point: number): number {
  const aside = Math.abs(points[point * 3]!);
  const y = points[point * 3 + 1]!;
  const inner = lowerLipPoints.has(point) || (!upperLipPoints.has(point) && y < -4.35) ? 1 : 0;
  const outer = (1 - smoothBetween(-7.5, -2.6, y)) * (1 - 0.55 * smoothBetween(5.2, 7.4, aside));
  const towardsOuter = smoothBetween(1.7, 3.4, aside);
  return inner * (1 - towardsOuter) + outer * towardsOuter;
}

function smoothNormals({ points, normals, triangles }: Solid): void {
  normals.fill(0);
  for (let corner = 0; corner < triangles.length; corner += 3) {
    const [a, b, c] = [triangles[corner]! * 3, triangles[corner + 1]! * 3, triangles[corner + 2]! * 3];
    const [x1, y1, z1] = [points[b]! - points[a]!, points[b + 1]! - points[a + 1]!, points[b + 2]! - points[a + 2]!];
    const [x2, y2, z2] = [points[c]! - points[a]!, points[c + 1]! - points[a + 1]!, points[c + 2]! - points[a + 2]!];
    const [x, y, z] = [y1 * z2 - z1 * y2, z1 * x2 - x1 * z2, x1 * y2 - y1 * x2];
    for (let vertex = 0; vertex < 3; vertex++) {
      const at = triangles[corner + vertex]! * 3;
      normals[at]! += x;
      normals[at + 1]! += y;
      normals[at + 2]! += z;
    }
  }
  for (let at = 0; at < normals.length; at += 3) {
    const length = Math.hypot(normals[at]!, normals[at + 1]!, normals[at + 2]!) || 1;
    normals[at]! /= length;
    normals[at + 1]! /= length;
    normals[at + 2]! /= length;
  }
}
