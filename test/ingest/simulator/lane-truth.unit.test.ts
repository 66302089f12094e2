import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { laneTruthAtMeters } from '../../../ingest/simulator/lane-truth.ts';
import { dashcam, type Scenario, steady } from '../../../ingest/simulator/scenario.ts';
import { truthAt } from '../../../ingest/simulator/truth.ts';

const motorway: Scenario = {
  name: 'lane',
  description: '',
  durationSeconds: 10,
  seed: 1,
  camera: dashcam,
  road: 'motorway',
  curvature: steady(0),
  ego: { speedMps: steady(25), laneOffsetMeters: steady(0) },
  actors: [],
};
const withOffset = (laneOffsetMeters: Scenario['ego']['laneOffsetMeters']): Scenario => ({
  ...motorway,
  ego: { ...motorway.ego, laneOffsetMeters },
});
const near = (actual: number, expected: number, within = 1e-9): void =>
  assert.ok(Math.abs(actual - expected) <= within, `${actual} instead of ${expected}`);

describe('truth of the lane', () => {
  test('has lines 3.5 m apart, and the offset of the camera between them', () => {
    const { widthMeters, offsetMeters, lines } = truthAt(withOffset(steady(0.4)), 0).lane;
    near(widthMeters, 3.5);
    near(offsetMeters, 0.4);
    for (const lateral of lines[0].lateralMeters) near(lateral, -2.15);
    for (const lateral of lines[1].lateralMeters) near(lateral, 1.35);
    // 1.35 m to the line's middle, less half of its 0.15 m, less half of a car's 1.8 m
    near(lines[1].wheelMeters, 1.35 - 0.075 - 0.9);
  });

  test('follows a bend: lines lie half the curvature times the distance squared aside', () => {
    const { lines, curvaturePerMeter } = truthAt({ ...motorway, curvature: steady(0.002) }, 30).lane;
    near(curvaturePerMeter, 0.002);
    for (const [index, ahead] of laneTruthAtMeters.entries()) near(lines[1].lateralMeters[index]!, 1.75 + 0.001 * ahead * ahead, 0.01);
  });

  test('while drifting, has the rate, and a heading that makes it', () => {
    const { offsetRateMps, headingRadians, lines } = truthAt(
      withOffset([
        [0, 0],
        [10, 5],
      ]),
      60,
    ).lane;
    near(offsetRateMps, 0.5);
    // 0.5 m/s across at 25 m/s along; the road turns away to the other side.
    near(headingRadians, -0.02);
    near(lines[0].lateralMeters.at(-1)! - lines[0].lateralMeters[0]!, -0.02 * 40);
  });

  test('is that of the next lane once the middle is over the line', () => {
    const over = truthAt(withOffset(steady(2)), 0).lane;
    near(over.offsetMeters, 2 - 3.5);
    assert.deepEqual(
      over.lines.map(({ type }) => type),
      ['dashed', 'solid'],
    );
    // Beyond the outermost line it stays the outermost lane.
    near(truthAt(withOffset(steady(5.5)), 0).lane.offsetMeters, 2);
  });

  test('tells which line is painted how', () => {
    const lines = { left: { type: 'solid', wear: 0.5 }, right: { type: 'missing' } } as const;
    const [left, right] = truthAt({ ...motorway, lines }, 0).lane.lines;
    assert.deepEqual([left.type, left.wear, right.type, right.wear], ['solid', 0.5, 'missing', 0]);
    near(right.lateralMeters[0]!, 1.75);
  });

  test('has the indicator, off unless told', () => {
    const scenario: Scenario = {
      ...motorway,
      ego: {
        ...motorway.ego,
        indicator: [
          [1, 'left'],
          [2, 'off'],
        ],
      },
    };
    assert.deepEqual(
      [0, 30, 59, 60].map((frame) => truthAt(scenario, frame).indicator),
      ['off', 'left', 'left', 'off'],
    );
  });
});
