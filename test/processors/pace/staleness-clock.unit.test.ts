import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { StalenessClock } from '../../../processors/pace/staleness-clock.ts';

const second = 1e6;
const hour = 3600 * second;
const start = 1_750_000_000 * second;
/** Of the publisher's clock against ours, µs: anything up to an hour. */
const skews = fc.integer({ min: -hour, max: hour });
/** How long messages are under way, µs. */
const delays = fc.array(fc.integer({ min: 500, max: 60_000 }), { minLength: 30, maxLength: 90 });

test('tells the age of a picture within the time that messages are under way, however wrong the publisher’s clock is', () => {
  fc.assert(
    fc.property(skews, delays, fc.integer({ min: 0, max: 20 * second }), (skew, ways, waitedUs) => {
      const clock = new StalenessClock();
      let nowUs = start;
      for (const wayUs of ways) {
        nowUs += 33_333;
        clock.observe(nowUs - wayUs + skew, nowUs);
      }
      const ageUs = clock.ageUs(nowUs - waitedUs + skew, nowUs);
      assert.ok(Math.abs(ageUs - waitedUs) <= 61_000, `${ageUs} instead of ${waitedUs}`);
    }),
  );
});

test('never tells a negative age, whatever the clocks do', () => {
  const steps = fc.array(fc.record({ passedUs: fc.integer({ min: 0, max: 5 * second }), published: skews, asked: skews }), {
    minLength: 1,
    maxLength: 50,
  });
  fc.assert(
    fc.property(steps, (all) => {
      const clock = new StalenessClock();
      let nowUs = start;
      for (const { passedUs, published, asked } of all) {
        nowUs += passedUs;
        clock.observe(start + published, nowUs);
        const ageUs = clock.ageUs(start + asked, nowUs);
        assert.ok(ageUs >= 0 && Number.isFinite(ageUs));
        assert.equal(clock.ageUs(start + published + hour * 3, nowUs), 0);
      }
    }),
  );
});

test('follows two clocks that drift apart by 200 ppm, for hours', () => {
  fc.assert(
    fc.property(skews, fc.constantFrom(-200e-6, 200e-6), (skew, drift) => {
      const clock = new StalenessClock();
      let nowUs = start;
      let publishedAtUs = 0;
      for (let i = 0; i < 2 * 3600; i++) {
        nowUs += second;
        publishedAtUs = nowUs + skew + drift * (nowUs - start) - 5000;
        clock.observe(publishedAtUs, nowUs);
      }
      assert.ok(clock.ageUs(publishedAtUs, nowUs) < 10_000);
      assert.ok(Math.abs(clock.ageUs(publishedAtUs - second, nowUs) - second) < 10_000);
    }),
    { numRuns: 20 },
  );
});

test('takes a clock that was set for what it is, at once and in both directions', () => {
  fc.assert(
    fc.property(skews, skews, (before, after) => {
      const clock = new StalenessClock();
      let nowUs = start;
      for (let i = 0; i < 60; i++) {
        nowUs += 33_333;
        clock.observe(nowUs + (i < 30 ? before : after), nowUs);
      }
      const limit = Math.abs(after - before) > second ? 1000 : second;
      assert.ok(clock.ageUs(nowUs + after, nowUs) <= limit);
      assert.ok(clock.ageUs(nowUs + after - 2 * second, nowUs) >= 2 * second - 1000);
    }),
  );
});

test('knows the age of a backlog from the first batch on, by what lies beyond it', () => {
  fc.assert(
    fc.property(skews, fc.integer({ min: second, max: hour }), (skew, backlogUs) => {
      const clock = new StalenessClock();
      const oldestUs = start - backlogUs + skew;
      // A second's worth has come, the rest lies beyond.
      clock.observe(oldestUs + second + (backlogUs - second), start);
      assert.equal(clock.ageUs(oldestUs, start), backlogUs);
    }),
  );
});

test('grows older while nothing new is taken', () => {
  const clock = new StalenessClock();
  clock.observe(start - 5000, start);
  assert.equal(clock.ageUs(start - 5000, start + 700_000), 700_000);
});

test('tells a skew of more than a second once it is sure, and none of clocks that agree', () => {
  for (const [skew, told] of [
    [hour, -3600],
    [-hour, 3600],
    [-0.4 * second, undefined],
    [0.4 * second, undefined],
  ] as const) {
    const clock = new StalenessClock();
    const tell = (seconds: number) => {
      clock.observe(start + seconds * second + skew, start + seconds * second);
      return clock.skewUs === undefined ? undefined : Math.round(clock.skewUs / second);
    };
    assert.equal(tell(0), undefined);
    assert.equal(tell(2), undefined);
    assert.equal(tell(6), told);
  }
});

test('is not sure of a skew that only the backlog at the start looked like', () => {
  const clock = new StalenessClock();
  for (let i = 0; i < 300; i++) {
    const nowUs = start + i * 33_333;
    // For its first second it reads what is a minute old, and does not know of more.
    clock.observe(i < 30 ? nowUs - 60 * second : nowUs - 5000, nowUs);
  }
  assert.equal(clock.skewUs, undefined);
});
