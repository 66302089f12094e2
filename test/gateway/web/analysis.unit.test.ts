import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analysisTrouble } from '../../../gateway/web/live/analysis.ts';
import type { StreamView } from '../../../schemas/live.ts';
import { analysisStatus, streamStatus } from '../messages.ts';

const slow: StreamView = {
  ...streamStatus({ framesPerSecond: 30 }),
  analysedFramesPerSecond: 4.9,
  perceptionLatencyMs: 900,
  analysis: null,
  canPlay: true,
};
const behind = analysisStatus({ state: 'behind', framesPerSecond: 4.9, ageMs: 850 });
const failing = analysisStatus({ state: 'failing', errorCode: 'DECODE_FAILED', errorMessage: 'Access unit 7 cannot be decoded.' });

const cases: readonly { readonly of: string; readonly more: Partial<StreamView>; readonly trouble: string | undefined }[] = [
  { of: 'a live dashcam analysed less than five times a second', more: {}, trouble: 'behind' },
  { of: 'one whose processor says so, too', more: { analysis: behind }, trouble: 'behind' },
  // It may be asked for no more than that.
  { of: 'one whose processor is content', more: { analysis: analysisStatus() }, trouble: undefined },
  { of: 'one analysed five times a second', more: { analysedFramesPerSecond: 5, analysis: behind }, trouble: undefined },
  // It gives no more to analyse.
  { of: 'one that gives nine frames a second', more: { framesPerSecond: 9 }, trouble: undefined },
  { of: 'one whose pictures cannot be decoded', more: { analysedFramesPerSecond: 0, analysis: failing }, trouble: 'failing' },
  // Its last words were good ones.
  { of: 'one whose processor is gone', more: { analysedFramesPerSecond: 0, analysis: analysisStatus() }, trouble: 'absent' },
  { of: 'one that no processor has spoken of', more: { analysedFramesPerSecond: 0 }, trouble: 'absent' },
  { of: 'one that stands still', more: { state: 'stalled', analysis: failing }, trouble: undefined },
  { of: 'a camera that nothing analyses', more: { kind: 'roadside' }, trouble: undefined },
];

for (const { of, more, trouble } of cases)
  test(`the trouble with the analysis of ${of}: ${trouble ?? 'none'}`, () => {
    assert.equal(analysisTrouble({ ...slow, ...more })?.name, trouble);
  });

test('says how far behind the analysis is, and why pictures cannot be analysed', () => {
  assert.match(analysisTrouble({ ...slow, analysis: behind })!.message, /4\.9 of 15 frames\/s, 850 ms late/);
  assert.match(analysisTrouble({ ...slow, analysis: failing })!.message, /Access unit 7 cannot be decoded\./);
});
