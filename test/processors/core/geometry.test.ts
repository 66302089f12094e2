import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createCamera, groundDistance, groundFromPixel, pixelFromGround } from '../../../processors/core/geometry.ts';

const level = { heightMeters: 1.3, pitchDegrees: 0, horizontalFieldOfViewDegrees: 65.2, bonnetFraction: 0 };
const near = (actual: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not within ${tolerance} of ${expected}`);

test('derives focal length and horizon from the configuration', () => {
  const table = [
    // The default camera: 1000 px of focal length on 1280 px, horizon in the middle row.
    { pitch: 0, width: 1280, height: 720, focal: 1000, horizon: 360 },
    // Tilted down, the horizon rises by focal · tan(pitch).
    { pitch: 5, width: 1280, height: 720, focal: 1000, horizon: 360 - 87.5 },
    // Half the picture, half the pixels.
    { pitch: 0, width: 640, height: 360, focal: 500, horizon: 180 },
  ];
  for (const { pitch, width, height, focal, horizon } of table) {
    const camera = createCamera({ ...level, pitchDegrees: pitch }, width, height);
    near(camera.focalPx, focal, 1);
    near(camera.horizonPx, horizon, 0.5);
  }
});

test('finds the point of the road again that it projected', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -10, max: 10, noNaN: true }),
      fc.double({ min: 3, max: 100, noNaN: true }),
      fc.double({ min: -10, max: 10, noNaN: true }),
      fc.double({ min: 0.5, max: 3, noNaN: true }),
      (rightMeters, forwardMeters, pitchDegrees, heightMeters) => {
        const camera = createCamera({ ...level, pitchDegrees, heightMeters }, 1280, 720);
        const pixel = pixelFromGround(camera, { rightMeters, forwardMeters })!;
        const point = groundFromPixel(camera, pixel.x, pixel.y)!;
        near(point.rightMeters, rightMeters, 1e-6);
        near(point.forwardMeters, forwardMeters, 1e-6);
        near(groundDistance(camera, pixel.y, 1, 0)!.meters, forwardMeters, 1e-6);
      },
    ),
  );
});

test('sees no road at and above the horizon', () => {
  const camera = createCamera(level, 1280, 720);
  assert.equal(groundFromPixel(camera, 640, 360), undefined);
  assert.equal(groundFromPixel(camera, 640, 100), undefined);
  assert.equal(groundDistance(camera, 360, 1, 0.005), undefined);
  assert.equal(pixelFromGround(camera, { rightMeters: 0, forwardMeters: -1 }), undefined);
});

test('gives the distance as uncertain as a shifted row and a tilted camera make it', () => {
  const camera = createCamera(level, 1280, 720);
  for (const meters of [8, 20, 60]) {
    const row = pixelFromGround(camera, { rightMeters: 0, forwardMeters: meters })!.y;
    const shifted = groundDistance(camera, row + 0.01, 0, 0)!.meters;
    near(groundDistance(camera, row, 0.01, 0)!.sigmaMeters, meters - shifted, 0.02 * (meters - shifted));
    const tilted = groundDistance(createCamera({ ...level, pitchDegrees: 0.01 }, 1280, 720), row, 0, 0)!.meters;
    near(groundDistance(camera, row, 0, (0.01 * Math.PI) / 180)!.sigmaMeters, meters - tilted, 0.02 * (meters - tilted));
  }
});
