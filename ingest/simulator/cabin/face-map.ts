// Points of MediaPipe's face mesh by their numbers: github.com/google-ai-edge/mediapipe, face_mesh_connections.py and
// face_landmarks_to_render_data. Right and left are the driver's.

export interface EyeMap {
  /** Edge of the upper lid, from one corner to the other without them. */
  readonly upper: readonly number[];
  readonly lower: readonly number[];
  /** Two more rows above the upper lid: its fold, and the skin below the brow. */
  readonly fold: readonly number[];
  readonly brow: readonly number[];
  readonly corners: readonly [number, number];
}

export const rightEye: EyeMap = {
  upper: [246, 161, 160, 159, 158, 157, 173],
  lower: [7, 163, 144, 145, 153, 154, 155],
  fold: [247, 30, 29, 27, 28, 56, 190],
  brow: [113, 225, 224, 223, 222, 221, 189],
  corners: [33, 133],
};

export const leftEye: EyeMap = {
  upper: [466, 388, 387, 386, 385, 384, 398],
  lower: [249, 390, 373, 374, 380, 381, 382],
  fold: [467, 260, 259, 257, 258, 286, 414],
  brow: [342, 445, 444, 443, 442, 441, 413],
  corners: [263, 362],
};

/** Each once around. */
export const innerLips = [78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95] as const;
export const outerLips = [61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146] as const;
/** The upper lip alone, once around. */
export const upperLip = [61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191, 78] as const;

/** Points that stay with the upper jaw. */
export const upperLipPoints: ReadonlySet<number> = new Set([
  78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 76, 184, 74, 73, 72, 11, 302, 303, 304,
  408, 306, 62, 183, 42, 41, 38, 12, 268, 271, 272, 407, 292,
]);
/** Points that go down with the lower jaw. */
export const lowerLipPoints: ReadonlySet<number> = new Set([
  95, 88, 178, 87, 14, 317, 402, 318, 324, 146, 91, 181, 84, 17, 314, 405, 321, 375, 77, 90, 180, 85, 16, 315, 404, 320, 307, 96, 89, 179,
  86, 15, 316, 403, 319, 325,
]);
/** Where the lips meet: upper, lower. */
export const lipPairs: readonly (readonly [number, number])[] = [
  [191, 95],
  [80, 88],
  [81, 178],
  [82, 87],
  [13, 14],
  [312, 317],
  [311, 402],
  [310, 318],
  [415, 324],
];

/** Upper edge, then lower edge, each from the outside in. */
export const rightBrow = [70, 63, 105, 66, 107, 55, 65, 52, 53, 46] as const;
export const leftBrow = [300, 293, 334, 296, 336, 285, 295, 282, 283, 276] as const;

/** Once around the eye, which is a hole in the face. */
export function eyeRim({ upper, lower, corners }: EyeMap): number[] {
  return [corners[0], ...upper, corners[1], ...lower.toReversed()];
}
