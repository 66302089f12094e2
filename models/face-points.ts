/** Pixels a side of the mesh's input. */
export const faceMeshSide = 192;

/** 468 of the mesh, then five of each iris. */
export const facePointCount = 478;

/** What the face mesh gives, in pixels of its input. Left and right are the picture's, as MediaPipe has it here. */
export interface MeshOutputs {
  /** x, y, z of 468 points. */
  readonly mesh: Float32Array;
  /** x, y of the points below. */
  readonly lips: Float32Array;
  readonly leftEye: Float32Array;
  readonly rightEye: Float32Array;
  /** x, y of centre, right, upper, left and lower edge. */
  readonly leftIris: Float32Array;
  readonly rightIris: Float32Array;
}

/** Which points of the mesh the second looks replace. Source: mediapipe/modules/face_landmark/tensors_to_face_landmarks_with_attention.pbtxt. */
const lips = [
  ...[61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 185, 40, 39, 37, 0, 267, 269, 270, 409],
  ...[78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 191, 80, 81, 82, 13, 312, 311, 310, 415],
  ...[76, 77, 90, 180, 85, 16, 315, 404, 320, 307, 306, 184, 74, 73, 72, 11, 302, 303, 304, 408],
  ...[62, 96, 89, 179, 86, 15, 316, 403, 319, 325, 292, 183, 42, 41, 38, 12, 268, 271, 272, 407],
];
const leftEye = [
  ...[33, 7, 163, 144, 145, 153, 154, 155, 133, 246, 161, 160, 159, 158, 157, 173],
  ...[130, 25, 110, 24, 23, 22, 26, 112, 243, 247, 30, 29, 27, 28, 56, 190],
  ...[226, 31, 228, 229, 230, 231, 232, 233, 244, 113, 225, 224, 223, 222, 221, 189],
  ...[35, 124, 46, 53, 52, 65, 143, 111, 117, 118, 119, 120, 121, 128, 245, 156, 70, 63, 105, 66, 107, 55, 193],
];
const rightEye = [
  ...[263, 249, 390, 373, 374, 380, 381, 382, 362, 466, 388, 387, 386, 385, 384, 398],
  ...[359, 255, 339, 254, 253, 252, 256, 341, 463, 467, 260, 259, 257, 258, 286, 414],
  ...[446, 261, 448, 449, 450, 451, 452, 453, 464, 342, 445, 444, 443, 442, 441, 413],
  ...[265, 353, 276, 283, 282, 295, 372, 340, 346, 347, 348, 349, 350, 357, 465, 383, 300, 293, 334, 296, 336, 285, 417],
];

/** The first of an eye's points are its contour, whose mean depth the iris gets. Source: the same file, z_refinement. */
const contourLength = 16;

/**
 * Puts lips, eyes and irises into the mesh.
 * @returns x, y, z of 478 points, fractions of the input's side: z as wide as x, less is nearer. 468 to 472 are the iris on the
 * picture's left (the person's right eye), centre first, 473 to 477 the other.
 */
export function mergePoints(outputs: MeshOutputs): Float32Array {
  const points = new Float32Array(3 * facePointCount);
  points.set(outputs.mesh);
  place(points, outputs.lips, lips);
  let iris = outputs.mesh.length / 3;
  for (const [eye, eyePoints, irisPoints] of [
    [leftEye, outputs.leftEye, outputs.leftIris],
    [rightEye, outputs.rightEye, outputs.rightIris],
  ] as const) {
    place(points, eyePoints, eye);
    const depth = eye.slice(0, contourLength).reduce((sum, point) => sum + points[3 * point + 2]!, 0) / contourLength;
    for (let at = 0; at < irisPoints.length; at += 2) points.set([irisPoints[at]!, irisPoints[at + 1]!, depth], 3 * iris++);
  }
  return points.map((value) => value / faceMeshSide);
}

function place(points: Float32Array, replacing: Float32Array, indices: readonly number[]): void {
  for (const [at, point] of indices.entries()) {
    points[3 * point] = replacing[2 * at]!;
    points[3 * point + 1] = replacing[2 * at + 1]!;
  }
}
