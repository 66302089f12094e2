import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { addTracking, countTracking, type IdentifiedBox, type TrackingFrame, trackingMetrics } from '../../eval/tracking-metrics.ts';

interface Golden {
  readonly reference: string;
  readonly scenes: readonly { readonly expected: Record<string, number>; readonly frames: readonly TrackingFrame[] }[];
}
const golden = JSON.parse(readFileSync(path.join(import.meta.dirname, 'golden/tracking-metrics.json'), 'utf8')) as Golden;

const near = (actual: number, expected: number, what: string) =>
  assert.ok(Math.abs(actual - expected) < 1e-9, `${what}: ${actual}, not ${expected}`);

const at = (id: string | number, x: number): IdentifiedBox => ({ id, boxPx: [x, 0, x + 10, 10] });

describe('tracking metrics', () => {
  for (const [index, { expected, frames }] of golden.scenes.entries())
    test(`are those of the reference implementations in scene ${index + 1} (${golden.reference})`, () => {
      const counts = countTracking(frames);
      const measured = { ...counts, ...trackingMetrics(counts) } as unknown as Record<string, number>;
      for (const [name, value] of Object.entries(expected)) near(measured[name]!, value, name);
    });

  test('are perfect when the tracks are the truth', () => {
    const frames = [0, 1, 2].map((x) => ({ truth: [at('a', x), at('b', x + 50)], tracks: [at(1, x), at(2, x + 50)] }));
    const { mota, idf1, hota, identitySwitches } = trackingMetrics(countTracking(frames));
    for (const value of [mota, idf1, hota]) near(value, 1, 'each');
    assert.equal(identitySwitches, 0);
  });

  test('count a switch when two tracks change places, and half of the identities are lost', () => {
    const frames = [0, 1, 2, 3].map((x) => ({
      truth: [at('a', x), at('b', x + 50)],
      tracks: x < 2 ? [at(1, x), at(2, x + 50)] : [at(2, x), at(1, x + 50)],
    }));
    const metrics = trackingMetrics(countTracking(frames));
    assert.equal(metrics.identitySwitches, 2);
    near(metrics.mota, 1 - 2 / 8, 'mota');
    near(metrics.idf1, 0.5, 'idf1');
  });

  test('of several scenes are those of all their frames', () => {
    const scene = (id: string) => [{ truth: [at(id, 0)], tracks: id === 'a' ? [at(1, 0)] : [] }];
    const { mota, idf1 } = trackingMetrics(addTracking([countTracking(scene('a')), countTracking(scene('b'))]));
    near(mota, 0.5, 'mota');
    near(idf1, 2 / 3, 'idf1');
  });

  test('of nothing are finite', () => {
    for (const value of Object.values(trackingMetrics(countTracking([])))) assert.ok(Number.isFinite(value));
  });
});
