import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { retryDelayMs } from '../../ingest/backoff.ts';

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('waits between half a second and fifteen seconds, whatever the outage', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e10, noNaN: true }), random, (outageMs, drawn) => {
      const delay = retryDelayMs(outageMs, () => drawn);
      assert.ok(delay >= 500 && delay <= 15_000);
    }),
  );
});

test('finds a camera within three seconds of its return after an outage of up to a minute', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 60_000, noNaN: true }), random, (outageMs, drawn) =>
      assert.ok(retryDelayMs(outageMs, () => drawn) <= 3000),
    ),
  );
});

test('spreads attempts evenly, and reaches fifteen seconds for a camera that is long gone', () => {
  assert.equal(
    retryDelayMs(0, () => 0),
    500,
  );
  assert.equal(
    retryDelayMs(0, () => 0.5),
    1250,
  );
  assert.equal(retryDelayMs(3_600_000, () => 0.999_999).toFixed(0), '15000');
});
