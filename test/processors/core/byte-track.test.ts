import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dropTracks, emptyTracker, type PictureDetection, stepTracker, type TrackerState } from '../../../processors/core/byte-track.ts';
import type { Box } from '../../../schemas/messages.ts';

const shakePx = 5;
const frameSeconds = 1 / 15;
const car = (boxPx: Box, score = 0.8, className = 'car'): PictureDetection => ({ class: className, score, boxPx });
const run = (frames: readonly (readonly PictureDetection[])[], seconds = frameSeconds, from: TrackerState = emptyTracker) =>
  frames.reduce<TrackerState>((state, detections) => stepTracker(state, detections, seconds, shakePx), from);
const box: Box = [600, 340, 660, 388];

const detection = fc
  .tuple(
    fc.constantFrom('car', 'truck', 'person', 'bicycle', 'stop sign', 'cat'),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.integer({ min: -50, max: 1250 }),
    fc.integer({ min: -50, max: 700 }),
    fc.integer({ min: 0, max: 300 }),
    fc.integer({ min: 0, max: 300 }),
  )
  .map(([className, score, x, y, w, h]): PictureDetection => ({ class: className, score, boxPx: [x, y, x + w, y + h] }));
const drive = fc.array(fc.array(detection, { maxLength: 8 }), { maxLength: 12 });

test('confirms on the third sighting', () => {
  assert.equal(run([[car(box)], [car(box)]]).tracks[0]!.state, 'tentative');
  assert.equal(run([[car(box)], [car(box)], [car(box)]]).tracks[0]!.state, 'confirmed');
});

test('forgives a tentative track one missed frame but not four', () => {
  assert.equal(run([[car(box)], [], [car(box)]]).tracks[0]!.trackId, 1);
  assert.equal(run([[car(box)], [], [], [], [], [car(box)]]).tracks[0]!.trackId, 2);
});

test('continues a confirmed track by a low score, but begins none', () => {
  const seen = [[car(box)], [car(box)], [car(box)]];
  const [track] = run([...seen, [car(box, 0.15)]]).tracks;
  assert.deepEqual([track!.trackId, track!.unseenSeconds, track!.score], [1, 0, 0.15]);
  assert.equal(run([[car(box, 0.3)]]).tracks.length, 0);
});

test('finds a lost track again within a second and not after', () => {
  const seen = run([[car(box)], [car(box)], [car(box)]]);
  const lost = (frames: number) => run([...Array.from({ length: frames }, () => []), [car(box)]], frameSeconds, seen).tracks[0]!.trackId;
  assert.equal(lost(13), 1);
  assert.equal(lost(17), 2);
});

test('keeps a small box through a nodding camera', () => {
  // 26 px wide (70 m), thrown up and down by 12 px between frames: plain IoU is below 0.3.
  const at = (shift: number) => [car([627, 350 + shift, 653, 371 + shift])];
  const state = run([at(0), at(0), at(0), at(12), at(-2), at(11), at(0)]);
  assert.deepEqual(
    state.tracks.map(({ trackId }) => trackId),
    [1],
  );
});

test('does not take the car beside for the one that is missed', () => {
  // A queue side by side: the left one comes into sight in the very frame in which the right one is missed.
  const right = car([700, 355, 760, 400]);
  const left = car([640, 355, 700, 400]);
  const after = run([[right], [right], [right], [left], [left, right]]);
  assert.deepEqual(
    after.tracks.map(({ trackId, seenPx }) => [trackId, seenPx?.[0]]),
    [
      [1, 700],
      [2, 640],
    ],
  );
});

test('does not take the car behind for the one that is missed', () => {
  // Parked cars 30 and 44 m ahead: they overlap, but the farther one is a third smaller.
  const near = car([700, 355, 760, 403]);
  const far = car([690, 357, 731, 388]);
  const after = run([[near], [near], [near], [far], [near, far]]);
  assert.deepEqual(
    after.tracks.map(({ trackId, seenPx }) => [trackId, seenPx?.[0]]),
    [
      [1, 700],
      [2, 690],
    ],
  );
});

test('votes on the class over time', () => {
  const state = run([[car(box)], [car(box, 0.7, 'truck')], [car(box)], [car(box, 0.6, 'truck')], [car(box)]]);
  assert.equal(state.tracks[0]!.class, 'car');
});

test('never makes a person of a car', () => {
  const state = run([[car(box)], [car(box)], [car(box)], [car(box, 0.9, 'person')]]);
  assert.deepEqual(
    state.tracks.map((track) => track.class),
    ['car', 'person'],
  );
});

test('makes one track of the same car found twice', () => {
  const twice = [car(box), car([603, 342, 661, 389], 0.5)];
  assert.equal(run([twice, twice, twice, twice]).tracks.length, 1);
});

test('leaves out boxes that are none', () => {
  const bad: Box[] = [
    // Not numbers.
    [Number.NaN, 0, 10, 10],
    [0, 0, Infinity, 10],
    // Turned around, and empty.
    [10, 10, 0, 0],
    [5, 5, 5, 5],
  ];
  assert.equal(run([bad.map((boxPx) => car(boxPx)), [car(box, Number.NaN)], [car(box, 0.9, 'toaster')]]).nextTrackId, 1);
});

test('gives every detection to at most one track, and every id to at most one road user', () => {
  fc.assert(
    fc.property(drive, (frames) => {
      let state = emptyTracker;
      const ended = new Set<number>();
      frames.forEach((detections, i) => {
        const before = state;
        state = stepTracker(i === 6 ? dropTracks(before) : before, detections, frameSeconds, shakePx);
        const ids = state.tracks.map(({ trackId }) => trackId);
        assert.equal(new Set(ids).size, ids.length);
        const seen = state.tracks.flatMap(({ seenPx }) => (seenPx ? [seenPx] : []));
        assert.equal(new Set(seen).size, seen.length);
        for (const { trackId } of before.tracks) if (!ids.includes(trackId)) ended.add(trackId);
        for (const id of ids) assert.ok(!ended.has(id) && id < state.nextTrackId);
      });
    }),
  );
});

test('does not depend on the order of the detections', () => {
  fc.assert(
    fc.property(drive, fc.integer(), (frames, seed) => {
      const shuffled = frames.map((detections) =>
        detections
          .map((each, i) => ({ each, key: Math.imul(seed + i, 0x9e3779b1) >>> 0 }))
          .sort((a, b) => a.key - b.key)
          .map(({ each }) => each),
      );
      assert.equal(JSON.stringify(run(shuffled)), JSON.stringify(run(frames)));
    }),
  );
});
