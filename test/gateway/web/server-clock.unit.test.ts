import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServerClock } from '../../../gateway/web/live/server-clock.ts';

function heard(...transitsMs: number[]): ServerClock {
  const clock = new ServerClock();
  for (const transit of transitsMs) clock.observe(50_000_000, 50_000 + transit);
  return clock;
}

test('clocks that agree are left alone, whatever the messages took', () => {
  assert.equal(heard(80, 12, 300).now(60_000), 60_000);
  assert.equal(new ServerClock().now(60_000), 60_000);
});

test('a message that comes before it was sent shows that this clock is slow', () => {
  assert.equal(heard(-4990, -5000, -4800).now(60_000), 65_000);
});

test('messages that all take minutes show that this clock is fast', () => {
  assert.equal(heard(120_010, 120_000, 125_000).now(180_000), 60_000);
});
