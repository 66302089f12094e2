import type { Detection } from '../detector.ts';
import { suppress } from '../suppression.ts';
import { clip, type Head, minimumScore } from './head.ts';

/** Pixels per cell, in the order of the cells. Source: YOLOX, models/yolo_head.py. */
export const yoloxStrides = [8, 16, 32] as const;

/** How many cells YOLOX looks at: those of its three strides. */
export function cellCount(inputWidth: number, inputHeight: number): number {
  return yoloxStrides.reduce((sum, stride) => sum + (inputWidth / stride) * (inputHeight / stride), 0);
}

/** Rows of the output: x, y, width, height, objectness, then the classes. */
const objectnessRow = 4;
const classesRow = 5;

/** YOLOX (Ge et al. 2021): every cell of three grids may hold one thing. */
export const yolox: Head = {
  fit: 'letterbox',
  // Source: YOLOX, data/data_augment.py, preproc.
  padding: 114,

  outputShapes({ inputWidth, inputHeight, classes }) {
    return { predictions: [classesRow + classes.length, cellCount(inputWidth, inputHeight)] };
  },

  decode({ predictions }, input) {
    const values = predictions!;
    const cells = cellCount(input.inputWidth, input.inputHeight);
    const found: Detection[] = [];
    let first = 0;
    for (const stride of yoloxStrides) {
      const columns = input.inputWidth / stride;
      const end = first + columns * (input.inputHeight / stride);
      for (let cell = first; cell < end; cell++) {
        const objectness = values[objectnessRow * cells + cell]!;
        // A score is objectness times a class's share, so it cannot be higher than this.
        if (!(objectness >= minimumScore)) continue;
        let share = 0;
        let name: string | null = null;
        for (const [channel, candidate] of input.classes.entries()) {
          const value = values[(classesRow + channel) * cells + cell]!;
          if (candidate === null || !(value > share)) continue;
          share = value;
          name = candidate;
        }
        const score = objectness * share;
        if (name === null || !(score >= minimumScore)) continue;
        const x = (values[cell]! + ((cell - first) % columns)) * stride;
        const y = (values[cells + cell]! + Math.floor((cell - first) / columns)) * stride;
        const halfWidth = (Math.exp(values[2 * cells + cell]!) * stride) / 2;
        const halfHeight = (Math.exp(values[3 * cells + cell]!) * stride) / 2;
        const boxPx = clip([x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight], input);
        if (boxPx !== undefined) found.push({ class: name, score, boxPx });
      }
      first = end;
    }
    return suppress(found);
  },
};
