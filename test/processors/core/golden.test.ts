import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { dangerous, quiet } from './scenarios.ts';
import { drive, judgeDrive } from './synthetic-drive.ts';

// Written anew by: UPDATE_GOLDEN=1 npm test. Whoever does so looks at what changed.
const isUpdating = process.env.UPDATE_GOLDEN === '1';
const folder = new URL('./golden/', import.meta.url);
/** Every so many frames the tracks are kept. */
const stride = 5;

const recorded = {
  'car-to-car-braking': dangerous['car braking with 6 m/s2 12 m ahead']!,
  'cutting-in': dangerous['slower car cutting in']!,
  'walker-crossing': dangerous['walker crossing from the right']!,
  'oncoming-traffic': { ...quiet['oncoming traffic in the next lane']!, seconds: 12 },
};

for (const [name, scenario] of Object.entries(recorded))
  test(`judges the recorded detections as before: ${name}`, () => {
    const frames = drive(scenario, 7);
    const judgements = judgeDrive(frames);
    const actual = rounded({
      detections: frames.reduce((sum, { frame }) => sum + frame.detections.length, 0),
      tracks: judgements.flatMap(({ tracks }, i) => (i % stride === 0 ? [{ sequence: frames[i]!.frame.sequence, tracks }] : [])),
      alerts: judgements.flatMap(({ alerts }) => alerts),
    });
    const file = new URL(`${name}.json`, folder);
    if (isUpdating) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, `${JSON.stringify(actual, null, 1)}\n`);
    }
    assert.deepEqual(actual, JSON.parse(readFileSync(file, 'utf8')));
  });

/** To four decimals, as no two machines need agree on more. */
function rounded(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_, each) => (typeof each === 'number' ? Math.round(each * 1e4) / 1e4 : each)));
}
