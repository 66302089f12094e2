import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { cameraOf, clipBox, groundDistance, horizonRow, project } from '../../../ingest/simulator/camera.ts';

const cameras = fc.record({ height: fc.double({ min: 0.5, max: 3, noNaN: true }), pitch: fc.double({ min: -8, max: 8, noNaN: true }) });
const distances = fc.double({ min: 3, max: 500, noNaN: true });

describe('simulated camera', () => {
  test('sees a level horizon in the middle row, and higher when it is tilted down', () => {
    assert.equal(horizonRow(cameraOf(1.3, 0)), 360);
    // tan(2 degrees) * 1000 px
    assert.ok(Math.abs(horizonRow(cameraOf(1.3, 2)) - (360 - 34.92)) < 0.01);
  });

  test('finds the distance of a road point from the row it is seen in', () => {
    fc.assert(
      fc.property(cameras, distances, ({ height, pitch }, distance) => {
        const camera = cameraOf(height, pitch);
        const { y } = project(camera, 0, 0, distance);
        assert.ok(Math.abs(groundDistance(camera, y) / distance - 1) < 1e-6);
      }),
    );
  });

  test('sees no road at or above the horizon', () => {
    fc.assert(
      fc.property(cameras, fc.double({ min: 0, max: 300, noNaN: true }), ({ height, pitch }, above) => {
        const camera = cameraOf(height, pitch);
        assert.equal(groundDistance(camera, horizonRow(camera) - above - 1e-6), Number.POSITIVE_INFINITY);
      }),
    );
  });

  test('shows f / Z pixels a metre when level', () => {
    fc.assert(
      fc.property(distances, fc.double({ min: -5, max: 5, noNaN: true }), (distance, lateral) => {
        const { x, scale } = project(cameraOf(1.3, 0), lateral, 1, distance);
        assert.ok(Math.abs(scale - 1000 / distance) < 1e-9);
        assert.ok(Math.abs(x - 640 - (1000 * lateral) / distance) < 1e-9);
      }),
    );
  });

  test('cuts boxes at the picture, and has none for what is outside', () => {
    const camera = cameraOf(1.3, 0);
    assert.deepEqual(clipBox(camera, [-10, 700, 30, 800]), [0, 700, 30, 720]);
    assert.equal(clipBox(camera, [1280, 10, 1400, 50]), undefined);
  });
});
