import { intersectionOverUnion } from '../schemas/box.ts';
import type { Box } from '../schemas/messages.ts';

/** x and y, fractions 0..1 of the input. */
export type Point = readonly [x: number, y: number];

/** A face in a picture. */
export interface Face {
  /** 0.5..1 */
  readonly score: number;
  /** Fractions of the input; may reach beyond it. */
  readonly boxNormalized: Box;
  /** Right eye, left eye, nose tip, mouth, right ear, left ear; right and left are the person's own. */
  readonly keypoints: readonly Point[];
}

/** Pixels a side of the input. */
export const faceFinderSide = 128;

/** Cells a side, and anchors a cell. Source: mediapipe/modules/face_detection/face_detection_short_range.pbtxt, strides 8, 16, 16, 16. */
const grids = [
  { side: 16, anchors: 2 },
  { side: 8, anchors: 6 },
] as const;

/** The middle of its cell, of each anchor. */
const anchors: readonly Point[] = grids.flatMap(({ side, anchors: count }) =>
  Array.from({ length: side * side * count }, (_, at): Point => {
    const cell = Math.floor(at / count);
    return [((cell % side) + 0.5) / side, (Math.floor(cell / side) + 0.5) / side];
  }),
);

/** Values of an anchor: centre x, y, width, height, then six keypoints. */
const valuesPerAnchor = 16;

/** Weaker ones are no faces. Source: the same file, min_score_thresh. */
const minimumScore = 0.5;

/** Boxes that overlap more are one face. Source: the same file, min_suppression_threshold. */
const sameFaceIou = 0.3;

/**
 * Reads the face finder's outputs; boxes of one face become their mean, weighted by their scores.
 * Source: Bazarevsky et al. 2019, BlazeFace, section 4 (blending in place of suppression, which would jitter).
 * @param boxes [896, 16], pixels from the anchor.
 * @param scores [896], before the sigmoid.
 * @returns Best score first.
 */
export function decodeFaces(boxes: Float32Array, scores: Float32Array): Face[] {
  let left: Candidate[] = [];
  for (const [at, anchor] of anchors.entries()) {
    const score = sigmoid(scores[at]!);
    if (score >= minimumScore) left.push(readCandidate(boxes.subarray(at * valuesPerAnchor, (at + 1) * valuesPerAnchor), anchor, score));
  }
  left.sort((a, b) => b.score - a.score);
  const faces: Face[] = [];
  while (left.length > 0) {
    const best = left[0]!;
    const isSame = (other: Candidate): boolean =>
      other === best || intersectionOverUnion(best.boxNormalized, other.boxNormalized) > sameFaceIou;
    faces.push(blend(left.filter(isSame)));
    left = left.filter((other) => !isSame(other));
  }
  return faces;
}

/** 0..1; what a model gives as a logarithm of odds. */
export function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

interface Candidate {
  readonly score: number;
  readonly boxNormalized: Box;
  /** x, y, x, y … */
  readonly points: readonly number[];
}

function readCandidate(values: Float32Array, anchor: Point, score: number): Candidate {
  const [x, y] = [values[0]! / faceFinderSide + anchor[0], values[1]! / faceFinderSide + anchor[1]];
  const [halfWidth, halfHeight] = [values[2]! / faceFinderSide / 2, values[3]! / faceFinderSide / 2];
  const points = Array.from(values.subarray(4), (value, at) => value / faceFinderSide + anchor[at % 2]!);
  return { score, boxNormalized: [x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight], points };
}

/** @param candidates Best first. */
function blend(candidates: readonly Candidate[]): Face {
  const total = candidates.reduce((sum, { score }) => sum + score, 0);
  const mean = (read: (candidate: Candidate) => number): number =>
    candidates.reduce((sum, candidate) => sum + read(candidate) * candidate.score, 0) / total;
  const [left, upper, right, lower] = [0, 1, 2, 3].map((side) => mean(({ boxNormalized }) => boxNormalized[side]!)) as [
    number,
    number,
    number,
    number,
  ];
  const coordinates = candidates[0]!.points.map((_, at) => mean(({ points }) => points[at]!));
  return {
    score: candidates[0]!.score,
    boxNormalized: [left, upper, right, lower],
    keypoints: Array.from({ length: coordinates.length / 2 }, (_, at): Point => [coordinates[2 * at]!, coordinates[2 * at + 1]!]),
  };
}
