import type { PictureFigures } from '../core/camera-health.ts';
import { viewColumns, viewRows } from '../core/camera-view.ts';
import type { Picture } from './decoder.ts';

/** Rows and columns that are looked at: an even grid, so that it costs the same for every size of picture. */
const gridRows = 45;
const gridColumns = 320;
/** Pixels of a picture 1280 wide, at any width the same part of it: so far apart even a blurred picture has contrast. */
const coarseStep = 16;
/** Luma of limited range: from here it is white, and up to here black. */
const white = 235;
const black = 16;

/** FNV-1a, 32 bits. */
const fnvOffset = 0x811c9dc5 | 0;
const fnvPrime = 0x01000193;

/** How well a picture can be seen, on a grid of its luma; 0.2 ms. To be called before the decoder goes on. */
export function measureQuality({
  width,
  height,
  planes,
  strides,
}: Pick<Picture, 'width' | 'height' | 'planes' | 'strides'>): PictureFigures {
  const [luma, stride] = [planes[0]!, strides[0]!];
  const coarse = Math.max(1, Math.min(width - 1, Math.max(2, Math.round((coarseStep * width) / 1280))));
  const columns = Math.max(1, Math.min(gridColumns, width - coarse));
  const rows = Math.min(gridRows, height);
  let fingerprint = fnvOffset;
  let [sum, squares, fine, far, whites, blacks] = [0, 0, 0, 0, 0, 0];
  for (let row = 0; row < rows; row++) {
    const start = Math.floor(((row + 0.5) * height) / rows) * stride;
    for (let column = 0; column < columns; column++) {
      const at = start + Math.floor((column * (width - coarse)) / columns);
      const value = luma[at]!;
      fingerprint = Math.imul(fingerprint ^ value, fnvPrime);
      sum += value;
      squares += value * value;
      fine += Math.abs((luma[at + 1] ?? value) - value);
      far += Math.abs((luma[at + coarse] ?? value) - value);
      if (value >= white) whites++;
      else if (value <= black) blacks++;
    }
  }
  const count = rows * columns;
  const mean = sum / count;
  return {
    mean,
    deviation: Math.sqrt(Math.max(0, squares / count - mean * mean)),
    contrast: far / count,
    sharpness: far === 0 ? 0 : ((fine / far) * coarse - 1) / Math.max(1, coarse - 1),
    whiteShare: whites / count,
    blackShare: blacks / count,
    fingerprint: fingerprint >>> 0,
  };
}

/** Samples a cell of a view, across and down. */
const cellColumns = 8;
const cellRows = 3;

/** What a camera shows in coarse cells, as camera-view.ts takes it: mean lumas. To be called before the decoder goes on. */
export function viewOf({ width, height, planes, strides }: Pick<Picture, 'width' | 'height' | 'planes' | 'strides'>): number[] {
  const [luma, stride] = [planes[0]!, strides[0]!];
  const cells = new Array<number>(viewColumns * viewRows).fill(0);
  for (let row = 0; row < viewRows * cellRows; row++) {
    const start = Math.floor(((row + 0.5) * height) / (viewRows * cellRows)) * stride;
    const first = Math.floor(row / cellRows) * viewColumns;
    for (let column = 0; column < viewColumns * cellColumns; column++)
      cells[first + Math.floor(column / cellColumns)]! += luma[start + Math.floor(((column + 0.5) * width) / (viewColumns * cellColumns))]!;
  }
  return cells.map((sum) => sum / (cellColumns * cellRows));
}
