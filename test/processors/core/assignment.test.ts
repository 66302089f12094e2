import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assign } from '../../../processors/core/assignment.ts';

const matrix = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })).chain(([rows, columns]) =>
  fc.array(
    fc.array(fc.oneof(fc.double({ min: 0, max: 2, noNaN: true }), fc.constant(Infinity)), { minLength: columns, maxLength: columns }),
    {
      minLength: rows,
      maxLength: rows,
    },
  ),
);

/** Least total cost over every way of pairing, leaving a row alone costing `limit`. */
function leastCost(costs: readonly (readonly number[])[], limit: number, row = 0, taken: ReadonlySet<number> = new Set()): number {
  if (row === costs.length) return 0;
  let least = limit + leastCost(costs, limit, row + 1, taken);
  costs[row]!.forEach((cost, column) => {
    if (cost < limit && !taken.has(column)) least = Math.min(least, cost + leastCost(costs, limit, row + 1, new Set([...taken, column])));
  });
  return least;
}

test('pairs each row and each column at most once, and only below the limit', () => {
  fc.assert(
    fc.property(matrix, (costs) => {
      const { pairs, unmatchedRows, unmatchedColumns } = assign(costs, 1);
      assert.equal(new Set(pairs.map(([row]) => row)).size, pairs.length);
      assert.equal(new Set(pairs.map(([, column]) => column)).size, pairs.length);
      assert.equal(pairs.length + unmatchedRows.length, costs.length);
      assert.equal(pairs.length + unmatchedColumns.length, costs[0]!.length);
      for (const [row, column] of pairs) assert.ok(costs[row]![column]! < 1);
    }),
  );
});

test('reaches the least total cost of all pairings', () => {
  fc.assert(
    fc.property(matrix, (costs) => {
      const { pairs, unmatchedRows } = assign(costs, 1);
      const total = pairs.reduce((sum, [row, column]) => sum + costs[row]![column]!, unmatchedRows.length);
      assert.ok(Math.abs(total - leastCost(costs, 1)) < 1e-9);
    }),
  );
});

test('gives up a good pair for two fair ones', () => {
  // Greedily, row 0 takes column 0 at 0.1, and row 1 is left with nothing.
  const costs = [
    [0.1, 0.2],
    [0.3, Infinity],
  ];
  assert.deepEqual(assign(costs, 1).pairs, [
    [0, 1],
    [1, 0],
  ]);
});

test('has nothing to pair without rows or without columns', () => {
  assert.deepEqual(assign([], 1), { pairs: [], unmatchedRows: [], unmatchedColumns: [] });
  assert.deepEqual(assign([[], []], 1), { pairs: [], unmatchedRows: [0, 1], unmatchedColumns: [] });
});
