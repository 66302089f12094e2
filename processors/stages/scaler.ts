import { AV_PIX_FMT_RGB24, AV_PIX_FMT_RGBA, SWS_AREA, SWS_BILINEAR } from 'node-av/constants';
import { SoftwareScaleContext } from 'node-av/lib';
import { RoadstreamError } from '../../schemas/errors.ts';
import type { Picture } from './decoder.ts';

/** A part of a picture, in its pixels. Integers; x and y even, so that the colour planes can be cut too. */
export interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const bytesPerPixel = { rgb: 3, rgba: 4 } as const;

/** swscale writes whole vectors: 8 bytes past the last pixel were measured (AVX2, RGBA); the widest vectors have 64. */
const overrunBytes = 64;

/** Memory for a picture that a Scaler writes, without gaps between its rows. @param fill Value of its bytes before. */
export function pictureMemory(width: number, height: number, format: 'rgb' | 'rgba', fill = 0): Buffer {
  const bytes = width * height * bytesPerPixel[format];
  return Buffer.alloc(bytes + overrunBytes, fill).subarray(0, bytes);
}

/** Cuts one region out of pictures, scales it and turns it into RGB, straight into the caller's memory. */
export class Scaler {
  readonly #width: number;
  readonly #height: number;
  readonly #format: 'rgb' | 'rgba';
  #context: SoftwareScaleContext | undefined;
  #key = '';

  /** @param width Pixels of the output. @param height Likewise. */
  constructor(width: number, height: number, format: 'rgb' | 'rgba') {
    this.#width = width;
    this.#height = height;
    this.#format = format;
  }

  /**
   * @param target Of `pictureMemory`, at least stride x height pixels; written from its beginning.
   * @param stridePixels From one row of the target to the next.
   */
  scale(picture: Picture, region: Region, target: Buffer, stridePixels: number): void {
    const { planes, strides, chromaShiftX, chromaShiftY } = picture;
    const context = this.#contextFor(picture, region);
    const cut = planes.map((plane, index) => {
      const [shiftX, shiftY] = index === 0 ? [0, 0] : [chromaShiftX, chromaShiftY];
      return plane.subarray((region.y >> shiftY) * strides[index]! + (region.x >> shiftX));
    });
    const rows = context.scaleSync(cut, [...strides], 0, region.height, [target], [stridePixels * bytesPerPixel[this.#format]]);
    if (rows < 0)
      throw new RoadstreamError('DECODE_FAILED', `A picture of ${picture.width}x${picture.height} cannot be scaled (FFmpeg ${rows}).`);
  }

  close(): void {
    this.#context?.freeContext();
    this.#context = undefined;
    this.#key = '';
  }

  #contextFor(picture: Picture, region: Region): SoftwareScaleContext {
    const key = `${region.width}x${region.height}:${picture.pixelFormat}`;
    if (this.#context && key === this.#key) return this.#context;
    this.close();
    const context = new SoftwareScaleContext();
    // Averaging keeps small cars when much is left out, and costs a third less than bilinear there; near 1:1 bilinear is as good and cheaper.
    const isShrinking = region.width > 1.5 * this.#width;
    context.getContext(
      region.width,
      region.height,
      picture.pixelFormat,
      this.#width,
      this.#height,
      this.#format === 'rgb' ? AV_PIX_FMT_RGB24 : AV_PIX_FMT_RGBA,
      isShrinking ? SWS_AREA : SWS_BILINEAR,
    );
    this.#context = context;
    this.#key = key;
    return context;
  }
}
