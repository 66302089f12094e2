import { AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUVJ444P } from 'node-av/constants';
import type { Picture } from './decoder.ts';

/** A square of a picture, turned. */
export interface Square {
  /** Of its middle, in the picture's pixels. */
  readonly x: number;
  readonly y: number;
  /** Of its side, in the picture's pixels. */
  readonly side: number;
  /** Positive clockwise. */
  readonly turnRadians: number;
}

const fullRangeFormats = new Set([AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUVJ444P]);
/** Samples a side that one pixel of the output is averaged from: more than eight change nothing that a network sees. */
const mostSamples = 8;
/** Grid of the brightness' samples. */
const lightColumns = 64;
const lightRows = 36;

/** The newest picture in memory of its own, so that squares can be cut out of it after the decoder has gone on. */
export class FacePicture {
  width = 0;
  height = 0;
  #planes: readonly Buffer[] = [];
  #strides: readonly number[] = [];
  #chromaShiftX = 0;
  #chromaShiftY = 0;
  #isFullRange = false;

  take({ width, height, planes, strides, chromaShiftX, chromaShiftY, pixelFormat }: Picture): void {
    const isSame = planes.every((plane, at) => this.#planes[at]?.length === plane.length);
    if (!isSame) this.#planes = planes.map((plane) => Buffer.allocUnsafe(plane.length));
    for (const [at, plane] of planes.entries()) plane.copy(this.#planes[at]!);
    this.#strides = [...strides];
    this.width = width;
    this.height = height;
    this.#chromaShiftX = chromaShiftX;
    this.#chromaShiftY = chromaShiftY;
    this.#isFullRange = fullRangeFormats.has(pixelFormat);
  }

  /** @returns Mean and standard deviation of the brightness, 0..255. */
  light(): { readonly mean: number; readonly spread: number } {
    const luma = this.#planes[0]!;
    const stride = this.#strides[0]!;
    let sum = 0;
    let squares = 0;
    for (let row = 0; row < lightRows; row++) {
      const start = Math.floor(((row + 0.5) * this.height) / lightRows) * stride;
      for (let column = 0; column < lightColumns; column++) {
        const value = luma[start + Math.floor(((column + 0.5) * this.width) / lightColumns)]!;
        sum += value;
        squares += value * value;
      }
    }
    const count = lightRows * lightColumns;
    const mean = sum / count;
    return { mean, spread: Math.sqrt(Math.max(0, squares / count - mean * mean)) };
  }

  /** @returns The brightness around a point, 0..255; 0 outside the picture. */
  lumaAt(x: number, y: number): number {
    const [column, row] = [Math.round(x), Math.round(y)];
    if (column < 1 || row < 1 || column >= this.width - 1 || row >= this.height - 1) return 0;
    const luma = this.#planes[0]!;
    const stride = this.#strides[0]!;
    let sum = 0;
    for (let dy = -1; dy <= 1; dy++) for (let dx = -1; dx <= 1; dx++) sum += luma[(row + dy) * stride + column + dx]!;
    return sum / 9;
  }

  /**
   * Cuts out a square, turns it upright and scales it, averaging where it shrinks. Outside the picture it is black.
   * @param target RGB, side x side; all of it is overwritten.
   */
  cut({ x, y, side: sidePx, turnRadians }: Square, side: number, target: Uint8Array): void {
    const [luma, blue, red] = this.#planes as [Buffer, Buffer, Buffer];
    const [lumaStride, chromaStride] = this.#strides as [number, number];
    const { width, height } = this;
    const [shiftX, shiftY] = [this.#chromaShiftX, this.#chromaShiftY];
    const [black, gain] = this.#isFullRange ? [0, 1] : [16, 255 / 219];
    const scale = sidePx / side;
    const samples = Math.max(1, Math.min(mostSamples, Math.ceil(scale)));
    const [acrossX, acrossY] = [Math.cos(turnRadians) * scale, Math.sin(turnRadians) * scale];
    const step = 1 / samples;
    let out = 0;
    for (let row = 0; row < side; row++)
      for (let column = 0; column < side; column++) {
        let sum = 0;
        let inside = 0;
        for (let sampleRow = 0; sampleRow < samples; sampleRow++) {
          const v = row + (sampleRow + 0.5) * step - side / 2;
          const u = column + 0.5 * step - side / 2;
          let fromX = x + acrossX * u - acrossY * v;
          let fromY = y + acrossY * u + acrossX * v;
          for (let sample = 0; sample < samples; sample++) {
            if (fromX >= 0 && fromY >= 0 && fromX < width && fromY < height) {
              sum += luma[(fromY | 0) * lumaStride + (fromX | 0)]!;
              inside++;
            }
            fromX += acrossX * step;
            fromY += acrossY * step;
          }
        }
        if (inside === 0) {
          target[out++] = 0;
          target[out++] = 0;
          target[out++] = 0;
          continue;
        }
        const u = column + 0.5 - side / 2;
        const v = row + 0.5 - side / 2;
        const middleX = Math.max(0, Math.min(width - 1, x + acrossX * u - acrossY * v)) | 0;
        const middleY = Math.max(0, Math.min(height - 1, y + acrossY * u + acrossX * v)) | 0;
        const chroma = (middleY >> shiftY) * chromaStride + (middleX >> shiftX);
        const bright = gain * (sum / (samples * samples) - (black * inside) / (samples * samples));
        const toBlue = gain * (blue[chroma]! - 128);
        const toRed = gain * (red[chroma]! - 128);
        // BT.601; which of the two matrices a camera uses changes hues by less than exposure does.
        target[out++] = clamp(bright + 1.402 * toRed);
        target[out++] = clamp(bright - 0.344 * toBlue - 0.714 * toRed);
        target[out++] = clamp(bright + 1.772 * toBlue);
      }
  }
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value + 0.5;
}
