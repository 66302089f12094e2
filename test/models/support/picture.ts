import { Decoder, Demuxer } from 'node-av/api';

/** Planar YUV 4:2:0, as decoding H.264 gives it, bit for bit the same with every decoder. */
export interface Yuv {
  readonly width: number;
  readonly height: number;
  readonly planes: readonly [Uint8Array, Uint8Array, Uint8Array];
  readonly strides: readonly [number, number, number];
}

/** Decodes one frame of a video, counted from 0. */
export async function readFrame(file: string, index: number): Promise<Yuv> {
  await using demuxer = await Demuxer.open(file);
  const stream = demuxer.video();
  if (stream === undefined) throw new Error(`${file} holds no video`);
  using decoder = await Decoder.create(stream);
  let count = 0;
  for await (const packet of demuxer.packets(stream.index)) {
    for await (const frame of decoder.frames(packet)) {
      using decoded = frame;
      if (decoded === null || count++ !== index) continue;
      const [y, u, v] = decoded.data as unknown as [Buffer, Buffer, Buffer];
      const [ys, us, vs] = decoded.linesize as unknown as [number, number, number];
      return {
        width: decoded.width,
        height: decoded.height,
        planes: [Uint8Array.from(y), Uint8Array.from(u), Uint8Array.from(v)],
        strides: [ys, us, vs],
      };
    }
  }
  throw new Error(`${file} has fewer than ${index + 1} frames`);
}

/**
 * Cuts a window out of a picture and scales it to RGB in whole numbers, so that every machine gives the same bytes.
 * @param window [left, upper, right, lower] in the picture's pixels.
 */
export function toRgb(picture: Yuv, [left, upper, right, lower]: readonly number[], width: number, height: number): Uint8Array {
  const rgb = new Uint8Array(width * height * 3);
  const { planes, strides } = picture;
  for (let row = 0; row < height; row++) {
    const from = upper! + Math.floor((row * (lower! - upper!)) / height);
    const to = Math.max(from + 1, upper! + Math.floor(((row + 1) * (lower! - upper!)) / height));
    for (let column = 0; column < width; column++) {
      const first = left! + Math.floor((column * (right! - left!)) / width);
      const last = Math.max(first + 1, left! + Math.floor(((column + 1) * (right! - left!)) / width));
      let luma = 0;
      for (let y = from; y < to; y++) for (let x = first; x < last; x++) luma += planes[0][y * strides[0] + x]!;
      const c = 298 * (Math.floor(luma / ((to - from) * (last - first))) - 16);
      const d = planes[1][(from >> 1) * strides[1] + (first >> 1)]! - 128;
      const e = planes[2][(from >> 1) * strides[2] + (first >> 1)]! - 128;
      const at = (row * width + column) * 3;
      // ITU-R BT.601, studio range, in 1/256.
      rgb[at] = clamp((c + 409 * e + 128) >> 8);
      rgb[at + 1] = clamp((c - 100 * d - 208 * e + 128) >> 8);
      rgb[at + 2] = clamp((c + 516 * d + 128) >> 8);
    }
  }
  return rgb;
}

/** A road with a car on it, of rectangles and a little noise: not much, but the same everywhere. */
export function drawRoad(width: number, height: number): Uint8Array {
  const rgb = new Uint8Array(width * height * 3);
  const fill = (left: number, upper: number, right: number, lower: number, color: readonly [number, number, number]): void => {
    for (let y = Math.floor(upper * height); y < Math.floor(lower * height); y++) {
      for (let x = Math.floor(left * width); x < Math.floor(right * width); x++) rgb.set(color, (y * width + x) * 3);
    }
  };
  fill(0, 0, 1, 0.5, [150, 180, 215]);
  fill(0, 0.45, 1, 0.52, [60, 85, 50]);
  fill(0, 0.52, 1, 1, [95, 95, 98]);
  fill(0.42, 0.78, 0.6, 0.8, [30, 30, 32]);
  fill(0.42, 0.6, 0.6, 0.75, [150, 25, 30]);
  fill(0.44, 0.52, 0.58, 0.6, [35, 40, 50]);
  fill(0.43, 0.63, 0.46, 0.67, [250, 60, 50]);
  fill(0.56, 0.63, 0.59, 0.67, [250, 60, 50]);
  fill(0.485, 0.67, 0.535, 0.7, [235, 235, 230]);
  fill(0.43, 0.74, 0.46, 0.79, [15, 15, 15]);
  fill(0.56, 0.74, 0.59, 0.79, [15, 15, 15]);
  let noise = 1;
  for (let i = 0; i < rgb.length; i++) {
    noise = (noise * 1103515245 + 12345) % 2147483648;
    rgb[i] = clamp(rgb[i]! + ((noise >> 16) % 9) - 4);
  }
  return rgb;
}

/**
 * A face of ellipses and a little noise, looking at the camera, and the same everywhere.
 * @param share How much of the picture's side its height is.
 */
export function drawFace(side: number, share: number): Uint8Array {
  const rgb = new Uint8Array(side * side * 3);
  const half = (side * share) / 2;
  // Centre and half axes in halves of the face's height; the picture's middle is 0, 0.
  const layers: readonly (readonly [x: number, y: number, width: number, height: number, color: readonly [number, number, number]])[] = [
    [0, 1.6, 1.5, 0.8, [52, 74, 110]],
    [0, 0.9, 0.36, 0.6, [172, 124, 98]],
    [0, -0.22, 0.84, 0.92, [52, 36, 26]],
    [0, 0, 0.72, 1, [206, 160, 130]],
    [0, 0.55, 0.5, 0.4, [200, 150, 122]],
    ...[-1, 1].flatMap((eye) => [
      [0.29 * eye, -0.34, 0.2, 0.04, [60, 42, 32]] as const,
      [0.28 * eye, -0.15, 0.19, 0.11, [170, 122, 98]] as const,
      [0.28 * eye, -0.15, 0.15, 0.07, [236, 232, 228]] as const,
      [0.28 * eye, -0.15, 0.07, 0.07, [70, 48, 34]] as const,
      [0.28 * eye, -0.15, 0.03, 0.03, [10, 10, 12]] as const,
      [0.07 * eye, 0.24, 0.05, 0.03, [120, 76, 60]] as const,
    ]),
    [0, 0.1, 0.05, 0.16, [222, 178, 148]],
    [0, 0.5, 0.26, 0.07, [170, 84, 82]],
    [0, 0.5, 0.24, 0.012, [96, 40, 42]],
  ];
  let noise = 1;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      let color: readonly [number, number, number] = [120, 128, 132];
      for (const [middleX, middleY, width, height, paint] of layers) {
        const [across, down] = [(x + 0.5 - side / 2) / half - middleX, (y + 0.5 - side / 2) / half - middleY];
        if ((across / width) ** 2 + (down / height) ** 2 <= 1) color = paint;
      }
      noise = (noise * 1103515245 + 12345) % 2147483648;
      for (const [channel, value] of color.entries()) rgb[(y * side + x) * 3 + channel] = clamp(value + ((noise >> 16) % 9) - 4);
    }
  }
  return rgb;
}

/** Square pictures, with a face and without, by name. */
export const drawnFaces: Readonly<Record<string, (side: number) => Uint8Array>> = {
  'a road': (side) => drawRoad(side, side),
  'a far face': (side) => drawFace(side, 0.4),
  'a near face': (side) => drawFace(side, 0.62),
};

function clamp(value: number): number {
  return Math.max(0, Math.min(value, 255));
}
