import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readFaceGeometry } from '../../../../ingest/simulator/cabin/face-geometry.ts';
import { measureFace, rightEyeShare } from '../../../../processors/core/driver/face-measure.ts';
import { eyeAspects, faceBox, irisPlaces, mouthAspect } from '../../../../processors/core/driver/face-points.ts';
import { headPose } from '../../../../processors/core/driver/head-pose.ts';

const { points: canonical } = readFaceGeometry();
const pointCount = 478;
const radians = (degrees: number) => (degrees * Math.PI) / 180;

/** MediaPipe's canonical face, turned, in pixels: 20 a centimeter around 640, 360. Yaw and roll to the driver's right, pitch up. */
function turnedFace(yaw: number, pitch: number, roll: number): Float32Array {
  const [siny, cosy] = [Math.sin(radians(-yaw)), Math.cos(radians(-yaw))];
  const [sinp, cosp] = [Math.sin(radians(-pitch)), Math.cos(radians(-pitch))];
  const [sinr, cosr] = [Math.sin(radians(roll)), Math.cos(radians(roll))];
  const turned = new Float32Array(3 * pointCount);
  for (let at = 0; at < canonical.length; at += 3) {
    const [x, y, z] = [canonical[at]!, canonical[at + 1]!, canonical[at + 2]!];
    // Roll first, then pitch, then yaw: yaw and pitch are those of the nose.
    const [xr, yr] = [cosr * x - sinr * y, sinr * x + cosr * y];
    const [yp, zp] = [cosp * yr - sinp * z, sinp * yr + cosp * z];
    const [xy, zy] = [cosy * xr + siny * zp, -siny * xr + cosy * zp];
    turned.set([640 + 20 * xy, 360 - 20 * yp, -20 * zy], at);
  }
  return turned;
}

test('tells how the head is turned, to the tenth of a degree on the canonical face', () => {
  const angle = (most: number) => fc.integer({ min: -most, max: most });
  fc.assert(
    fc.property(angle(50), angle(40), angle(30), (yaw, pitch, roll) => {
      const pose = headPose(turnedFace(yaw, pitch, roll));
      assert.ok(Math.abs(pose.yawDegrees - yaw) < 0.2, `yaw ${pose.yawDegrees}`);
      assert.ok(Math.abs(pose.pitchDegrees - pitch) < 0.2, `pitch ${pose.pitchDegrees}`);
    }),
  );
});

test('tells towards which shoulder the head leans', () => {
  for (const roll of [-30, -5, 0, 20]) assert.ok(Math.abs(headPose(turnedFace(0, 0, roll)).rollDegrees - roll) < 0.2);
});

test('a mesh without any extent gives numbers all the same', () => {
  const collapsed = new Float32Array(3 * pointCount).fill(100);
  const measure = measureFace(collapsed, false);
  for (const value of Object.values(measure).flat(2)) assert.ok(typeof value === 'boolean' || Number.isFinite(value));
});

test('measures eyes and mouth by their points, at any size, place and turn in the picture', () => {
  const face = turnedFace(0, 0, 0);
  const { left, right } = eyeAspects(face);
  assert.ok(Math.abs(left - right) < 0.01 && left > 0.2 && left < 0.35, `${left} ${right}`);
  const rolled = turnedFace(0, 0, 25);
  assert.ok(Math.abs(eyeAspects(rolled).left - left) < 0.01);
  assert.ok(Math.abs(mouthAspect(rolled) - mouthAspect(face)) < 0.01);
  const [x1, y1, x2, y2] = faceBox(face);
  assert.ok(x1 > 450 && x2 < 830 && y1 > 150 && y2 < 570 && x2 > x1 && y2 > y1);
});

test('the irises are where they lie between the corners of the eyes', () => {
  const face = turnedFace(0, 0, 0);
  const between = (from: number, to: number, share: number) =>
    [0, 1, 2].map((axis) => face[3 * from + axis]! * (1 - share) + face[3 * to + axis]! * share);
  face.set(between(33, 133, 0.3), 3 * 468);
  face.set(between(362, 263, 0.4), 3 * 473);
  const { left, right } = irisPlaces(face);
  assert.ok(Math.abs(right - 0.3) < 1e-5 && Math.abs(left - 0.4) < 1e-5);
  // The image's left is the driver's right.
  assert.ok(Math.abs(measureFace(face, false).irisPlace - 0.65) < 0.01);
});

test('the eye nearer to the camera counts', () => {
  // Who turns to the right shows the left eye.
  assert.deepEqual([-40, -12, 0, 12, 40].map(rightEyeShare), [1, 1, 0.5, 0, 0]);
});
