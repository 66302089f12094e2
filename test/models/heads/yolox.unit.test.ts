import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cellCount, yolox } from '../../../models/heads/yolox.ts';

/** Cells: 8 x 4 of 8 px, 4 x 2 of 16 px, 2 x 1 of 32 px. */
const input = { inputWidth: 64, inputHeight: 32, classes: ['person', 'car'] };
const cells = 42;

function predictions(entries: readonly { cell: number; values: readonly number[] }[]) {
  const rows = new Float32Array(7 * cells);
  for (const { cell, values } of entries) for (const [row, value] of values.entries()) rows[row * cells + cell] = value;
  return { predictions: rows };
}

test('counts the cells of three strides', () => {
  assert.equal(cellCount(64, 32), cells);
  // 416x416 is the size in which YOLOX-nano comes, with 3549 rows.
  assert.equal(cellCount(416, 416), 3549);
});

test('a cell of each stride becomes a box at its place', () => {
  const values = [0.5, 0.5, 0, Math.log(0.5), 1, 0, 0.5];
  // Column 3, row 2 of the 8 px grid; column 1, row 1 of the 16 px grid; column 1 of the 32 px grid.
  const places = [
    [32 * 0 + 2 * 8 + 3, [24, 18, 32, 22]],
    [32 + 4 + 1, [16, 20, 32, 28]],
    [32 + 8 + 1, [32, 8, 64, 24]],
  ] as const;
  for (const [cell, boxPx] of places) {
    const [found] = yolox.decode(predictions([{ cell, values }]), input);
    assert.deepEqual([found?.class, found?.score], ['car', 0.5]);
    assert.deepEqual(found?.boxPx.map(Math.fround), boxPx);
  }
});

test("a score is objectness times the best class's share", () => {
  const [found] = yolox.decode(predictions([{ cell: 9, values: [0, 0, 0, 0, 0.5, 0.75, 0.25] }]), input);
  assert.deepEqual([found?.class, found?.score], ['person', 0.375]);
});

test('a certain thing of uncertain class, and an uncertain thing of certain class, are left out', () => {
  const entries = [
    { cell: 3, values: [0, 0, 0, 0, 1, 0.09, 0.05] },
    { cell: 20, values: [0, 0, 0, 0, 0.09, 1, 0] },
  ];
  assert.deepEqual(yolox.decode(predictions(entries), input), []);
});

test('what is no number is left out, and an endless box ends at the borders', () => {
  const entries = [
    { cell: 3, values: [0, 0, 0, 0, Number.NaN, 1, 1] },
    { cell: 4, values: [Number.NaN, 0, 0, 0, 1, 1, 1] },
    { cell: 20, values: [0, 0, 1000, 1000, 1, 1, 0] },
  ];
  assert.deepEqual(
    yolox.decode(predictions(entries), input).map(({ boxPx }) => boxPx),
    [[0, 0, 64, 32]],
  );
});
