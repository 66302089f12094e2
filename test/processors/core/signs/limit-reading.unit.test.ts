import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limitOf } from '../../../../processors/core/signs/limit-reading.ts';

/** GTSRB's classes of which the classifier is sure. */
function sureOf(index: number): Float32Array {
  const classes = new Float32Array(43).fill(0.001);
  classes[index] = 0.95;
  return classes;
}

test('takes what stands on signs of limits for a limit, and nothing else', () => {
  const table: [string, number | undefined][] = [
    ['50', 50],
    ['5', 5],
    ['130', 130],
    [' 30 ', 30],
    // Round letters in bold numerals.
    ['5O', 50],
    ['I00', 100],
    // What is cut off, or no limit.
    ['00', undefined],
    ['180', undefined],
    ['73', undefined],
    ['8', undefined],
    ['3.5t', undefined],
    ['STOP', undefined],
    ['', undefined],
  ];
  for (const [text, kmh] of table) assert.equal(limitOf(text, 0.9)?.kmh, kmh, text);
  assert.equal(limitOf('50', 0.4), null, 'a guess counts for nothing');
});

test('lets the classifier agree or dispute, where it knows the value', () => {
  assert.equal(limitOf('50', 0.9, sureOf(2))?.weight, 1.2);
  assert.equal(limitOf('80', 0.9, sureOf(3))?.weight, 0.45);
  // It has never seen a 40, and must call it something else.
  assert.equal(limitOf('40', 0.9, sureOf(3))?.weight, 0.9);
  assert.equal(limitOf('', 0, sureOf(2)), null, 'it never speaks alone');
});
