import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameLedger } from '../../../../gateway/web/live/overlay/frame-ledger.ts';

test('a frame whose perception was there when it was shown counts as drawn with its own', () => {
  const ledger = new FrameLedger();
  ledger.perceived(3000, 180);
  assert.equal(ledger.shown(3000, 100, 1), 80);
  assert.deepEqual(ledger.counts, { framesPresented: 1, framesAnalysedPresented: 1, framesWithOwnOverlay: 1 });
});

test('a perception that comes after its frame was shown counts the frame as analysed, not as drawn with its own', () => {
  const ledger = new FrameLedger();
  assert.equal(ledger.shown(3000, 100, 1), undefined);
  assert.equal(ledger.perceived(3000, 180), 80);
  assert.deepEqual(ledger.counts, { framesPresented: 1, framesAnalysedPresented: 1, framesWithOwnOverlay: 0 });
});

test('a perception delivered twice is counted once', () => {
  const ledger = new FrameLedger();
  ledger.shown(3000, 100, 1);
  ledger.perceived(3000, 180);
  assert.equal(ledger.perceived(3000, 190), undefined);
  assert.equal(ledger.counts.framesAnalysedPresented, 1);
});

test('frames that the page was not told of are counted as presented', () => {
  const ledger = new FrameLedger();
  ledger.shown(3000, 100, 7);
  ledger.shown(9000, 166, 9);
  assert.equal(ledger.counts.framesPresented, 3);
});

test("a browser's count that begins again adds one frame", () => {
  const ledger = new FrameLedger();
  ledger.shown(3000, 100, 700);
  ledger.shown(6000, 133, 1);
  assert.equal(ledger.counts.framesPresented, 2);
});
