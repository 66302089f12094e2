import type { Box } from '../../../schemas/messages.ts';

/** A picture in planar YUV 4:2:0 (BT.709, limited range), as the encoder takes it. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly y: Uint8Array;
  readonly u: Uint8Array;
  readonly v: Uint8Array;
}

/** The planes of an I420 buffer. */
export function pictureOver(i420: Uint8Array, width: number, height: number): Picture {
  const luma = width * height;
  return { width, height, y: i420.subarray(0, luma), u: i420.subarray(luma, luma * 1.25), v: i420.subarray(luma * 1.25, luma * 1.5) };
}

/** BT.709, limited range (ITU-R BT.709-6, 3.2 to 3.5, for 8 bits). */
export const lumaOf = (r: number, g: number, b: number): number => 16 + 0.1826 * r + 0.6142 * g + 0.062 * b;
export const uOf = (r: number, g: number, b: number): number => 128 - 0.1006 * r - 0.3386 * g + 0.4392 * b;
export const vOf = (r: number, g: number, b: number): number => 128 + 0.4392 * r - 0.3989 * g - 0.0403 * b;

/**
 * Something cut out, ready to be laid over a picture at any place and size. Each pixel holds its values times its opacity, and the
 * opacity, so far apart that one multiplication weighs them all.
 */
export interface Sprite {
  /** Opacity << 16 | Y. */
  readonly luma: Plane;
  /** Opacity << 20 | U << 10 | V. */
  readonly chroma: Plane;
  /** Where in the sprite (0..1) the body lies whose outline is known; shadows reach beyond. */
  readonly body: Box;
}

export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly pixels: Int32Array;
  /** First and past-the-last column with anything in it, per row. */
  readonly from: Int16Array;
  readonly to: Int16Array;
}

/**
 * Makes a sprite.
 * @param rgba Not premultiplied; width and height even, the outermost pixels empty.
 * @param body Outline of the body in pixels of it.
 */
export function spriteOf(rgba: Uint8ClampedArray, width: number, height: number, body: Box): Sprite {
  const luma = new Int32Array(width * height);
  for (let index = 0, at = 0; index < luma.length; index++, at += 4) {
    const alpha = rgba[at + 3]!;
    if (alpha === 0) continue;
    luma[index] = (alpha << 16) | ((lumaOf(rgba[at]!, rgba[at + 1]!, rgba[at + 2]!) * alpha) / 255);
  }
  const half = width >> 1;
  const chroma = new Int32Array(half * (height >> 1));
  for (let y = 0; y < height >> 1; y++)
    for (let x = 0; x < half; x++) {
      let [red, green, blue, alpha] = [0, 0, 0, 0];
      for (let corner = 0; corner < 4; corner++) {
        const at = ((2 * y + (corner >> 1)) * width + 2 * x + (corner & 1)) * 4;
        const opacity = rgba[at + 3]!;
        red += rgba[at]! * opacity;
        green += rgba[at + 1]! * opacity;
        blue += rgba[at + 2]! * opacity;
        alpha += opacity;
      }
      if (alpha === 0) continue;
      const [r, g, b] = [red / alpha, green / alpha, blue / alpha];
      const opacity = alpha >> 2;
      const share = opacity / 255;
      chroma[y * half + x] = (opacity << 20) | ((uOf(r, g, b) * share) << 10) | (vOf(r, g, b) * share);
    }
  return {
    luma: planeOf(luma, width, height),
    chroma: planeOf(chroma, half, height >> 1),
    body: [body[0] / width, body[1] / height, body[2] / width, body[3] / height],
  };
}

/** Half as large, each pixel the mean of four. */
export function halved({ luma, chroma, body }: Sprite): Sprite {
  return { luma: halvedPlane(luma, lumaMask), chroma: halvedPlane(chroma, chromaMask), body };
}

/** What of a pixel are values; the bits between are room for sums of at least four. */
const lumaMask = 0x00ff00ff;
const chromaMask = 0x0ff3fcff;

function halvedPlane(plane: Plane, mask: number): Plane {
  const [width, height] = [plane.width >> 1, plane.height >> 1];
  const pixels = new Int32Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = 2 * y * plane.width + 2 * x;
      const { pixels: from } = plane;
      const sum = from[at]! + from[at + 1]! + from[at + plane.width]! + from[at + plane.width + 1]!;
      pixels[y * width + x] = (sum >>> 2) & mask;
    }
  return planeOf(pixels, width, height);
}

function planeOf(pixels: Int32Array, width: number, height: number): Plane {
  const from = new Int16Array(height).fill(width);
  const to = new Int16Array(height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if (pixels[y * width + x] !== 0) {
        if (x < from[y]!) from[y] = x;
        to[y] = x + 1;
      }
  return { width, height, pixels, from, to };
}

/** How light and air change what is seen: each value times a gain of 0..256 / 256, and something added to it. */
export interface Shade {
  readonly lumaGain: number;
  readonly lumaOffset: number;
  readonly chromaGain: number;
  readonly uOffset: number;
  readonly vOffset: number;
}

/** The shade that `blend` lays with; set by `draw`. */
let [lumaGain, lumaOffset, chromaGain, uOffset, vOffset] = [256, 0, 256, 0, 0];

/**
 * Lays a sprite over a picture so that its body fills a box.
 * @param box Where its body goes, in pixels; may reach outside the picture.
 * @param shade Without it, in the colours it was painted in.
 */
export function draw(picture: Picture, sprite: Sprite, [x1, y1, x2, y2]: Box, shade?: Shade): void {
  const [left, top, right, bottom] = sprite.body;
  const scaleX = (x2 - x1) / (right - left);
  const scaleY = (y2 - y1) / (bottom - top);
  const place: Box = [x1 - left * scaleX, y1 - top * scaleY, x1 + (1 - left) * scaleX, y1 + (1 - top) * scaleY];
  if (shade) {
    lumaGain = Math.round(shade.lumaGain);
    lumaOffset = Math.round(shade.lumaOffset);
    chromaGain = Math.round(shade.chromaGain);
    uOffset = Math.round(shade.uOffset);
    vOffset = Math.round(shade.vOffset);
  }
  blend(picture, sprite.luma, 1, place, mixLuma, shade ? layShadedLuma : layLuma);
  blend(picture, sprite.chroma, 2, place, mixChroma, shade ? layShadedChroma : layChroma);
}

/** One row of a sprite between two of its rows; as wide as the widest sprite. */
const between = new Int32Array(2048);

/**
 * Bilinear: first down, for a whole row, then across in 16.16 fixed point.
 * @param pitch Pixels of luma from one of the plane to the next.
 */
function blend(
  picture: Picture,
  { width, height, pixels, from, to }: Plane,
  pitch: 1 | 2,
  box: Box,
  mix: typeof mixLuma,
  lay: typeof layLuma,
): void {
  const targetWidth = (picture.width / pitch) | 0;
  const [x1, y1, x2, y2] = [box[0] / pitch, box[1] / pitch, box[2] / pitch, box[3] / pitch];
  const stretchX = (x2 - x1) / width;
  const stepX = 1 / stretchX;
  const stepY = height / (y2 - y1);
  const step = (stepX * 65536 + 0.5) | 0;
  const firstRow = Math.max(0, Math.floor(y1)) | 0;
  const lastRow = Math.min(picture.height / pitch, Math.ceil(y2)) | 0;
  // Beyond its right edge there is nothing, whatever a wider sprite has left here.
  between.fill(0, width, width + 2);
  const lowest = ((height - 1.01) * 65536) | 0;
  for (let y = firstRow; y < lastRow; y = (y + 1) | 0) {
    const down = Math.min(lowest, Math.max(0, (((y + 0.5 - y1) * stepY - 0.5) * 65536) | 0)) | 0;
    const row = down >> 16;
    const first = Math.min(from[row]!, from[row + 1]!) | 0;
    const last = Math.max(to[row]!, to[row + 1]!) | 0;
    if (last <= first) continue;
    const left = Math.max(0, Math.ceil(x1 + (first - 0.5) * stretchX)) | 0;
    const right = Math.min(targetWidth, Math.floor(x1 + (last + 0.5) * stretchX)) | 0;
    if (right <= left) continue;
    const start = (Math.max(0, (left + 0.5 - x1) * stepX - 0.5) * 65536) | 0;
    const end = Math.min(width, ((start + Math.imul(step, (right - left - 1) | 0)) >> 16) + 2) | 0;
    const at = Math.imul(y, targetWidth) | 0;
    mix(pixels, Math.imul(row, width), width, start >> 16, end, (down >> 8) & 255);
    lay(picture, (at + left) | 0, (at + right) | 0, start, step);
  }
}

// In these loops every number is made a 32-bit integer first: a single double would make them several times slower.

/** @param below Weight of the lower row, 0..255. */
function mixLuma(pixels: Int32Array, row: number, width: number, from: number, to: number, below: number): void {
  const [upper, lower, end] = [row | 0, (row + width) | 0, to | 0];
  const above = (256 - below) | 0;
  for (let x = from | 0; x < end; x = (x + 1) | 0)
    between[x] = ((Math.imul(pixels[(upper + x) | 0]!, above) + Math.imul(pixels[(lower + x) | 0]!, below)) >>> 8) & lumaMask;
}

function layLuma({ y }: Picture, from: number, to: number, start: number, step: number): void {
  const end = to | 0;
  const by = step | 0;
  let at = start | 0;
  for (let index = from | 0; index < end; index = (index + 1) | 0) {
    const source = at >> 16;
    const right = (at >> 8) & 255;
    const pixel = ((Math.imul(between[source]!, (256 - right) | 0) + Math.imul(between[(source + 1) | 0]!, right)) >>> 8) & lumaMask;
    const alpha = pixel >>> 16;
    y[index] = ((pixel & 255) + (Math.imul(y[index]!, (256 - alpha - (alpha >> 7)) | 0) >> 8)) | 0;
    at = (at + by) | 0;
  }
}

function layShadedLuma({ y }: Picture, from: number, to: number, start: number, step: number): void {
  const [end, by, gain, offset] = [to | 0, step | 0, lumaGain | 0, lumaOffset | 0];
  let at = start | 0;
  for (let index = from | 0; index < end; index = (index + 1) | 0) {
    const source = at >> 16;
    const right = (at >> 8) & 255;
    const pixel = ((Math.imul(between[source]!, (256 - right) | 0) + Math.imul(between[(source + 1) | 0]!, right)) >>> 8) & lumaMask;
    const alpha = pixel >>> 16;
    const value = (Math.imul(pixel & 255, gain) + Math.imul(alpha, offset)) >> 8;
    y[index] = (value + (Math.imul(y[index]!, (256 - alpha - (alpha >> 7)) | 0) >> 8)) | 0;
    at = (at + by) | 0;
  }
}

/** Half of what weights of 0..4 divide by, for each value. */
const chromaHalf = 0x00200802;

function mixChroma(pixels: Int32Array, row: number, width: number, from: number, to: number, below: number): void {
  const [upper, lower, end] = [row | 0, (row + width) | 0, to | 0];
  const lowerShare = (below + 32) >> 6;
  const above = (4 - lowerShare) | 0;
  for (let x = from | 0; x < end; x = (x + 1) | 0)
    between[x] =
      ((Math.imul(pixels[(upper + x) | 0]!, above) + Math.imul(pixels[(lower + x) | 0]!, lowerShare) + chromaHalf) >>> 2) & chromaMask;
}

function layChroma({ u, v }: Picture, from: number, to: number, start: number, step: number): void {
  const end = to | 0;
  const by = step | 0;
  let at = start | 0;
  for (let index = from | 0; index < end; index = (index + 1) | 0) {
    const source = at >> 16;
    const right = (at >> 14) & 3;
    const pixel =
      ((Math.imul(between[source]!, (4 - right) | 0) + Math.imul(between[(source + 1) | 0]!, right) + chromaHalf) >>> 2) & chromaMask;
    const alpha = pixel >>> 20;
    const through = (256 - alpha - (alpha >> 7)) | 0;
    u[index] = (((pixel >> 10) & 255) + (Math.imul(u[index]!, through) >> 8)) | 0;
    v[index] = ((pixel & 255) + (Math.imul(v[index]!, through) >> 8)) | 0;
    at = (at + by) | 0;
  }
}

function layShadedChroma({ u, v }: Picture, from: number, to: number, start: number, step: number): void {
  const [end, by, gain, addU, addV] = [to | 0, step | 0, chromaGain | 0, uOffset | 0, vOffset | 0];
  let at = start | 0;
  for (let index = from | 0; index < end; index = (index + 1) | 0) {
    const source = at >> 16;
    const right = (at >> 14) & 3;
    const pixel =
      ((Math.imul(between[source]!, (4 - right) | 0) + Math.imul(between[(source + 1) | 0]!, right) + chromaHalf) >>> 2) & chromaMask;
    const alpha = pixel >>> 20;
    const through = (256 - alpha - (alpha >> 7)) | 0;
    u[index] = ((Math.imul((pixel >> 10) & 255, gain) + Math.imul(alpha, addU)) >> 8) + (Math.imul(u[index]!, through) >> 8);
    v[index] = ((Math.imul(pixel & 255, gain) + Math.imul(alpha, addV)) >> 8) + (Math.imul(v[index]!, through) >> 8);
    at = (at + by) | 0;
  }
}
