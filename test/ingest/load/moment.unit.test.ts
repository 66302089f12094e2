import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseLoadAddress } from '../../../ingest/load/address.ts';
import { captureTimeUs, frameCountAt, loadMomentAt, momentOf, wholeLoops } from '../../../ingest/load/moment.ts';

const url = 'load:braking-lead?fps=5&phase=2.5';
const request = parseLoadAddress(url);
const startUs = 1_800_000_000_000_000;
const first = Math.ceil(frameCountAt(request, startUs));
const unit = (count: number) => ({ capturedAtUs: captureTimeUs(request, count) });

test('every picture tells by its capture time which loop and which frame of it it is', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 0, max: 8000 }),
      fc.integer({ min: 0, max: 2 ** 36 }),
      (framesPerSecond, phaseMs, count) => {
        const address = `load:braking-lead?fps=${framesPerSecond}&phase=${phaseMs / 1000}`;
        const asked = parseLoadAddress(address);
        const moment = loadMomentAt(address, captureTimeUs(asked, count));
        assert.deepEqual(moment, momentOf(asked, count));
        assert.equal(moment.loop * asked.framesPerLoop + moment.frame, count);
      },
    ),
  );
});

test('the phase is how far the drive is ahead', () => {
  const plain = loadMomentAt('load:braking-lead?fps=5', startUs);
  const ahead = loadMomentAt(url, startUs - 100_000);
  assert.equal(((ahead.timeSeconds - plain.timeSeconds + 8) % 8).toFixed(1), '2.4');
});

test('a loop is whole when every picture of it is there, however often and in whichever order', () => {
  // From the middle of one loop to the middle of the fourth after it.
  const counts = Array.from({ length: 4 * 40 }, (_, index) => Math.ceil(first / 40) * 40 - 20 + index);
  const loops = [...new Set(counts.map((count) => Math.floor(count / 40)))];
  assert.deepEqual([...wholeLoops(url, [...counts, ...counts.slice(9, 30)].reverse().map(unit))].sort(), loops.slice(1, 4));
  const withoutOne = counts.filter((count) => count !== loops[2]! * 40 + 17);
  assert.deepEqual([...wholeLoops(url, withoutOne.map(unit))], [loops[1], loops[3]]);
});

test('only the seconds that matter have to be there', () => {
  const loop = Math.ceil(first / 40);
  const counts = Array.from({ length: 40 }, (_, index) => loop * 40 + index).filter((count) => count % 40 >= 5 && count % 40 < 30);
  assert.deepEqual([...wholeLoops(url, counts.map(unit), { fromSeconds: 1, toSeconds: 5 })], [loop]);
  assert.deepEqual([...wholeLoops(url, counts.map(unit), { fromSeconds: 0.8, toSeconds: 5 })], []);
  assert.deepEqual([...wholeLoops(url, counts.map(unit), { fromSeconds: 1, toSeconds: 6 })], []);
});
