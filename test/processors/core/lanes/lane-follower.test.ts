import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type LaneState, type LaneStep, noLane, stepLanes } from '../../../../processors/core/lanes/lane-follower.ts';
import type { LaneShape } from '../../../../processors/core/lanes/lane-shape.ts';
import type { Box } from '../../../../schemas/messages.ts';
import { camera, type Drawing, dashed, drawMarkings, missing, solid, straight } from './drawn-markings.ts';

const seconds = 1 / 15;
const speedMps = 25;

/** Drives along a drawn road. */
function drive(
  frames: number,
  at: (timeSeconds: number) => Omit<Drawing, 'seed'>,
  { from = noLane, boxes = [], seed = 1 }: { from?: LaneState; boxes?: Box[]; seed?: number } = {},
): LaneStep[] {
  let state = from;
  return Array.from({ length: frames }, (_, index) => {
    const time = index * seconds;
    const markings = drawMarkings({ drivenMeters: speedMps * time, ...at(time), seed: seed * 1000 + index });
    const step = stepLanes(state, { camera, markings, boxes, seconds, isCut: false });
    state = step.state;
    return step;
  });
}

const shifted = (offsetMeters: number): LaneShape => ({ ...straight, leftMeters: -1.75 - offsetMeters, rightMeters: 1.75 - offsetMeters });

test('finds a lane with a dashed and a solid line, and tells place, width, bend and types', () => {
  const table: { why: string; shape: LaneShape; offsetMeters: number }[] = [
    { why: 'in the middle', shape: straight, offsetMeters: 0 },
    { why: 'left of the middle', shape: shifted(-0.5), offsetMeters: -0.5 },
    { why: 'in a bend of 400 m', shape: { ...shifted(0.2), curvaturePerMeter: 1 / 400 }, offsetMeters: 0.2 },
    { why: 'with a camera a degree aside', shape: { ...straight, headingRadians: 0.017 }, offsetMeters: 0 },
    { why: 'while braking tilts the camera by a degree', shape: { ...straight, pitchRadians: 0.017 }, offsetMeters: 0 },
  ];
  for (const { why, shape, offsetMeters } of table) {
    const { lanes } = drive(45, () => ({ shape, left: dashed })).at(-1)!;
    assert.deepEqual(
      lanes.lines.map(({ side, type }) => [side, type]),
      [
        ['left', 'dashed'],
        ['right', 'solid'],
      ],
      why,
    );
    assert.ok(Math.abs(lanes.offsetMeters! - offsetMeters) < 0.08, `${why}: ${lanes.offsetMeters} m`);
    assert.ok(Math.abs(lanes.widthMeters! - 3.5) < 0.1, `${why}: ${lanes.widthMeters} m wide`);
    assert.ok(Math.abs(lanes.curvaturePerMeter! - shape.curvaturePerMeter) < 4e-4, `${why}: ${lanes.curvaturePerMeter} 1/m`);
  }
});

test('follows a drift, and tells its rate and when the wheel reaches the line', () => {
  const { lanes } = drive(60, (time) => ({ shape: shifted(Math.max(0, time - 2) * 0.3) })).at(-1)!;
  assert.ok(Math.abs(lanes.offsetRateMps! - 0.3) < 0.1, `${lanes.offsetRateMps} m/s`);
  // 0.58 m of drift leave 0.20 m between the wheel and the line's edge.
  assert.ok(Math.abs(lanes.crossingSeconds! - 0.67) < 0.35, `${lanes.crossingSeconds} s`);
});

test('takes the lane beside for its own once the camera has crossed the line', () => {
  const steps = drive(75, (time) => ({ shape: shifted(Math.max(0, time - 2) * 0.8), right: dashed }));
  assert.deepEqual(
    steps.flatMap(({ crossed }) => crossed ?? []),
    ['right'],
  );
});

test('says that nothing is found on a road without lines', () => {
  for (const { lanes, degraded } of drive(60, () => ({ shape: straight, left: missing, right: missing }))) {
    assert.deepEqual(lanes.lines, []);
    assert.deepEqual([lanes.offsetMeters, degraded], [null, ['lanes:not-found']]);
  }
});

test('names the night where it is dark', () => {
  assert.deepEqual(drive(1, () => ({ shape: straight, left: missing, right: missing, brightness: 30 }))[0]!.degraded, ['lanes:night']);
});

test('gives lines up within two seconds of their end', () => {
  const before = drive(45, () => ({ shape: straight })).at(-1)!;
  const after = drive(60, () => ({ shape: straight, left: missing, right: missing }), { from: before.state, seed: 2 });
  assert.equal(before.lanes.lines.length, 2);
  for (const { lanes } of after.slice(30)) assert.deepEqual(lanes.lines, []);
});

test('tells one line where there is only one', () => {
  for (const { lanes } of drive(60, () => ({ shape: straight, left: missing, right: solid })).slice(20))
    assert.deepEqual(
      lanes.lines.map(({ side }) => side),
      ['right'],
    );
});

test('keeps the lane while a car ahead hides most of it', () => {
  const before = drive(45, () => ({ shape: straight })).at(-1)!;
  const boxes: Box[] = [[400, 250, 880, 560]];
  for (const { lanes } of drive(30, () => ({ shape: straight }), { from: before.state, boxes })) {
    assert.equal(lanes.lines.length, 2);
    assert.ok(Math.abs(lanes.offsetMeters!) < 0.1, `${lanes.offsetMeters} m`);
  }
});

test('comes nearer to the pitch of a camera that is configured one degree wrong', () => {
  const wrong = { ...straight, pitchRadians: Math.PI / 180 };
  const { calibration } = drive(15 * 40, () => ({ shape: wrong })).at(-1)!.state;
  assert.ok(Math.abs(calibration.pitchRadians - wrong.pitchRadians) < 0.004, `${calibration.pitchRadians}`);
});

test('goes on from a state that went through JSON as if nothing had happened', () => {
  const road = () => ({ shape: straight, left: dashed });
  const before = drive(20, road).at(-1)!.state;
  const on = (from: LaneState) => JSON.stringify(drive(10, road, { from }));
  assert.equal(on(JSON.parse(JSON.stringify(before))), on(before));
});

test('gives only finite numbers, whatever is taken for markings', () => {
  const point = fc.record({ row: fc.integer({ min: 0, max: 71 }), columnPx: fc.double({ min: 0, max: 1280, noNaN: true }) });
  const { rowsPx } = drawMarkings({ shape: straight, seed: 1 });
  const frame = fc.record({ points: fc.array(point, { maxLength: 200 }), seconds: fc.double({ min: 0.01, max: 2, noNaN: true }) });
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 8 }), (frames) => {
      let state = noLane;
      for (const { points, seconds: step } of frames) {
        const placed = points.map(({ row, columnPx }) => ({ rowPx: rowsPx[row % rowsPx.length]!, columnPx, contrast: 20 }));
        const markings = { rowsPx, points: placed.sort((a, b) => b.rowPx - a.rowPx), brightness: 100 };
        const result = stepLanes(state, { camera, markings, boxes: [], seconds: step, isCut: false });
        state = result.state;
        // JSON turns what is not finite into null.
        assert.deepEqual(JSON.parse(JSON.stringify(result)), result);
      }
    }),
    { numRuns: 30 },
  );
});
