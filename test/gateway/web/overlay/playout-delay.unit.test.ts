import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlayoutDelay } from '../../../../gateway/web/live/overlay/playout-delay.ts';

function after(latenesses: readonly number[], intervalMs = 66): number {
  const delay = new PlayoutDelay();
  for (const lateness of latenesses) delay.observe(lateness, intervalMs);
  return delay.targetMs;
}

test('waits for the perception, and for the next one that a frame between two is drawn from', () => {
  assert.ok(after([100]) > 166);
});

test('rises at once when perceptions come later', () => {
  assert.ok(after([50, 50, 50, 300]) > 366);
});

test('does not follow small changes, which would make the picture stutter', () => {
  assert.equal(after([100, 105, 95, 110, 100]), after([100]));
});

test('stays where it is until a whole window allows less, and then falls', () => {
  const slow = [400];
  assert.equal(after([...slow, ...Array(100).fill(50)]), after(slow));
  assert.equal(after([...slow, ...Array(150).fill(50)]), after([50]));
});

test('one perception in two hundred that comes very late does not hold up all', () => {
  const usual = Array<number>(149).fill(50);
  const delay = new PlayoutDelay();
  for (const lateness of [...usual, 1500, 50]) delay.observe(lateness, 66);
  assert.equal(delay.targetMs, after([50]));
});

test('never asks for more than the 500 ms that the gateway allows, nor for less than none', () => {
  assert.equal(after([60_000]), 500);
  assert.equal(after([-500]), 0);
});
