import { type Face, type FaceModels, faceFinderSide, faceMeshSide, facePointCount, type Point } from '../../models/face.ts';
import { intersectionOverUnion } from '../../schemas/box.ts';
import type { Box } from '../../schemas/messages.ts';
import { type FacePoints, faceBox } from '../core/driver/face-points.ts';
import type { PictureLight } from '../core/driver/presence.ts';
import type { Picture } from './decoder.ts';
import { FacePicture, type Square } from './face-picture.ts';

/** What was seen of the driver's face in one picture. */
export interface FaceSight {
  readonly light: PictureLight;
  /** Of a face that was found, whether or not its features can be seen. */
  readonly boxPx: Box | null;
  /** Null when no face's features can be seen. */
  readonly points: FacePoints | null;
  /** Dark glasses before the eyes. */
  readonly isEyeHidden: boolean;
  readonly inferenceMs: number;
}

/** Where the face is looked for in the next picture; null when it is not known. Plain JSON, never changed in place. */
export type FaceTrack = Square | null;

interface Candidate {
  readonly score: number;
  readonly boxPx: Box;
  readonly square: Square;
}

/** The square around a face over its box: as the mesh's network was trained. */
const faceMargin = 1.5;
/** Below this the network says that there is no face in the square. */
const leastMeshScore = 0.5;
/** Faces that overlap by this part are one, seen in two looks. */
const sameFaceIou = 0.3;
/** Found faces that are looked at closely, the largest first: who drives sits nearest to the camera, and the mesh refuses what is no face. */
const mostCandidates = 3;
/** Outer corners of the driver's right and left eye. */
const outerEyeCorners = [33, 263] as const;
/** Skin of the lids and below the eyes, which glasses lie before; and cheeks and forehead, which they do not reach. */
const behindGlasses = [223, 443, 230, 450];
const besideGlasses = [205, 425, 151];
/**
 * Skin around the eyes that is darker than this part of the cheeks and the forehead lies behind dark glasses: on drawn drivers it is 0.20
 * to 0.38 behind dark ones, and 0.87 to 1.23 behind clear ones and without any.
 */
const darkGlassesShare = 0.5;

/** Finds the driver's face, and follows it from picture to picture as long as its mesh is sure of it. */
export class FaceStage {
  readonly #models: FaceModels;
  readonly #picture = new FacePicture();
  readonly #finderInput = new Uint8Array(faceFinderSide * faceFinderSide * 3);
  readonly #meshInput = new Uint8Array(faceMeshSide * faceMeshSide * 3);
  #track: FaceTrack = null;
  #size = '';

  constructor(models: FaceModels) {
    this.#models = models;
  }

  get track(): FaceTrack {
    return this.#track;
  }

  set track(track: FaceTrack) {
    this.#track = track;
  }

  /** Copies the picture; it is not needed after it. */
  take(picture: Picture): void {
    this.#picture.take(picture);
    const size = `${picture.width}x${picture.height}`;
    if (this.#size !== '' && this.#size !== size) this.#track = null;
    this.#size = size;
  }

  /** @throws INFERENCE_STUCK, INFERENCE_FAILED; the track is then as it was. */
  async look(): Promise<FaceSight> {
    const followed = this.#track && (await this.#meshIn(this.#track));
    if (followed?.points) return this.#sight(followed.points, faceBox(followed.points), followed.inferenceMs);

    const { candidates, inferenceMs: findMs } = await this.#find();
    let inferenceMs = (followed?.inferenceMs ?? 0) + findMs;
    for (const { boxPx, square } of candidates.toSorted((a, b) => b.square.side - a.square.side)) {
      const rough = await this.#meshIn(square);
      // A square from its own points is the one that the face will be followed with.
      const fine = rough.points && (await this.#meshIn(squareOf(rough.points)));
      inferenceMs += rough.inferenceMs + (fine?.inferenceMs ?? 0);
      if (fine?.points) return this.#sight(fine.points, boxPx, inferenceMs);
    }
    return this.#sight(null, candidates[0]?.boxPx ?? null, inferenceMs);
  }

  #sight(points: Float32Array | null, boxPx: Box | null, inferenceMs: number): FaceSight {
    this.#track = points && squareOf(points);
    return { light: this.#picture.light(), boxPx, points, isEyeHidden: points !== null && this.#areGlassesDark(points), inferenceMs };
  }

  /**
   * Looks at the whole picture and at its squares: faces at the size that they have in a wide picture are too small for the finder.
   * @returns The surest first.
   */
  async #find(): Promise<{ candidates: Candidate[]; inferenceMs: number }> {
    const found: Candidate[] = [];
    let inferenceMs = 0;
    for (const look of looksAt(this.#picture.width, this.#picture.height)) {
      this.#picture.cut(look, faceFinderSide, this.#finderInput);
      const result = await this.#models.find(this.#finderInput);
      inferenceMs += result.inferenceMs;
      found.push(...result.faces.map((face) => candidateOf(face, look)));
    }
    const candidates: Candidate[] = [];
    for (const each of found.toSorted((a, b) => b.score - a.score)) {
      if (candidates.length === mostCandidates) break;
      if (!candidates.some(({ boxPx }) => intersectionOverUnion(boxPx, each.boxPx) > sameFaceIou)) candidates.push(each);
    }
    return { candidates, inferenceMs };
  }

  /** @returns Points in the picture's pixels; null when there is no face in the square. */
  async #meshIn(square: Square): Promise<{ points: Float32Array | null; inferenceMs: number }> {
    this.#picture.cut(square, faceMeshSide, this.#meshInput);
    const { score, points, inferenceMs } = await this.#models.mesh(this.#meshInput);
    if (score < leastMeshScore) return { points: null, inferenceMs };
    const [cos, sin] = [Math.cos(square.turnRadians) * square.side, Math.sin(square.turnRadians) * square.side];
    const turned = new Float32Array(3 * facePointCount);
    for (let at = 0; at < turned.length; at += 3) {
      const [u, v] = [points[at]! - 0.5, points[at + 1]! - 0.5];
      turned[at] = square.x + cos * u - sin * v;
      turned[at + 1] = square.y + sin * u + cos * v;
      turned[at + 2] = points[at + 2]! * square.side;
    }
    return { points: turned, inferenceMs };
  }

  #areGlassesDark(points: Float32Array): boolean {
    const mean = (indices: readonly number[]) =>
      indices.reduce((sum, index) => sum + this.#picture.lumaAt(points[3 * index]!, points[3 * index + 1]!), 0) / indices.length;
    return mean(behindGlasses) < darkGlassesShare * mean(besideGlasses);
  }
}

/** The whole picture, and when it is wide (or high) the squares of its height (or width) that cover it. */
function looksAt(width: number, height: number): Square[] {
  const [long, short] = [Math.max(width, height), Math.min(width, height)];
  const whole = { x: width / 2, y: height / 2, side: long, turnRadians: 0 };
  if (long < 1.2 * short) return [whole];
  const middles = [short / 2, long / 2, long - short / 2];
  const squares = middles.map((middle) => ({
    ...(width > height ? { x: middle, y: height / 2 } : { x: width / 2, y: middle }),
    side: short,
    turnRadians: 0,
  }));
  return [whole, ...squares];
}

/** @param look In which it was found. */
function candidateOf({ score, boxNormalized, keypoints }: Face, look: Square): Candidate {
  const [left, top] = [look.x - look.side / 2, look.y - look.side / 2];
  const [x1, y1, x2, y2] = boxNormalized;
  const boxPx: Box = [left + x1 * look.side, top + y1 * look.side, left + x2 * look.side, top + y2 * look.side];
  const [rightEye, leftEye] = keypoints as readonly [Point, Point, ...Point[]];
  return {
    score,
    boxPx,
    square: {
      x: (boxPx[0] + boxPx[2]) / 2,
      y: (boxPx[1] + boxPx[3]) / 2,
      side: faceMargin * Math.max(boxPx[2] - boxPx[0], boxPx[3] - boxPx[1]),
      turnRadians: Math.atan2(leftEye[1] - rightEye[1], leftEye[0] - rightEye[0]),
    },
  };
}

/** The square in which the face will be looked for next. */
function squareOf(points: Float32Array): Square {
  const [left, top, right, bottom] = faceBox(points);
  const [rightEye, leftEye] = outerEyeCorners.map((index) => 3 * index) as [number, number];
  return {
    x: (left + right) / 2,
    y: (top + bottom) / 2,
    side: faceMargin * Math.max(right - left, bottom - top),
    turnRadians: Math.atan2(points[leftEye + 1]! - points[rightEye + 1]!, points[leftEye]! - points[rightEye]!),
  };
}
