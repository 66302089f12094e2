import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boxOf, boxVelocityOf, correctMovingBox, predictMovingBox, startMovingBox } from '../../../processors/core/box-filter.ts';
import { correctMovingValue, predictMovingValue, startMovingValue } from '../../../processors/core/kalman.ts';
import type { Box } from '../../../schemas/messages.ts';

const near = (actual: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not within ${tolerance} of ${expected}`);

test('learns the velocity of a box from irregular frames', () => {
  const at = (seconds: number): Box => [100 + 60 * seconds, 200 - 30 * seconds, 180 + 60 * seconds, 260 - 30 * seconds];
  let moving = startMovingBox(at(0));
  let last = 0;
  // 5 to 30 frames a second, in turns.
  for (let i = 0, t = 0; i < 60; i++, t += [0.033, 0.066, 0.2][i % 3]!) {
    moving = correctMovingBox(predictMovingBox(moving, t - last), at(t));
    last = t;
  }
  boxVelocityOf(moving).forEach((velocity, i) => {
    near(velocity, [60, -30, 60, -30][i]!, 3);
  });
  boxOf(predictMovingBox(moving, 0.5)).forEach((edge, i) => {
    near(edge, at(last + 0.5)[i]!, 3);
  });
});

test('predicts the same in one long step as in many short ones', () => {
  const seen = correctMovingValue(predictMovingValue(startMovingValue(10, 2, 30), 0.1, 5, 50), 13, 1);
  const once = predictMovingValue(seen, 1, 5, 50);
  let often = seen;
  for (let i = 0; i < 100; i++) often = predictMovingValue(often, 0.01, 5, 50);
  for (const key of ['value', 'velocity', 'valueVariance', 'covariance', 'velocityVariance'] as const) near(often[key], once[key], 1e-6);
});

test('never lets an unseen box shrink to nothing', () => {
  let moving = startMovingBox([0, 0, 100, 100]);
  moving = correctMovingBox(predictMovingBox(moving, 0.1), [30, 30, 70, 70]);
  moving = predictMovingBox(moving, 2);
  const [x1, y1, x2, y2] = boxOf(moving);
  assert.ok(x2 > x1 && y2 > y1);
});
