import assert from 'node:assert/strict';
import test from 'node:test';
import { intersectionOverUnion } from '../../schemas/box.ts';
import type { Box } from '../../schemas/messages.ts';

test('measures how much two boxes overlap', () => {
  const table: [Box, Box, number][] = [
    // The same box.
    [[0, 0, 10, 10], [0, 0, 10, 10], 1],
    // Half of each.
    [[0, 0, 10, 10], [5, 0, 15, 10], 1 / 3],
    // Touching is not overlapping.
    [[0, 0, 10, 10], [10, 0, 20, 10], 0],
    // Apart in both directions: the product of two negative lengths is no area.
    [[0, 0, 10, 10], [20, 20, 30, 30], 0],
  ];
  for (const [a, b, expected] of table) assert.equal(intersectionOverUnion(a, b), expected);
});
