import { type Canvas, createCanvas, type SKRSContext2D } from '@napi-rs/canvas';
import { lumaOf, uOf, vOf } from '../drawing/sprite.ts';
import { opaque, type Texture } from './rasteriser.ts';

export interface Colour {
  readonly r: number;
  readonly g: number;
  readonly b: number;
}

/**
 * Grey as an infrared camera sees it (850 or 940 nm), out of what red, green and blue show: mostly red, since skin, lips and cloth that
 * reflect red reflect infrared as well, and lifted, since little is black there. Weights chosen by eye.
 */
export const infraredOf = ({ r, g, b }: Colour): number => 40 + 0.8 * (0.75 * r + 0.2 * g + 0.05 * b);

/** A canvas's pixels as a texture. */
export function textureOf(canvas: Canvas, context: SKRSContext2D, isInfrared: boolean): Texture {
  const { width, height } = canvas;
  const { data } = context.getImageData(0, 0, width, height);
  const pixels = new Int32Array(width * height);
  for (let index = 0, at = 0; index < pixels.length; index++, at += 4)
    pixels[index] = texel({ r: data[at]!, g: data[at + 1]!, b: data[at + 2]! }, isInfrared, (data[at + 3]! * opaque) / 255);
  return { width, height, pixels };
}

/** A texture worked out pixel by pixel; undefined leaves a hole. */
export function textureBy(
  width: number,
  height: number,
  isInfrared: boolean,
  colourAt: (x: number, y: number) => Colour | undefined,
): Texture {
  const pixels = new Int32Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const colour = colourAt(x, y);
      if (colour) pixels[y * width + x] = texel(colour, isInfrared, opaque);
    }
  return { width, height, pixels };
}

/** One colour. */
export function plain(colour: Colour, isInfrared: boolean, opacity: number = opaque): Texture {
  return { width: 1, height: 1, pixels: Int32Array.of(texel(colour, isInfrared, opacity)) };
}

export function colourOf(hex: string): Colour {
  const value = Number.parseInt(hex.slice(1), 16);
  return { r: value >> 16, g: (value >> 8) & 255, b: value & 255 };
}

export function canvasOf(width: number, height: number): { readonly canvas: Canvas; readonly context: SKRSContext2D } {
  const canvas = createCanvas(width, height);
  return { canvas, context: canvas.getContext('2d') };
}

function texel(colour: Colour, isInfrared: boolean, opacity: number): number {
  const grey = infraredOf(colour);
  const { r, g, b } = isInfrared ? { r: grey, g: grey, b: grey } : colour;
  return (Math.round(opacity) << 24) | (Math.round(lumaOf(r, g, b)) << 16) | (Math.round(uOf(r, g, b)) << 8) | Math.round(vOf(r, g, b));
}
