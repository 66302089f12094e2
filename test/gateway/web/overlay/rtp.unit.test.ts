import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { rtpSecondsBetween } from '../../../../gateway/web/live/overlay/rtp.ts';

const cases = [
  { earlier: 0, later: 90_000, seconds: 1 },
  { earlier: 90_000, later: 0, seconds: -1 },
  // Across the wrap, both ways.
  { earlier: 2 ** 32 - 3000, later: 1500, seconds: 0.05 },
  { earlier: 1500, later: 2 ** 32 - 3000, seconds: -0.05 },
];

for (const { earlier, later, seconds } of cases)
  test(`${later} lies ${seconds} s after ${earlier}`, () => {
    assert.equal(rtpSecondsBetween(earlier, later), seconds);
  });

test('tells any distance below 2^31 ticks, wherever the clock stands', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: -(2 ** 31) + 1, max: 2 ** 31 - 1 }), (start, ticks) => {
      assert.equal(rtpSecondsBetween(start, (start + ticks) >>> 0), ticks / 90_000);
    }),
  );
});
