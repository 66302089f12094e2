import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type TrackSecond, TrackSeconds } from '../../../processors/sinks/track-seconds.ts';
import { track } from '../../support/track.ts';
import { perception, startUs } from './messages.ts';

test('sums up what a track did within a second', () => {
  const seconds = new TrackSeconds();
  const frames = [
    track({ score: 0.4, isLead: true, inPath: true, distanceMeters: 30, ttcSeconds: null, closingSpeedMps: -1 }),
    track({ score: 0.8, isLead: false, inPath: true, distanceMeters: 25, ttcSeconds: 5, closingSpeedMps: 5 }),
    track({ score: 0.6, class: 'truck', distanceMeters: null, ttcSeconds: 4, closingSpeedMps: 3 }),
  ];
  for (const [index, seen] of frames.entries()) assert.deepEqual(seconds.push(perception('front', 0.3 * index, [seen]), index).tracks, []);
  const [row, ...others] = seconds.push(perception('front', 1.05), 3).tracks;
  assert.deepEqual(others, []);
  assert.ok(Math.abs(row!.scoreMean - 0.6) < 1e-9);
  assert.deepEqual(
    { ...row, scoreMean: 0 },
    {
      streamId: 'front',
      vehicleId: 'van',
      second: startUs / 1e6,
      trackId: 1,
      class: 'truck',
      frames: 3,
      scoreMean: 0,
      leadFrames: 1,
      pathFrames: 2,
      distanceMinMeters: 25,
      ttcMinSeconds: 4,
      closingSpeedMaxMps: 5,
      firstOffset: 0,
    },
  );
});

test('keeps the worst of each part of a second as its risk, and none of a camera that is no vehicle’s', () => {
  const seconds = new TrackSeconds();
  const lead = (distanceMeters: number) => [track({ isLead: true, distanceMeters })];
  seconds.push({ ...perception('front', 0, lead(60)), egoSpeedMps: 20 }, 0);
  seconds.push({ ...perception('front', 0.2, lead(14)), egoSpeedMps: 20, degraded: ['camera:blurred'] }, 1);
  seconds.push({ ...perception('front', 0.4, lead(14)), egoSpeedMps: 19 }, 2);
  seconds.push({ ...perception('gate', 0, lead(14)), vehicleId: null }, 3);
  const [risk, ...others] = seconds.flush().risks;
  assert.deepEqual(others, []);
  const { streamId, frames, parts, egoSpeedMps } = risk!;
  assert.deepEqual({ streamId, frames, egoSpeedMps }, { streamId: 'front', frames: 3, egoSpeedMps: 20 });
  assert.deepEqual([parts.headway, parts.unseen, parts.gaze], [43, 20, null]);
});

test('keeps streams and tracks apart', () => {
  const seconds = new TrackSeconds();
  seconds.push(perception('front', 0, [track({ trackId: 1 }), track({ trackId: 2 })]), 0);
  seconds.push(perception('rear', 0, [track({ trackId: 1 })]), 1);
  const rows = seconds.flush().tracks.map(({ streamId, trackId, frames }) => ({ streamId, trackId, frames }));
  assert.deepEqual(rows, [
    { streamId: 'front', trackId: 1, frames: 1 },
    { streamId: 'front', trackId: 2, frames: 1 },
    { streamId: 'rear', trackId: 1, frames: 1 },
  ]);
});

test('asks to begin again at the first perception of the oldest open second', () => {
  const seconds = new TrackSeconds();
  assert.equal(seconds.openFrom, undefined);
  seconds.push(perception('front', 0.9), 10);
  seconds.push(perception('rear', 0.9), 11);
  assert.equal(seconds.openFrom, 10);
  seconds.push(perception('front', 1.1), 12);
  assert.equal(seconds.openFrom, 11);
});

test('closes the last second of a stream that has gone silent', () => {
  const seconds = new TrackSeconds();
  seconds.push(perception('front', 0), 0);
  seconds.push(perception('rear', 0), 1);
  assert.deepEqual(seconds.sweep().tracks, []);
  seconds.push(perception('rear', 0.5), 2);
  assert.deepEqual(
    seconds.sweep().tracks.map(({ streamId }) => streamId),
    ['front'],
  );
  assert.equal(seconds.openFrom, 1);
});

test('counts once what comes again, of an older epoch too, and goes on with what is new', () => {
  const seconds = new TrackSeconds();
  const frame = (epoch: number, sequence: number) => ({ ...perception('front', 0.1), epoch, sequence });
  const frames: readonly (readonly [number, number])[] = [
    [100, 0],
    [100, 1],
    [200, 0],
    // The take-over goes back.
    [100, 0],
    [100, 1],
    [200, 0],
    [200, 1],
    // The camera's next host has a clock that is behind.
    [50, 0],
    [50, 0],
    [50, 1],
  ];
  for (const [offset, [epoch, sequence]] of frames.entries()) seconds.push(frame(epoch, sequence), offset);
  assert.deepEqual(
    seconds.flush().tracks.map((row) => row.frames),
    [6],
  );
});

test('counts every picture of a camera with B-frames, once: they are shown in another order than they are sent in', () => {
  const seconds = new TrackSeconds();
  for (const [offset, sequence] of [0, 3, 2, 4, 1, 2, 7, 6, 8, 5].entries())
    seconds.push({ ...perception('front', 0.1), sequence }, offset);
  assert.deepEqual(
    seconds.flush().tracks.map((row) => row.frames),
    [9],
  );
});

test('gives the same rows in the end wherever reading was broken off and begun again', () => {
  const steps = fc.array(fc.record({ stream: fc.constantFrom('a', 'b', 'c'), frames: fc.integer({ min: 1, max: 9 }) }), {
    minLength: 1,
    maxLength: 60,
  });
  fc.assert(
    fc.property(steps, fc.array(fc.nat(60), { maxLength: 5 }), (given, breaks) => {
      // Each stream's own time moves on; one track a stream.
      const clocks = new Map<string, number>();
      const log = given.map(({ stream, frames }) => {
        const at = (clocks.get(stream) ?? 0) + frames / 15;
        clocks.set(stream, at);
        return perception(stream, at);
      });
      const unbroken = new Map<string, number>();
      read(log, 0, log.length, unbroken, true);

      const broken = new Map<string, number>();
      let from = 0;
      for (const until of breaks) from = read(log, from, Math.max(from, Math.min(until, log.length)), broken, until % 2 === 0);
      read(log, from, log.length, broken, true);
      assert.deepEqual(new Map([...broken].sort()), new Map([...unbroken].sort()));
    }),
  );
});

/** Reads a part of the log as the recorder does, keeping of two rows with one key that of more frames. @returns Where to begin again. */
function read(log: ReturnType<typeof perception>[], from: number, until: number, kept: Map<string, number>, isClosedWell: boolean): number {
  const seconds = new TrackSeconds();
  const keep = (rows: readonly TrackSecond[]) => {
    for (const { streamId, second, frames } of rows) {
      const key = `${streamId} ${second}`;
      kept.set(key, Math.max(kept.get(key) ?? 0, frames));
    }
  };
  for (let offset = from; offset < until; offset++) keep(seconds.push(log[offset]!, offset).tracks);
  const next = seconds.openFrom ?? until;
  if (isClosedWell) keep(seconds.flush().tracks);
  return next;
}
