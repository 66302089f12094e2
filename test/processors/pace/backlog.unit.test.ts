import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Backlog, tailOffset, usPerMessage } from '../../../processors/pace/backlog.ts';

const second = 1e6;
const maxAgeMs = 1000;

test('takes what waited for nobody, up to twenty seconds, and jumps over what is older', () => {
  for (const [ageSeconds, pace] of [
    [0.1, 'live'],
    [0.5, 'catchUp'],
    [5, 'catchUp'],
    [19.9, 'catchUp'],
    [20.1, 'jump'],
    [3600, 'jump'],
  ] as const)
    assert.equal(new Backlog(maxAgeMs).begin(ageSeconds * second, 0), pace, `${ageSeconds} s`);
});

/** Busy for a minute, up to now: 60 s. */
function busy(): Backlog {
  const backlog = new Backlog(maxAgeMs);
  for (let at = 0; at < 60; at += 0.4) {
    backlog.begin(0, at * second);
    backlog.end((at + 0.3) * second);
  }
  return backlog;
}

test('jumps over what is older than allowed when it waited for a busy process', () => {
  assert.equal(busy().begin(0.9 * second, 60 * second), 'live');
  assert.equal(busy().begin(1.1 * second, 60 * second), 'jump');
});

test('goes on jumping until it has reached the newest pictures', () => {
  const backlog = new Backlog(maxAgeMs);
  assert.equal(backlog.begin(60 * second, 0), 'jump');
  backlog.end(1000);
  assert.equal(backlog.begin(3 * second, 2000), 'jump');
  backlog.end(3000);
  assert.equal(backlog.begin(0.9 * second, 4000), 'live');
});

test('catches up with what came after a silence, as after the bus was away, also when it comes bit by bit', () => {
  assert.equal(busy().begin(4 * second, 65 * second), 'catchUp');
  assert.equal(busy().begin(21 * second, 83 * second), 'jump');
  const backlog = busy();
  assert.equal(backlog.begin(0, 65 * second), 'live', 'the first one has come, nothing else is known');
  backlog.end(65.1 * second);
  assert.equal(backlog.begin(4 * second, 65.11 * second), 'catchUp');
});

test('catches up with what came while publishing waited for the brokers', () => {
  const backlog = busy();
  assert.equal(backlog.begin(0, 60 * second), 'live');
  backlog.heldUp(65 * second);
  backlog.end(65 * second);
  assert.equal(backlog.begin(4.9 * second, 65.01 * second), 'catchUp');
});

test('has half a minute anew when the brokers are away again', () => {
  const backlog = busy();
  backlog.heldUp(65 * second);
  assert.equal(backlog.begin(5 * second, 65.01 * second), 'catchUp');
  backlog.heldUp(90 * second);
  assert.equal(backlog.begin(9 * second, 90.01 * second), 'catchUp');
  backlog.end(119 * second);
  assert.equal(backlog.begin(8 * second, 119.1 * second), 'catchUp');
  backlog.end(121 * second);
  assert.equal(backlog.begin(8 * second, 121 * second), 'jump');
});

test('is done with catching up when it is there, or when it is not half as late after half a minute', () => {
  const backlog = new Backlog(maxAgeMs);
  assert.equal(backlog.begin(5 * second, 0), 'catchUp');
  backlog.end(second);
  assert.equal(backlog.begin(3 * second, second), 'catchUp');
  backlog.end(2 * second);
  assert.equal(backlog.begin(0.1 * second, 2 * second), 'live');
  backlog.end(2.1 * second);
  assert.equal(backlog.begin(1.5 * second, 2.1 * second), 'jump');

  const slow = new Backlog(maxAgeMs);
  assert.equal(slow.begin(5 * second, 0), 'catchUp');
  slow.end(30 * second);
  assert.equal(slow.begin(2.6 * second, 30.1 * second), 'jump');

  const steady = new Backlog(maxAgeMs);
  for (const [at, age] of [
    [0, 8],
    [30.1, 3.9],
    [60.3, 1.9],
  ] as const) {
    assert.equal(steady.begin(age * second, at * second), 'catchUp');
    steady.end((at + 30) * second);
  }
});

const frames = (count: number, everyUs: number, stride = 1) =>
  Array.from({ length: count }, (_, i) => ({ message: { offset: 100 + i * stride }, unit: { publishedAtUs: i * everyUs } }));

test('goes on so near to the end of the log that three seconds are left, never back', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100_000 }),
      fc.integer({ min: 1, max: 120 }),
      fc.integer({ min: 1, max: 5 }),
      (lag, rate, streams) => {
        const everyUs = usPerMessage(frames(30, second / rate, streams))!;
        const offset = tailOffset(1000, lag, everyUs);
        assert.ok(offset >= 1000 && offset <= 1000 + lag);
        const leftSeconds = (1000 + lag - offset) / (rate * streams);
        assert.ok(offset === 1000 || Math.abs(leftSeconds - 3) < 1.1, `${leftSeconds} s`);
      },
    ),
  );
});

test('goes nowhere when the pace of the messages is not known', () => {
  assert.equal(usPerMessage([]), undefined);
  assert.equal(usPerMessage(frames(1, 33_333)), undefined);
  assert.equal(tailOffset(1000, 5000, 0), 1000);
  assert.equal(usPerMessage(frames(3, -second)), 0);
});
