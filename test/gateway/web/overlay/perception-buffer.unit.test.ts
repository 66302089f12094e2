import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PerceptionBuffer } from '../../../../gateway/web/live/overlay/perception-buffer.ts';
import type { Box } from '../../../../schemas/messages.ts';
import { perception, track } from '../messages.ts';

const second = 90_000;
const still: Box = [100, 100, 200, 200];

function holding(...perceptions: Parameters<PerceptionBuffer['add']>[0][]): PerceptionBuffer {
  const buffer = new PerceptionBuffer();
  for (const one of perceptions) buffer.add(one);
  return buffer;
}

for (const mode of ['exact', 'lowestLatency'] as const)
  test(`${mode}: an analysed frame is drawn with what was seen in it`, () => {
    const buffer = holding(perception(0, [track(1, still)]), perception(6000, [track(1, [110, 100, 210, 200])]));
    const overlay = buffer.overlayFor(6000, mode);
    assert.equal(overlay?.origin, 'own');
    assert.deepEqual(overlay.boxes[0]?.boxPx, [110, 100, 210, 200]);
  });

test('a frame between two analysed ones is drawn from both, by its time', () => {
  const buffer = holding(perception(0, [track(1, still)]), perception(6000, [track(1, [140, 100, 240, 204])]));
  const overlay = buffer.overlayFor(1500, 'exact');
  assert.equal(overlay?.origin, 'between');
  assert.deepEqual(overlay.boxes[0]?.boxPx, [110, 100, 210, 201]);
});

test('a track seen in only one of the two neighbours is not drawn between them', () => {
  const buffer = holding(perception(0, [track(1, still), track(2, still)]), perception(6000, [track(1, still), track(3, still)]));
  assert.deepEqual(
    buffer.overlayFor(3000, 'exact')?.boxes.map((box) => box.track.trackId),
    [1],
  );
});

test('exact mode draws nothing on a frame whose later neighbour is not known', () => {
  assert.equal(holding(perception(0, [track(1, still)])).overlayFor(3000, 'exact'), undefined);
});

test('exact mode draws nothing across a gap in the analysis', () => {
  const buffer = holding(perception(0, [track(1, still)]), perception(second, [track(1, still)]));
  assert.equal(buffer.overlayFor(second / 2, 'exact'), undefined);
});

test('lowest latency moves boxes forward by their velocities', () => {
  const buffer = holding(perception(0, [track(1, still, { boxVelocityPxps: [10, 0, 30, -20] })]));
  const overlay = buffer.overlayFor(second / 5, 'lowestLatency');
  assert.equal(overlay?.origin, 'predicted');
  assert.equal(overlay.opacity, 1);
  assert.deepEqual(overlay.boxes[0]?.boxPx, [102, 100, 206, 196]);
});

test('a prediction stands still after 0.4 s, fades, and is gone after 0.6 s', () => {
  const buffer = holding(perception(0, [track(1, still, { boxVelocityPxps: [100, 0, 100, 0] })]));
  const fading = buffer.overlayFor(second * 0.5, 'lowestLatency');
  assert.equal(fading?.opacity.toFixed(6), '0.500000');
  assert.deepEqual(fading.boxes[0]?.boxPx, [140, 100, 240, 200]);
  assert.equal(buffer.overlayFor(second * 0.61, 'lowestLatency'), undefined);
});

/** Every `seconds` one, four of them; the box moves 100 px/s to the right. */
function paced(seconds: number, ...more: Parameters<PerceptionBuffer['add']>[0][]): PerceptionBuffer {
  const usual = [0, 1, 2, 3].map((index) => perception(index * seconds * second, [track(1, still, { boxVelocityPxps: [100, 0, 100, 0] })]));
  return holding(...usual, ...more);
}

const gaps = [
  // Three intervals, and 0.6 s where these are longer.
  { seconds: 0.1, bridged: 0.3, torn: 0.31 },
  { seconds: 0.25, bridged: 0.6, torn: 0.61 },
  // However often is analysed, a quarter of a second.
  { seconds: 1 / 30, bridged: 0.25, torn: 0.26 },
];
for (const { seconds, bridged, torn } of gaps)
  test(`analysed every ${seconds.toFixed(2)} s, a gap of ${bridged} s is bridged, one of ${torn} s is not`, () => {
    const last = 3 * seconds * second;
    const at = last + 0.1 * second;
    const after = (gap: number) => paced(seconds, perception(last + gap * second, [track(1, still)]));
    assert.equal(after(bridged).overlayFor(at, 'exact')?.origin, 'between');
    assert.equal(after(torn).overlayFor(at, 'exact'), undefined);
  });

const reaches = [
  { seconds: 0.1, reach: 0.4 },
  { seconds: 0.3, reach: 0.6 },
  { seconds: 0.7, reach: 0.8 },
];
for (const { seconds, reach } of reaches)
  test(`analysed every ${seconds} s, boxes move on for ${reach} s`, () => {
    const overlay = paced(seconds).overlayFor(Math.round((3 * seconds + reach + 0.1) * second), 'lowestLatency');
    assert.equal(overlay?.opacity.toFixed(6), '0.500000');
    assert.equal(overlay.boxes[0]?.boxPx[0].toFixed(6), (100 + 100 * reach).toFixed(6));
  });

test('nothing is drawn on a frame before the first perception', () => {
  assert.equal(holding(perception(6000, [track(1, still)])).overlayFor(3000, 'lowestLatency'), undefined);
});

test('perceptions are found across the wrap of the RTP clock', () => {
  const buffer = holding(perception(2 ** 32 - 3000, [track(1, still)]), perception(3000, [track(1, [120, 100, 220, 200])]));
  assert.deepEqual(buffer.overlayFor(0, 'exact')?.boxes[0]?.boxPx, [110, 100, 210, 200]);
});

test('a new connection of the camera forgets the timestamps of the last one, whose late perceptions are ignored', () => {
  const buffer = holding(
    perception(6000, [track(1, still)], 1),
    perception(9000, [track(2, still)], 2),
    perception(12_000, [track(1, still)], 1),
  );
  assert.equal(buffer.own(6000), undefined);
  assert.equal(buffer.own(12_000), undefined);
  assert.equal(buffer.own(9000)?.epoch, 2);
});

test('perceptions older than five seconds are let go', () => {
  const buffer = holding(perception(0, []), perception(6 * second, []));
  assert.equal(buffer.own(0), undefined);
});

test('in whatever order and however often they come, every frame gets its own perception', () => {
  const frames = Array.from({ length: 30 }, (_, index) => (2 ** 32 - 30_000 + index * 3000) >>> 0);
  const orders = fc.tuple(
    fc.shuffledSubarray(frames, { minLength: frames.length, maxLength: frames.length }),
    fc.array(fc.constantFrom(...frames)),
  );
  fc.assert(
    fc.property(orders, ([once, again]) => {
      const buffer = holding(...[...once, ...again].map((rtpTimestamp) => perception(rtpTimestamp, [track(rtpTimestamp, still)])));
      for (const rtpTimestamp of frames) assert.equal(buffer.overlayFor(rtpTimestamp, 'exact')?.boxes[0]?.track.trackId, rtpTimestamp);
    }),
  );
});
