import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAnalysisBehind } from '../../../gateway/web/live/analysis.ts';
import type { StreamView } from '../../../schemas/live.ts';
import { streamStatus } from '../messages.ts';

const slow: StreamView = {
  ...streamStatus({ framesPerSecond: 30 }),
  analysedFramesPerSecond: 4.9,
  perceptionLatencyMs: 900,
  canPlay: true,
};
const cases: readonly { readonly of: string; readonly more: Partial<StreamView>; readonly isBehind: boolean }[] = [
  { of: 'a live dashcam analysed less than five times a second', more: {}, isBehind: true },
  { of: 'one analysed five times a second', more: { analysedFramesPerSecond: 5 }, isBehind: false },
  // It gives no more to analyse.
  { of: 'one that gives nine frames a second', more: { framesPerSecond: 9 }, isBehind: false },
  { of: 'one that stands still', more: { state: 'stalled' }, isBehind: false },
  { of: 'a camera that nothing analyses', more: { kind: 'roadside' }, isBehind: false },
];

for (const { of, more, isBehind } of cases)
  test(`the analysis of ${of} is ${isBehind ? '' : 'not '}behind`, () => {
    assert.equal(isAnalysisBehind({ ...slow, ...more }), isBehind);
  });
