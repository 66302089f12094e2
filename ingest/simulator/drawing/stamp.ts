import type { Picture } from './sprite.ts';

/** What a bar across the top of the picture tells: wall clock at capture, or number of the frame. */
export type Stamp = 'time' | 'frame';

/** 32 cells of 40 px in a picture 1280 px wide; 64 rows survive scaling and compression. */
const cells = 32;
export const stampRows = 64;
/** Black and white of limited-range luma (ITU-R BT.709), a little inside. */
const black = 20;
const white = 231;
const grey = 128;

/**
 * Draws a number as black and white cells; cell b, from the left, is bit b.
 * @param value Taken modulo 2^32.
 */
export function drawStamp({ width, y, u, v }: Picture, value: number): void {
  const bits = value % 2 ** 32;
  const cell = width / cells;
  for (let column = 0; column < width; column++) y[column] = Math.floor(bits / 2 ** Math.floor(column / cell)) % 2 ? white : black;
  for (let row = 1; row < stampRows; row++) y.copyWithin(row * width, 0, width);
  u.fill(grey, 0, ((width >> 1) * stampRows) >> 1);
  v.fill(grey, 0, ((width >> 1) * stampRows) >> 1);
}

/**
 * Reads the number back.
 * @param y Luma of a picture of any size that shows the bar along its whole upper edge.
 * @returns 0 to 2^32 - 1.
 */
export function readStamp(y: Uint8Array, width: number, height: number, stride = width): number {
  const row = Math.floor((stampRows / 2 / 720) * height);
  let value = 0;
  for (let bit = 0; bit < cells; bit++) if (y[row * stride + Math.floor(((bit + 0.5) * width) / cells)]! > grey) value += 2 ** bit;
  return value;
}
