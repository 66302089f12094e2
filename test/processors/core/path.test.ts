import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Approach } from '../../../processors/core/collision.ts';
import { chooseLead, isInPath } from '../../../processors/core/path.ts';
import { roadUserOf } from '../../../processors/core/road-users.ts';

const approach = (lateralMeters: number, lateralSpeedMps: number, ttcSeconds: number | null, driftSigmaMps = 0.1): Approach => ({
  distanceMeters: 30,
  distanceSigmaMeters: 1,
  lateralMeters,
  lateralSpeedMps,
  driftSigmaMps,
  closingSpeedMps: ttcSeconds === null ? 0 : 30 / ttcSeconds,
  ttcSeconds,
  ttcSigmaSeconds: ttcSeconds === null ? null : 0.1,
  enhancedTtcSeconds: ttcSeconds,
});

test('knows who will be in the way', () => {
  const table: { why: string; class: string; approach: Approach; was?: boolean; expected: boolean }[] = [
    { why: 'straight ahead', class: 'car', approach: approach(0, 0, 2), expected: true },
    { why: 'half a width beside, as in Euro NCAP', class: 'car', approach: approach(-0.9, 0, 2), expected: true },
    { why: 'in the next lane', class: 'car', approach: approach(3.5, 0, 2), expected: false },
    { why: 'oncoming in its lane', class: 'car', approach: approach(-3.3, 0, 1), expected: false },
    { why: 'parked half a meter beside the path', class: 'car', approach: approach(2.3, 0, 2), expected: false },
    { why: 'cutting in from the next lane', class: 'car', approach: approach(2.6, -1.3, 2), expected: true },
    { why: 'leaving the path until then', class: 'car', approach: approach(1, 1.4, 2), expected: false },
    { why: 'cutting in less certainly than that', class: 'car', approach: approach(2.6, -1.3, 2, 1.5), expected: false },
    { why: 'in the next lane at the same speed, drifting', class: 'car', approach: approach(3, -1.2, null), expected: false },
    // 50 m ahead on a curve of 200 m radius: d²/2R = 6.25 m aside, drifting back with 2 · 6.25 m in the time to collision.
    { why: 'standing in the own lane round the bend', class: 'car', approach: approach(6.25, -6.25, 2), expected: true },
    { why: 'oncoming in the next lane round the bend', class: 'car', approach: approach(6.25 - 3.4, -6.25, 2), expected: false },
    { why: 'a walker who will have reached the middle', class: 'person', approach: approach(2.8, -1.4, 2), expected: true },
    { why: 'a walker who will have passed', class: 'person', approach: approach(0.5, -1.4, 2.5), expected: false },
    { why: 'a walker standing on the pavement', class: 'person', approach: approach(2.5, 0, 2), expected: false },
    { why: 'a wide lorry that a car would have fitted beside', class: 'truck', approach: approach(1.8, 0, 2), expected: true },
    { why: 'at the border, having been in', class: 'car', approach: approach(1.9, 0, 2), was: true, expected: true },
    { why: 'at the border, having been out', class: 'car', approach: approach(1.9, 0, 2), was: false, expected: false },
  ];
  for (const { why, class: className, approach: seen, was, expected } of table)
    assert.equal(isInPath(seen, roadUserOf(className)!, was ?? false), expected, why);
});

test('leads by the nearest one, and does not alternate between two side by side', () => {
  const at = (trackId: number, distanceMeters: number) => ({ trackId, distanceMeters });
  assert.equal(chooseLead([], 3), null);
  assert.equal(chooseLead([at(1, 30), at(2, 20)], null), 2);
  assert.equal(chooseLead([at(1, 21), at(2, 20)], 1), 1);
  assert.equal(chooseLead([at(1, 25), at(2, 20)], 1), 2);
  assert.equal(chooseLead([at(2, 20)], 1), 2);
});
