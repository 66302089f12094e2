import assert from 'node:assert/strict';
import { test } from 'node:test';
import { learnedPitch, learnPitch, unknownPitch } from '../../../../processors/core/lanes/pitch-calibration.ts';

const degree = Math.PI / 180;

/** Slopes of 0.6 degrees that last for some seconds, about a camera that looks 2 degrees further down than configured. */
function learn(minutes: number) {
  let calibration = unknownPitch;
  for (let index = 0; index < minutes * 60 * 15; index++)
    calibration = learnPitch(calibration, (2 + 0.6 * Math.sin(index / 60)) * degree, 0.1 * degree, 1 / 15);
  return calibration;
}

test('is not used before minutes of clear lanes', () => {
  assert.equal(learnedPitch(unknownPitch), undefined);
  assert.equal(learnedPitch(learn(0.5)), undefined);
});

test('evens out slopes and comes to the pitch of the mount', () => {
  const pitch = learnedPitch(learn(6));
  assert.ok(pitch !== undefined && Math.abs(pitch - 2 * degree) < 0.15 * degree, `${pitch}`);
});

test('begins anew when somebody has turned the camera, and not for a hill', () => {
  let calibration = learn(6);
  const see = (degrees: number, seconds: number) => {
    for (let index = 0; index < seconds * 15; index++) calibration = learnPitch(calibration, degrees * degree, 0.1 * degree, 1 / 15);
  };
  see(6, 8);
  see(2, 5);
  assert.ok(!calibration.isLost && Math.abs(learnedPitch(calibration)! - 2 * degree) < 0.2 * degree, 'a hill');
  see(6, 11);
  assert.ok(calibration.isLost);
  assert.equal(learnedPitch(calibration), undefined);
  see(6, 240);
  assert.ok(
    !calibration.isLost && Math.abs(learnedPitch(calibration)! - 6 * degree) < 0.2 * degree,
    `${calibration.pitchRadians / degree}`,
  );
});
