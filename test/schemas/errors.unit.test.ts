import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asRoadstreamError, RoadstreamError } from '../../schemas/errors.ts';

test('an error of ours stays what it is', () => {
  const error = new RoadstreamError('DISK_FULL', 'The disk is full.', { retryable: true });
  assert.equal(asRoadstreamError(error), error);
  assert.equal(error.retryable, true);
});

test('whatever else is thrown becomes INTERNAL and keeps its cause', () => {
  const cause = new TypeError('x is undefined');
  assert.deepEqual(
    [cause, 'text', undefined]
      .map((thrown) => asRoadstreamError(thrown))
      .map(({ code, message, retryable }) => ({ code, message, retryable })),
    ['x is undefined', 'text', 'undefined'].map((message) => ({ code: 'INTERNAL', message, retryable: false })),
  );
  assert.equal(asRoadstreamError(cause).cause, cause);
});
