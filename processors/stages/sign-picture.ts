import type { Box } from '../../schemas/messages.ts';
import type { ColourPlanes } from '../core/signs/end-search.ts';
import type { Plane } from '../core/signs/runs.ts';
import type { Picture } from './decoder.ts';

/** Columns in which signs are looked for at most: half of a picture's 1920. */
const mostCells = 960;

/** The upper part of a picture, kept until the next one. */
export class SignPicture {
  #planes: Plane[] = [];
  #shifts: readonly [number, number] = [1, 1];

  /** @param rows Pixels from the top; the rest is not needed. */
  take({ width, planes, strides, chromaShiftX, chromaShiftY }: Picture, rows: number): void {
    this.#shifts = [chromaShiftX, chromaShiftY];
    this.#planes = planes.slice(0, 3).map((plane, index) => {
      const columns = index === 0 ? width : Math.ceil(width / (1 << chromaShiftX));
      const height = index === 0 ? rows : Math.ceil(rows / (1 << chromaShiftY));
      const size = columns * height;
      const before = this.#planes[index]?.values;
      const values = before?.length === size ? before : new Uint8Array(size);
      const stride = strides[index]!;
      for (let row = 0; row < height; row++) values.set(plane.subarray(row * stride, row * stride + columns), row * columns);
      return { values, width: columns, height };
    });
  }

  /** Pixels a cell. */
  get cellPx(): number {
    return 2 * Math.ceil(this.#luma.width / (2 * mostCells));
  }

  /** Red difference (Cr), a cell. */
  red(): Plane {
    return this.#inCells(2);
  }

  /** All of it, a cell. */
  cells(): ColourPlanes {
    const { cellPx } = this;
    const { values, width: columns, height: rows } = this.#luma;
    const [width, height] = [Math.floor(columns / cellPx), Math.floor(rows / cellPx)];
    const luma = new Uint8Array(width * height);
    for (let row = 0; row < height; row++)
      for (let x = 0; x < width; x++) {
        const at = row * cellPx * columns + x * cellPx;
        luma[row * width + x] = (values[at]! + values[at + 1]! + values[at + columns]! + values[at + columns + 1]! + 2) >> 2;
      }
    return { luma: { values: luma, width, height }, blue: this.#inCells(1), red: this.#inCells(2) };
  }

  /**
   * Brightness and colour differences of a point, bilinear; the border is continued.
   * @param x Pixels of the picture, as is `y`; the middle of the first pixel is 0.5.
   */
  sample(x: number, y: number): readonly [luma: number, blue: number, red: number] {
    const [luma, blue, red] = this.#planes;
    const [scaleX, scaleY] = [1 << this.#shifts[0], 1 << this.#shifts[1]];
    return [bilinear(luma!, x, y), bilinear(blue!, x / scaleX, y / scaleY), bilinear(red!, x / scaleX, y / scaleY)];
  }

  /** Brightness alone, as `sample`. */
  luma(x: number, y: number): number {
    return bilinear(this.#luma, x, y);
  }

  /** @returns The part of a box that is kept; undefined when there is none. */
  clip([x1, y1, x2, y2]: Box): Box | undefined {
    const { width, height } = this.#luma;
    const box: Box = [Math.max(0, x1), Math.max(0, y1), Math.min(width, x2), Math.min(height, y2)];
    return box[2] - box[0] >= 1 && box[3] - box[1] >= 1 ? box : undefined;
  }

  get #luma(): Plane {
    return this.#planes[0]!;
  }

  #inCells(index: number): Plane {
    const plane = this.#planes[index]!;
    const [stepX, stepY] = [this.cellPx >> this.#shifts[0], this.cellPx >> this.#shifts[1]];
    if (stepX === 1 && stepY === 1) return { ...plane, width: plane.width };
    const [width, height] = [Math.floor(this.#luma.width / this.cellPx), Math.floor(this.#luma.height / this.cellPx)];
    const values = new Uint8Array(width * height);
    for (let row = 0; row < height; row++)
      for (let x = 0; x < width; x++) values[row * width + x] = plane.values[row * stepY * plane.width + x * stepX]!;
    return { values, width, height };
  }
}

function bilinear({ values, width, height }: Plane, x: number, y: number): number {
  const [column, row] = [Math.min(width - 1, Math.max(0, x - 0.5)), Math.min(height - 1, Math.max(0, y - 0.5))];
  const [left, top] = [Math.floor(column), Math.floor(row)];
  const [right, bottom] = [Math.min(width - 1, left + 1), Math.min(height - 1, top + 1)];
  const [shareX, shareY] = [column - left, row - top];
  const above = values[top * width + left]! * (1 - shareX) + values[top * width + right]! * shareX;
  const below = values[bottom * width + left]! * (1 - shareX) + values[bottom * width + right]! * shareX;
  return above * (1 - shareY) + below * shareY;
}
