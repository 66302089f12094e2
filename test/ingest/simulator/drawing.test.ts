import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { dashcam, type Scenario, steady } from '../../../ingest/simulator/scenario.ts';
import { renderScenario } from '../../../ingest/simulator/simulate.ts';
import { truthAt } from '../../../ingest/simulator/truth.ts';

const [width, height] = [1280, 720];

const empty: Scenario = {
  name: 'empty',
  description: '',
  durationSeconds: 2,
  seed: 4,
  camera: dashcam,
  road: 'motorway',
  curvature: steady(0),
  ego: { speedMps: steady(20), laneOffsetMeters: steady(0) },
  actors: [],
};
const lone = (startMeters: number, lateralMeters: number, model: 'saloon' | 'truck' | 'person'): Scenario => ({
  ...empty,
  actors: [{ actorId: 'it', model, paint: 'red', startMeters, speedMps: steady(20), lateralMeters: steady(lateralMeters) }],
});

function luma(scenario: Scenario, frame: number): Uint8Array {
  for (const { frameIndex, i420 } of renderScenario(scenario, { frames: frame + 1 }))
    if (frameIndex === frame) return i420.slice(0, width * height);
  throw new Error('no such frame');
}

/** First and last column that differ clearly in the given rows, and the first such row in the given columns. */
function changed(a: Uint8Array, b: Uint8Array, rows: readonly [number, number]): { left: number; right: number; top: number } {
  let [left, right, top] = [width, 0, height];
  for (let y = 0; y < rows[1]; y++)
    for (let x = 0; x < width; x++) {
      if (Math.abs(a[y * width + x]! - b[y * width + x]!) < 14) continue;
      top = Math.min(top, y);
      if (y < rows[0]) continue;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
    }
  return { left, right, top };
}

describe('drawn road', () => {
  // Straight ahead, in the next lane with its flank in view, and far.
  for (const [model, distance, lateral] of [
    ['saloon', 15, 0],
    ['saloon', 22, -3.5],
    ['saloon', 50, 3.5],
    ['truck', 30, 3.5],
    ['person', 18, 1],
  ] as const)
    test(`shows a ${model} ${distance} m ahead where the truth says`, () => {
      const scenario = lone(distance, lateral, model);
      const [x1, y1, x2, y2] = truthAt(scenario, 0).actors[0]!.boxPx;
      // Above the shadow on the ground, which is no part of it.
      const rows = [Math.round(y1 + (y2 - y1) * 0.2), Math.round(y1 + (y2 - y1) * 0.6)] as const;
      const { left, right, top } = changed(luma(scenario, 0), luma(empty, 0), rows);
      const tolerance = model === 'person' ? 0.16 * (x2 - x1) : 2.5 + 0.03 * (x2 - x1);
      assert.ok(Math.abs(left - x1) <= tolerance, `left ${left}, truth ${x1}`);
      assert.ok(Math.abs(right - x2) <= tolerance, `right ${right}, truth ${x2}`);
      assert.ok(Math.abs(top - y1) <= 3, `top ${top}, truth ${y1}`);
    });

  test('flows: the road moves between frames, the sky does not', () => {
    const [a, b] = [luma(empty, 0), luma(empty, 1)];
    const moved = (from: number, to: number): number => {
      let sum = 0;
      // The middle columns: no tree reaches into the sky there.
      for (let y = from; y < to; y++) for (let x = 400; x < 880; x++) sum += Math.abs(a[y * width + x]! - b[y * width + x]!);
      return sum / ((to - from) * 480);
    };
    assert.ok(moved(0, 100) < 0.1);
    assert.ok(moved(500, 720) > 2 * moved(0, 100));
  });

  test('stays within what video allows', () => {
    const picture = luma(lone(8, 0, 'saloon'), 0);
    assert.ok(picture.every((value) => value >= 12 && value <= 240));
  });

  test('is the same every time', () => {
    assert.deepEqual(luma(lone(20, 0, 'saloon'), 3), luma(lone(20, 0, 'saloon'), 3));
  });
});
