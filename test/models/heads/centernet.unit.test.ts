import assert from 'node:assert/strict';
import { test } from 'node:test';
import { centernet } from '../../../models/heads/centernet.ts';

/** 8 x 8 points. */
const input = { inputWidth: 32, inputHeight: 32, classes: ['person', null, 'car'] };

function outputs(points: readonly { channel: number; column: number; row: number; score: number; extents: readonly number[] }[]) {
  const peaks = new Float32Array(3 * 64);
  const extents = new Float32Array(4 * 64);
  for (const { channel, column, row, score, extents: sides } of points) {
    peaks[channel * 64 + row * 8 + column] = score;
    for (const [edge, pixels] of sides.entries()) extents[edge * 64 + row * 8 + column] = pixels;
  }
  return { peaks, extents };
}

test('a peak and its four extents become a box around the point', () => {
  const found = centernet.decode(outputs([{ channel: 2, column: 4, row: 3, score: 0.75, extents: [6, 5, 7, 8] }]), input);
  assert.deepEqual(found, [{ class: 'car', score: 0.75, boxPx: [10, 7, 23, 20] }]);
});

test('a class nobody wants and a weak score give nothing', () => {
  const weak = { channel: 0, column: 1, row: 1, score: 0.09, extents: [4, 4, 4, 4] };
  const unwanted = { channel: 1, column: 4, row: 4, score: 0.9, extents: [4, 4, 4, 4] };
  assert.deepEqual(centernet.decode(outputs([weak, unwanted]), input), []);
});

test('a box that reaches beyond the input ends at its border', () => {
  const [found] = centernet.decode(outputs([{ channel: 0, column: 0, row: 7, score: 0.5, extents: [9, 2, 3, 9] }]), input);
  assert.deepEqual(found?.boxPx, [0, 26, 3, 32]);
});

test('what is no number is left out', () => {
  const notANumber = { channel: 0, column: 2, row: 2, score: Number.NaN, extents: [4, 4, 4, 4] };
  const noBox = { channel: 2, column: 5, row: 5, score: 0.5, extents: [Number.NaN, 4, 4, 4] };
  assert.deepEqual(centernet.decode(outputs([notANumber, noBox]), input), []);
});
