import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Approach } from '../../../processors/core/collision.ts';
import { alongLane } from '../../../processors/core/lane-path.ts';
import { noLane, stepLanes } from '../../../processors/core/lanes/lane-follower.ts';
import { isInPath } from '../../../processors/core/path.ts';
import { roadUserOf } from '../../../processors/core/road-users.ts';
import { camera, drawMarkings, missing, straight } from './lanes/drawn-markings.ts';

const car = roadUserOf('car')!;
const seconds = 1 / 15;
const speedMps = 20;

/** A lane that has been followed for two seconds. */
function follow(curvaturePerMeter: number, isRightMissing = false) {
  let step = stepLanes(noLane, { camera, markings: { rowsPx: [], points: [], brightness: 100 }, boxes: [], seconds, isCut: true });
  for (let index = 0; index < 30; index++) {
    const shape = { ...straight, curvaturePerMeter };
    const markings = drawMarkings({
      shape,
      seed: index,
      drivenMeters: index * speedMps * seconds,
      ...(isRightMissing && { right: missing }),
    });
    step = stepLanes(step.state, { camera, markings, boxes: [], seconds, isCut: false });
  }
  return step;
}

/** What stands on the road, seen from a vehicle that follows the bend. */
function standing(distanceMeters: number, curvaturePerMeter: number, besideMeters: number): Approach {
  const ttcSeconds = distanceMeters / speedMps;
  return {
    distanceMeters,
    distanceSigmaMeters: 1,
    lateralMeters: besideMeters + (curvaturePerMeter / 2) * distanceMeters ** 2,
    lateralSpeedMps: -curvaturePerMeter * distanceMeters * speedMps,
    driftSigmaMps: 0.1,
    closingSpeedMps: speedMps,
    ttcSeconds,
    ttcSigmaSeconds: 0.1,
    enhancedTtcSeconds: ttcSeconds,
  };
}

test('follows the lane through a bend', () => {
  for (const curvature of [-0.004, 0.004]) {
    const { state, lanes } = follow(curvature);
    const inLane = alongLane(standing(40, curvature, 0), state.filter, lanes);
    assert.ok(Math.abs(inLane.lateralMeters) < 0.3 && Math.abs(inLane.lateralSpeedMps) < 0.4, JSON.stringify(inLane));
    assert.ok(isInPath(inLane, car, false));
    const beside = alongLane(standing(40, curvature, 3.3), state.filter, lanes);
    assert.ok(Math.abs(beside.lateralMeters - 3.3) < 0.3);
    assert.equal(isInPath(beside, car, false), false);
  }
});

test('has a lead in its path that keeps its distance round a bend', () => {
  const { state, lanes } = follow(0.004);
  const lead = { ...standing(40, 0.004, 0), closingSpeedMps: 0, lateralSpeedMps: 0, ttcSeconds: null, ttcSigmaSeconds: null };
  assert.equal(isInPath(lead, car, false), false, 'straight on it would be 3.2 m beside');
  assert.equal(isInPath(alongLane(lead, state.filter, lanes), car, false), true);
});

test('drives straight on where the lane does not tell', () => {
  const far = standing(90, 0.004, 0);
  const { state, lanes } = follow(0.004);
  assert.deepEqual(alongLane(far, state.filter, lanes), far, 'too far ahead');
  assert.deepEqual(alongLane(far, null, null), far, 'no lane');
  const oneLine = follow(0, true);
  assert.equal(oneLine.lanes.lines.length, 1);
  assert.deepEqual(alongLane(standing(30, 0, 0), oneLine.state.filter, oneLine.lanes), standing(30, 0, 0), 'one line');
});
