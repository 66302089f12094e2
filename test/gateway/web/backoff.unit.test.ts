import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { retryDelayMs } from '../../../gateway/web/live/backoff.ts';

test('waits double with each failure up to eight seconds', () => {
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6, 60].map((failures) => retryDelayMs(failures, 1)),
    [500, 1000, 2000, 4000, 8000, 8000, 8000],
  );
});

test('chance takes away at most half, so that no wait is short enough to flood the gateway', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), fc.double({ min: 0, max: 1, noNaN: true }), (failures, random) => {
      const delay = retryDelayMs(failures, random);
      assert.ok(delay >= 250 && delay <= 8000);
    }),
  );
});
