import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StreamState } from '../../gateway/live/stream-state.ts';
import type { StreamView } from '../../schemas/live.ts';
import { analysisStatus, perception, streamStatus } from './messages.ts';

test('tells how often and how fast a stream is analysed from what came within three seconds', () => {
  let nowUs = 10_000_000;
  const streams = new StreamState(['h264'], () => nowUs);
  streams.update(streamStatus());
  assert.deepEqual(pick(streams.view('front')), { analysedFramesPerSecond: 0, perceptionLatencyMs: null });
  for (let index = 0; index < 30; index++) {
    streams.see(perception(index, { latencyMs: index < 10 ? 80 : 40 }));
    nowUs += 100_000;
  }
  assert.deepEqual(pick(streams.view('front')), { analysedFramesPerSecond: 10, perceptionLatencyMs: 40 });
  nowUs += 4_000_000;
  assert.deepEqual(pick(streams.view('front')), { analysedFramesPerSecond: 0, perceptionLatencyMs: null });
});

test('only codecs that the egress carries can be played', () => {
  const streams = new StreamState(['h264'], () => 0);
  for (const codec of ['h264', 'h265', null]) streams.update(streamStatus({ streamId: codec ?? 'none', codec }));
  assert.deepEqual(
    streams.views.map(({ streamId, canPlay }) => [streamId, canPlay]),
    [
      ['h264', true],
      ['h265', false],
      ['none', false],
    ],
  );
});

test('streams stay in the order in which they were first announced', () => {
  const streams = new StreamState(['h264'], () => 0);
  for (const streamId of ['front', 'cabin', 'back', 'front', 'cabin']) streams.update(streamStatus({ streamId }));
  assert.deepEqual(
    streams.views.map(({ streamId }) => streamId),
    ['front', 'cabin', 'back'],
  );
});

test('what the processor says of a stream stands beside what the camera’s side says, whichever comes first', () => {
  const streams = new StreamState(['h264'], () => 0);
  const told: (string | undefined)[] = [];
  streams.changed.subscribe(({ analysis }) => told.push(analysis?.state));
  streams.updateAnalysis(analysisStatus({ state: 'failing' }));
  assert.deepEqual(streams.views, []);
  streams.update(streamStatus());
  streams.updateAnalysis(analysisStatus({ state: 'behind' }));
  streams.removeAnalysis('front');
  assert.deepEqual(told, ['failing', 'behind', undefined]);
});

test('a stream that is taken away is gone', () => {
  const streams = new StreamState(['h264'], () => 0);
  streams.update(streamStatus());
  streams.remove('front');
  assert.deepEqual(streams.views, []);
  assert.equal(streams.has('front'), false);
});

function pick(view: StreamView | undefined): Pick<StreamView, 'analysedFramesPerSecond' | 'perceptionLatencyMs'> {
  assert.ok(view);
  const { analysedFramesPerSecond, perceptionLatencyMs } = view;
  return { analysedFramesPerSecond, perceptionLatencyMs };
}
