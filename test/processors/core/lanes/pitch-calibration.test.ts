import assert from 'node:assert/strict';
import { test } from 'node:test';
import { learnPitch, unknownPitch } from '../../../../processors/core/lanes/pitch-calibration.ts';

const degree = Math.PI / 180;

/** Slopes of 0.6 degrees that last for some seconds, about a camera that looks 2 degrees further down than configured. */
function learn(minutes: number) {
  let calibration = unknownPitch;
  for (let index = 0; index < minutes * 60 * 15; index++)
    calibration = learnPitch(calibration, (2 + 0.6 * Math.sin(index / 60)) * degree, 0.1 * degree, 1 / 15);
  return calibration;
}

test('evens out slopes and comes to the pitch of the mount', () => {
  const { pitchRadians, variance } = learn(6);
  assert.ok(Math.abs(pitchRadians - 2 * degree) < 0.15 * degree && Math.sqrt(variance) < 0.15 * degree, `${pitchRadians}, ${variance}`);
});

test('begins anew when somebody has turned the camera, and not for a hill', () => {
  let calibration = learn(6);
  const see = (degrees: number, seconds: number) => {
    for (let index = 0; index < seconds * 15; index++) calibration = learnPitch(calibration, degrees * degree, 0.1 * degree, 1 / 15);
  };
  see(6, 8);
  see(2, 5);
  assert.ok(!calibration.isLost && Math.abs(calibration.pitchRadians - 2 * degree) < 0.2 * degree, 'a hill');
  see(6, 11);
  assert.ok(calibration.isLost);
  assert.ok(Math.sqrt(calibration.variance) > 0.5 * degree, 'as little is known as at first');
  see(6, 240);
  assert.ok(!calibration.isLost && Math.abs(calibration.pitchRadians - 6 * degree) < 0.2 * degree, `${calibration.pitchRadians / degree}`);
});
