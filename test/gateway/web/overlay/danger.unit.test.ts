import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dangerOf } from '../../../../gateway/web/live/overlay/danger.ts';
import { track } from '../messages.ts';

const cases = [
  { ttcSeconds: null, danger: 'calm' },
  { ttcSeconds: 4.1, danger: 'calm' },
  { ttcSeconds: 4, danger: 'caution' },
  { ttcSeconds: 2.7, danger: 'warning' },
  { ttcSeconds: 1.6, danger: 'critical' },
];

for (const { ttcSeconds, danger } of cases)
  test(`a vehicle in the path with a time to collision of ${ttcSeconds} s is ${danger}`, () => {
    assert.equal(dangerOf(track(1, [0, 0, 9, 9], { ttcSeconds, inPath: true })), danger);
  });

test('what is not in the path is calm, however fast it comes', () => {
  assert.equal(dangerOf(track(1, [0, 0, 9, 9], { ttcSeconds: 0.8 })), 'calm');
});
