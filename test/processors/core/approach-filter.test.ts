import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type ApproachState,
  correctApproach,
  predictApproach,
  reclassifyApproach,
  startApproach,
  surpriseOf,
} from '../../../processors/core/approach-filter.ts';
import { boxBiasOf } from '../../../processors/core/box-bias.ts';
import { readApproach, timeToContact } from '../../../processors/core/collision.ts';
import { createCamera } from '../../../processors/core/geometry.ts';
import { roadUserOf } from '../../../processors/core/road-users.ts';
import { directionOf, isFlat, isHidden, sight } from '../../../processors/core/sighting.ts';
import type { Box } from '../../../schemas/messages.ts';

const camera = createCamera({ heightMeters: 1.3, pitchDegrees: 0, horizontalFieldOfViewDegrees: 65.2, bonnetFraction: 0.1 }, 1280, 720);
const exact = { widthFactor: 1, widthPaddingPx: 0, heightPaddingPx: 0 };
const car = roadUserOf('car')!;
const near = (actual: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not within ${tolerance} of ${expected}`);
const boxAt = (meters: number, right = 0, width = 1.8, height = 1.5): Box => {
  const scale = camera.focalPx / meters;
  return [640 + scale * (right - width / 2), 360 + scale * (1.3 - height), 640 + scale * (right + width / 2), 360 + scale * 1.3];
};
/** Follows exact boxes of a car at the given distances. */
function follow(
  meters: (seconds: number) => number,
  seconds: number,
  step = 1 / 15,
  right: (seconds: number) => number = () => 0,
): ApproachState {
  let state = startApproach(sight(camera, boxAt(meters(0), right(0)), 1, car, exact), car)!;
  for (let i = 1; i * step <= seconds + 1e-9; i++)
    state = correctApproach(
      predictApproach(state, car, step),
      sight(camera, boxAt(meters(i * step), right(i * step)), 1, car, exact),
      car,
      step,
    );
  return state;
}

test('reads from a box what the picture does not cut off', () => {
  const table: { box: Box; width: boolean; height: boolean; ground: boolean; why: string }[] = [
    { box: [600, 330, 680, 400], width: true, height: true, ground: true, why: 'whole' },
    { box: [0, 330, 680, 400], width: false, height: true, ground: true, why: 'left edge' },
    { box: [600, 330, 1279, 400], width: false, height: true, ground: true, why: 'right edge' },
    { box: [500, 1, 800, 600], width: true, height: false, ground: true, why: 'upper edge' },
    { box: [500, 200, 800, 647], width: true, height: false, ground: false, why: 'own bonnet, which begins at 648' },
    { box: [500, 200, 800, 718], width: true, height: false, ground: false, why: 'lower edge' },
    { box: [700, 330, 780, 400], width: false, height: true, ground: true, why: 'beside the axis, where it shows its flank' },
    { box: [600, 330, 680, 361], width: true, height: true, ground: false, why: 'ends at the horizon: not on the road' },
  ];
  for (const { box, width, height, ground, why } of table) {
    const sighting = sight(camera, box, 1, car, exact);
    assert.deepEqual([sighting.width !== null, sighting.height !== null, sighting.ground !== null], [width, height, ground], why);
  }
});

test('knows a box that a nearer one hides', () => {
  const box: Box = [600, 350, 640, 380];
  const table: { why: string; other: Box; expected: boolean }[] = [
    { why: 'a nearer one over half of it', other: [620, 340, 690, 395], expected: true },
    { why: 'a farther one, which it hides itself', other: [620, 352, 650, 375], expected: false },
    { why: 'a neighbour that touches it', other: [638, 340, 700, 395], expected: false },
    { why: 'itself', other: box, expected: false },
  ];
  for (const { why, other, expected } of table) assert.equal(isHidden(box, [other]), expected, why);
});

test('fuses the known size and the contact with the road by their variances', () => {
  // A car 1.9 m wide and 1.6 m high at 20 m.
  const sighting = sight(camera, boxAt(20, 0, 1.9, 1.6), 1, car, exact);
  const looks = [
    { value: Math.log(car.widthMeters!) - sighting.width!.value, variance: car.widthSpread! ** 2 + sighting.width!.sigma ** 2 },
    { value: Math.log(car.heightMeters) - sighting.height!.value, variance: car.heightSpread ** 2 + sighting.height!.sigma ** 2 },
    { value: sighting.ground!.value, variance: sighting.ground!.sigma ** 2 },
  ];
  const weight = looks.reduce((sum, { variance }) => sum + 1 / variance, 0);
  const mean = looks.reduce((sum, { value, variance }) => sum + value / variance, 0) / weight;
  const { distanceMeters, distanceSigmaMeters } = readApproach(startApproach(sighting, car)!);
  near(distanceMeters, Math.exp(mean), 0.03);
  near(distanceSigmaMeters, Math.exp(mean) / Math.sqrt(weight), 0.03);
});

test("takes the detector's bias out of the size", () => {
  const [x1, y1, x2, y2] = boxAt(40);
  const { widthFactor, widthPaddingPx, heightPaddingPx } = boxBiasOf('centernet');
  const drawn = (x2 - x1) * widthFactor + widthPaddingPx;
  const sighting = sight(camera, [640 - drawn / 2, y1 - heightPaddingPx, 640 + drawn / 2, y2], 1, car, boxBiasOf('centernet'));
  near(sighting.width!.value, Math.log(((1.8 / 40) * 1000) / camera.focalPx), 1e-3);
  near(sighting.height!.value, Math.log(1.5 / 40), 1e-3);
  assert.deepEqual(boxBiasOf('constructor'), boxBiasOf('never measured'));
});

test('learns the true size of an unusual car from the road below it', () => {
  // 2.05 m wide, 1.9 m high: by size alone it would seem 13 % nearer.
  let state = startApproach(sight(camera, boxAt(15, 0, 2.05, 1.9), 1, car, exact), car)!;
  for (let i = 0; i < 150; i++)
    state = correctApproach(predictApproach(state, car, 1 / 15), sight(camera, boxAt(15, 0, 2.05, 1.9), 1, car, exact), car, 1 / 15);
  near(readApproach(state).distanceMeters, 15, 0.5);
});

test('finds closing speed and time to collision of exact approaches', () => {
  const table = [
    { why: 'a standing car at 80 km/h', meters: (t: number) => 70 - 22.2 * t, seconds: 1.5, speed: 22.2, tolerance: 0.08 },
    { why: 'following', meters: () => 25, seconds: 3, speed: 0, tolerance: 0 },
    { why: 'falling behind', meters: (t: number) => 20 + 3 * t, seconds: 3, speed: -3, tolerance: 0 },
    { why: 'a lead that brakes with 6 m/s²', meters: (t: number) => 30 - 3 * t * t, seconds: 2, speed: 12, tolerance: 0.12 },
  ];
  for (const { why, meters, seconds, speed, tolerance } of table) {
    const approach = readApproach(follow(meters, seconds));
    near(approach.closingSpeedMps, speed, Math.max(0.3, Math.abs(speed) * 0.12));
    if (speed > 0) near(approach.ttcSeconds! / (meters(seconds) / speed), 1, tolerance);
    else assert.equal(approach.ttcSeconds, null, why);
  }
});

test('needs no calibration for the time to collision', () => {
  const away = { ...camera, heightMeters: 2, horizonPx: 330, pitchRadians: 0.03 };
  let state = startApproach(sight(away, boxAt(50), 1, car, exact), car)!;
  for (let i = 1; i <= 22; i++)
    state = correctApproach(predictApproach(state, car, 1 / 15), sight(away, boxAt(50 - 1.2 * i), 1, car, exact), car, 1 / 15);
  near(readApproach(state).ttcSeconds! / ((50 - 1.2 * 22) / 18), 1, 0.1);
});

test('holds at 2 and at 60 frames a second', () => {
  for (const step of [0.5, 1 / 60]) near(readApproach(follow((t) => 60 - 10 * t, 3, step)).ttcSeconds! / 3, 1, 0.08);
});

test('lets one wild box hardly move the time to collision', () => {
  const calm = follow((t) => 40 - 8 * t, 2);
  const wild = correctApproach(predictApproach(calm, car, 1 / 15), sight(camera, boxAt(17), 1, car, exact), car, 1 / 15);
  near(readApproach(wild).ttcSeconds! / readApproach(calm).ttcSeconds!, 1, 0.2);
});

test('tells the near face of a vehicle from its flank', () => {
  // A car 3.5 m to the right and 12 m ahead whose box reaches to its front 16.3 m ahead.
  const box: Box = [640 + (1000 * 2.6) / 16.3, 343, 640 + (1000 * 4.4) / 12, 468];
  near(directionOf(sight(camera, box, 1, car, exact), car, 12).value, 3.5 / 12, 0.01);
});

test('takes no approach from a picture that drifts sideways', () => {
  // The own car turns: everything moves across the picture, nothing becomes larger.
  const turned = readApproach(
    follow(
      () => 20,
      1.5,
      1 / 15,
      (t) => 4 * t,
    ),
  );
  assert.ok(Math.abs(turned.closingSpeedMps) < 0.3);
  near(turned.lateralSpeedMps, 4, 1);
});

test('keeps the motion when the class changes', () => {
  const state = follow((t) => 40 - 8 * t, 2);
  const truck = roadUserOf('truck')!;
  const changed = readApproach(reclassifyApproach(state, sight(camera, boxAt(24), 1, truck, exact), truck));
  near(changed.ttcSeconds!, readApproach(state).ttcSeconds!, 1e-9);
});

test('solves for the contact of an accelerated approach', () => {
  const table: [rate: number, acceleration: number, seconds: number | null][] = [
    // Constant speed: the inverse of the rate.
    [0.5, 0, 2],
    // From rest with 2·D/s²: D = t².
    [0, 2, 1],
    // Braking that stops just before.
    [0.5, -0.13, null],
    // Braking that is not enough.
    [0.5, -0.12, (0.5 - Math.sqrt(0.01)) / 0.12],
    // Falling behind, and for good.
    [-0.5, 0, null],
    // Standing still.
    [0, 0, null],
  ];
  for (const [rate, acceleration, seconds] of table) {
    const found = timeToContact(rate, acceleration);
    if (seconds === null) assert.equal(found, null);
    else near(found!, seconds, 1e-9);
  }
});

test('meets sooner the faster the gap shrinks', () => {
  const rate = fc.double({ min: 0.05, max: 5, noNaN: true });
  fc.assert(
    fc.property(rate, rate, fc.double({ min: -0.5, max: 3, noNaN: true }), (a, b, acceleration) => {
      const [slow, fast] = [timeToContact(Math.min(a, b), acceleration), timeToContact(Math.max(a, b), acceleration)];
      if (slow !== null) assert.ok(fast !== null && fast <= slow + 1e-9);
    }),
  );
});

test('never gives anything but finite numbers, whatever it sees', () => {
  const edge = fc.double({ min: 0, max: 1280, noNaN: true });
  const look = fc.record({
    seconds: fc.double({ min: 0.01, max: 2, noNaN: true }),
    box: fc.option(fc.tuple(edge, edge, edge, edge)),
  });
  fc.assert(
    fc.property(fc.array(look, { maxLength: 40 }), fc.constantFrom('car', 'truck', 'person', 'motorcycle'), (looks, className) => {
      const user = roadUserOf(className)!;
      let state: ApproachState | undefined;
      for (const { seconds, box } of looks) {
        if (state) state = predictApproach(state, user, seconds);
        if (box) {
          const [a, b, c, d] = box;
          const sorted: Box = [Math.min(a, c), Math.min(b, d) * 0.5, Math.max(a, c) + 1, Math.max(b, d) * 0.5 + 1];
          const sighting = sight(camera, sorted, 0.3, user, boxBiasOf('centernet'));
          state = state ? correctApproach(state, sighting, user, seconds) : startApproach(sighting, user);
        }
        if (!state) continue;
        for (const [name, value] of Object.entries(readApproach(state)))
          assert.ok(value === null || Number.isFinite(value), `${name} is ${value}`);
        for (const value of [...state.mean, ...state.covariance]) assert.ok(Number.isFinite(value));
      }
    }),
    { numRuns: 300 },
  );
});

test('believes the size of a box the less, the less the detector believes in it', () => {
  const spreadOf = (score: number) => sight(camera, boxAt(40), score, car, exact).height!.sigma;
  assert.ok(spreadOf(0.2) > 1.5 * spreadOf(0.4));
  assert.equal(spreadOf(0.6), spreadOf(0.9));
});

test('is surprised by a box of another size, not by an approach', () => {
  const state = follow((t) => 80 - 20 * t, 1);
  const surpriseAt = (meters: number) => surpriseOf(predictApproach(state, car, 1 / 15), sight(camera, boxAt(meters), 1, car, exact));
  assert.ok(surpriseAt(60 - 20 / 15) < 1);
  // The box of a car one third nearer.
  assert.ok(surpriseAt(40) > 3);
});

test('takes a lane dash for no vehicle, and a far car under a camera that is 2 degrees off for one', () => {
  assert.ok(isFlat(sight(camera, boxAt(16, 0, 1, 0.3), 0.6, car, exact)));
  assert.ok(!isFlat(sight(camera, boxAt(16), 0.6, car, exact)));
  const down = camera.focalPx * Math.tan((2 * Math.PI) / 180);
  const [x1, y1, x2, y2] = boxAt(50);
  assert.ok(!isFlat(sight(camera, [x1, y1 + down, x2, y2 + down], 0.6, car, exact)));
});
