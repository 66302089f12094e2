import type { Box } from '../../../schemas/messages.ts';

/** A plane of a picture's values, 0..255; its cells may leave pixels out. */
export interface Plane {
  readonly values: Uint8Array;
  readonly width: number;
  readonly height: number;
}

interface Run {
  readonly from: number;
  readonly to: number;
  parent: number;
}

/**
 * What hangs together, also by corners, among the cells of a plane that belong to it.
 * @param isIn By the cell's index.
 * @param gapCells So many cells within a row may be missing.
 * @returns The boxes, in cells.
 */
export function connectedBoxes({ width, height }: Plane, isIn: (index: number) => boolean, gapCells = 0): Box[] {
  const runs: Run[] = [];
  const rows: number[] = [];
  let [aboveFrom, aboveTo] = [0, 0];
  for (let row = 0; row < height; row++) {
    const start = row * width;
    const first = runs.length;
    let above = aboveFrom;
    for (let x = 0; x < width; x++) {
      if (!isIn(start + x)) continue;
      const from = x;
      let to = x + 1;
      for (x++; x < width && x - to <= gapCells; x++) if (isIn(start + x)) to = x + 1;
      const index = runs.length;
      runs.push({ from, to, parent: index });
      rows.push(row);
      while (above < aboveTo && runs[above]!.to < from) above++;
      for (let other = above; other < aboveTo && runs[other]!.from <= to; other++) join(runs, other, index);
    }
    [aboveFrom, aboveTo] = [first, runs.length];
  }
  const boxes = new Map<number, [number, number, number, number]>();
  runs.forEach(({ from, to }, index) => {
    const root = rootOf(runs, index);
    const row = rows[index]!;
    const box = boxes.get(root);
    boxes.set(root, box ? [Math.min(box[0], from), box[1], Math.max(box[2], to), row + 1] : [from, row, to, row + 1]);
  });
  return [...boxes.values()];
}

function rootOf(runs: readonly Run[], index: number): number {
  let root = index;
  while (runs[root]!.parent !== root) {
    const run = runs[root]!;
    run.parent = runs[run.parent]!.parent;
    root = run.parent;
  }
  return root;
}

function join(runs: readonly Run[], a: number, b: number): void {
  const [first, second] = [rootOf(runs, a), rootOf(runs, b)];
  if (first !== second) runs[Math.max(first, second)]!.parent = Math.min(first, second);
}
