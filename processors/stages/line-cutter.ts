import { type LineImage, lineHeight } from '../../models/text.ts';
import { heightOf, type Quadrilateral, widthOf } from '../core/scanner/quadrilateral.ts';

/** A picture as RGB, interleaved. */
export interface RgbPicture {
  readonly rgb: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Longer lines are squeezed to it, pixels: about 130 characters. */
const longestLinePx = 2048;

/**
 * Cuts a line of text out of a picture, upright and `lineHeight` high; bilinear, the picture's border is continued.
 * @param corners Of the line in the picture's pixels.
 */
export function cutLine({ rgb, width, height }: RgbPicture, corners: Quadrilateral): LineImage {
  const [originX, originY, rightX, rightY, , , downX, downY] = corners;
  const across = Math.max(1, widthOf(corners));
  const columns = Math.min(longestLinePx, Math.max(1, Math.round((lineHeight * across) / Math.max(1, heightOf(corners)))));
  const line = new Uint8Array(columns * lineHeight * 3);
  const [stepX, stepY] = [(rightX - originX) / columns, (rightY - originY) / columns];
  const [rowX, rowY] = [(downX - originX) / lineHeight, (downY - originY) / lineHeight];
  let to = 0;
  for (let row = 0; row < lineHeight; row++) {
    for (let column = 0; column < columns; column++) {
      // From the middle of one pixel to the middle of others.
      const x = clamp(originX + (column + 0.5) * stepX + (row + 0.5) * rowX - 0.5, width - 1);
      const y = clamp(originY + (column + 0.5) * stepY + (row + 0.5) * rowY - 0.5, height - 1);
      const [left, top] = [Math.floor(x), Math.floor(y)];
      const [weightX, weightY] = [x - left, y - top];
      const upper = (top * width + left) * 3;
      const lower = top + 1 < height ? upper + width * 3 : upper;
      const next = left + 1 < width ? 3 : 0;
      for (let colour = 0; colour < 3; colour++) {
        const above = rgb[upper + colour]! * (1 - weightX) + rgb[upper + next + colour]! * weightX;
        const below = rgb[lower + colour]! * (1 - weightX) + rgb[lower + next + colour]! * weightX;
        line[to++] = above * (1 - weightY) + below * weightY + 0.5;
      }
    }
  }
  return { rgb: line, width: columns };
}

/** The same line, standing on its head. */
export function turnedLine({ rgb, width }: LineImage): LineImage {
  const line = new Uint8Array(rgb.length);
  for (let from = 0, to = rgb.length - 3; from < rgb.length; from += 3, to -= 3) line.set(rgb.subarray(from, from + 3), to);
  return { rgb: line, width };
}

function clamp(value: number, most: number): number {
  return Math.min(most, Math.max(0, value));
}
