import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type RegionTally, stepVisits, tally, type Visit } from '../../../../processors/core/roadside/region-counts.ts';
import type { Point } from '../../../../schemas/polygon.ts';

const square: readonly Point[] = [
  [0, 0],
  [100, 0],
  [100, 100],
  [0, 100],
];
const regions = [{ regionId: 'square', polygonPx: square }];
const empty: readonly RegionTally[] = [{ regionId: 'square', entered: {}, left: {} }];

/** Walks a foot from place to place. */
function walk(
  places: readonly (readonly [x: number, className: string, isHidden?: boolean])[],
  heightPx = 40,
): { visits: Visit[]; counts: RegionTally } {
  let visits: Visit[] = [];
  let tallies = [...empty];
  places.forEach(([x, className, isHidden = false], clockSeconds) => {
    const next = stepVisits(visits, regions, { px: [x, 50], heightPx }, { className, isSeen: !isHidden, clockSeconds });
    tallies = tally(tallies, visits, next, className);
    visits = next;
  });
  return { visits, counts: tallies[0]! };
}

test('somebody who goes through is counted once each way', () => {
  const { visits, counts } = walk([
    [-20, 'car'],
    [20, 'car'],
    [80, 'car'],
    [120, 'car'],
  ]);
  assert.deepEqual(counts, { regionId: 'square', entered: { car: 1 }, left: { car: 1 } });
  assert.deepEqual(visits, []);
});

test('somebody who is only supposed to have come in is not counted, and who is supposed to have gone is', () => {
  const { counts } = walk([
    [-20, 'car'],
    [20, 'car', true],
    [120, 'car', true],
  ]);
  assert.deepEqual(counts, { regionId: 'square', entered: {}, left: {} });
  const gone = walk([
    [20, 'car'],
    [120, 'car', true],
  ]);
  assert.deepEqual(gone.counts, { regionId: 'square', entered: { car: 1 }, left: { car: 1 } });
});

test('a foot that trembles on the border is counted once', () => {
  const trembling = [-3, 3, -3, 3, 6, -3, 3, -3].map((x) => [x, 'car'] as const);
  assert.deepEqual(walk(trembling).counts.entered, { car: 1 });
  assert.deepEqual(walk(trembling).counts.left, {});
});

test('dwelling counts from when it came in', () => {
  assert.equal(
    walk([
      [-20, 'car'],
      [20, 'car'],
      [21, 'car'],
      [22, 'car'],
    ]).visits[0]!.enteredSeconds,
    1,
  );
});

test('when the votes change their mind about a class, so does the count', () => {
  const { counts } = walk([
    [20, 'car'],
    [30, 'truck'],
    [40, 'truck'],
    [120, 'bus'],
  ]);
  assert.deepEqual(counts, { regionId: 'square', entered: { bus: 1 }, left: { bus: 1 } });
});

test('entered less left are always those inside, class by class', () => {
  const steps = fc.array(fc.tuple(fc.double({ min: -60, max: 160, noNaN: true }), fc.constantFrom('car', 'truck', 'person')), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(steps, (places) => {
      const { visits, counts } = walk(places);
      const inside: Record<string, number> = {};
      for (const visit of visits) inside[visit.class] = (inside[visit.class] ?? 0) + 1;
      for (const name of ['car', 'truck', 'person']) {
        const [entered, left] = [counts.entered[name] ?? 0, counts.left[name] ?? 0];
        assert.ok(entered >= 0 && left >= 0);
        assert.equal(entered - left, inside[name] ?? 0, name);
      }
    }),
  );
});
