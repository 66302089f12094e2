import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { integralTo, type Profile, slopeAt, valueAt } from '../../../ingest/simulator/profile.ts';

const braking: Profile = [
  [0, 20],
  [4, 20],
  [6, 8],
];

describe('profile', () => {
  test('is linear between its points and steady outside them', () => {
    // before, at a point, on the way, at the last, after
    for (const [at, value] of [
      [-1, 20],
      [4, 20],
      [5, 14],
      [6, 8],
      [9, 8],
    ] as const)
      assert.equal(valueAt(braking, at), value);
  });

  test('adds up to the area below it', () => {
    assert.equal(integralTo(braking, 4), 80);
    assert.equal(integralTo(braking, 6), 108);
    assert.equal(integralTo(braking, 10), 140);
  });

  test('knows how fast it changes', () => {
    assert.equal(slopeAt(braking, 2), 0);
    assert.equal(slopeAt(braking, 5), -6);
    assert.equal(slopeAt(braking, 8), 0);
  });

  test('has an integral whose change is its value', () => {
    const points = fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(
        points,
        fc.array(fc.integer({ min: -40, max: 40 }), { minLength: 6, maxLength: 6 }),
        fc.double({ min: 0, max: 32, noNaN: true }),
        (places, values, at) => {
          const profile: Profile = places.sort((a, b) => a - b).map((place, index) => [place, values[index]!]);
          const step = 1e-4;
          const change = (integralTo(profile, at + step) - integralTo(profile, at)) / step;
          // Half of the steepest change there can be within the step: 80 in 1 s.
          assert.ok(Math.abs(change - valueAt(profile, at + step / 2)) <= 80 * step);
        },
      ),
    );
  });
});
