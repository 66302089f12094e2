import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CaptureClock } from '../../ingest/sources/capture-clock.ts';

const beginUs = 1_800_000_000_000_000;
const intervalUs = 40_000;

test('is exact from the first picture when a sender report came before it', () => {
  const clock = new CaptureClock();
  for (let frame = 0; frame < 100; frame++) {
    const takenUs = beginUs + frame * intervalUs;
    const delayUs = 30_000 + ((frame * 7919) % 50_000);
    assert.deepEqual(clock.at(frame * intervalUs, takenUs + delayUs, takenUs), { capturedAtUs: takenUs, clock: 'senderReport' });
  }
});

test("takes the network's jitter out of arrival times", () => {
  const clock = new CaptureClock();
  const captured = Array.from({ length: 500 }, (_, frame) => {
    const jitterUs = (frame * 7919) % 25_000;
    return clock.at(frame * intervalUs, beginUs + frame * intervalUs + jitterUs, undefined).capturedAtUs;
  });
  const steps = captured.slice(1).map((at, index) => at - captured[index]!);
  // Of 25 ms of jitter nearly nothing is left; the first pictures, before the shortest delay was seen, may still move.
  for (const step of steps.slice(10)) assert.ok(Math.abs(step - intervalUs) < 2000, `a step of ${step}`);
});

test('glides to the sender clock when its first report comes late, without a jump', () => {
  const clock = new CaptureClock();
  const latencyUs = 200_000;
  let before: number | undefined;
  let last: ReturnType<CaptureClock['at']> | undefined;
  for (let frame = 0; frame < 500; frame++) {
    const takenUs = beginUs + frame * intervalUs;
    last = clock.at(frame * intervalUs, takenUs + latencyUs, frame < 50 ? undefined : takenUs);
    if (before !== undefined) assert.ok(Math.abs(last.capturedAtUs - before - intervalUs) <= intervalUs * 0.021);
    before = last.capturedAtUs;
    if (frame < 50) assert.equal(last.clock, 'arrival');
  }
  assert.deepEqual(last, { capturedAtUs: beginUs + 499 * intervalUs, clock: 'senderReport' });
});

test('does not believe a camera whose clock was never set, or runs ahead', () => {
  for (const wrongUs of [-beginUs, -3_600_000_000, 2_000_000, 86_400_000_000]) {
    const clock = new CaptureClock();
    for (let frame = 0; frame < 100; frame++) {
      const arrivedAtUs = beginUs + frame * intervalUs;
      assert.deepEqual(clock.at(frame * intervalUs, arrivedAtUs, arrivedAtUs + wrongUs), { capturedAtUs: arrivedAtUs, clock: 'arrival' });
    }
  }
});

test('finds the present again when a camera begins its media time anew', () => {
  const clock = new CaptureClock();
  clock.at(3_600_000_000, beginUs, undefined);
  assert.equal(clock.at(0, beginUs + intervalUs, undefined).capturedAtUs, beginUs + intervalUs);
});

test('gives a picture that is shown before one already sent its earlier time', () => {
  const clock = new CaptureClock();
  const times = [0, 3, 1, 2, 6, 4, 5].map(
    (place) => clock.at(place * intervalUs, beginUs + 500_000, beginUs + place * intervalUs).capturedAtUs,
  );
  assert.deepEqual(
    times,
    [0, 3, 1, 2, 6, 4, 5].map((place) => beginUs + place * intervalUs),
  );
});

test('never runs backwards while media time advances, whatever arrival and sender say', () => {
  const step = fc.record({
    media: fc.integer({ min: 1, max: 10_000_000 }),
    arrival: fc.integer({ min: 0, max: 10_000_000 }),
    sender: fc.option(fc.integer({ min: -10_000_000, max: 10_000_000 }), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const clock = new CaptureClock();
      let [mediaUs, arrivedAtUs, before] = [0, beginUs, 0];
      for (const { media, arrival, sender } of steps) {
        mediaUs += media;
        arrivedAtUs += arrival;
        const { capturedAtUs } = clock.at(mediaUs, arrivedAtUs, sender === undefined ? undefined : arrivedAtUs + sender);
        assert.ok(Number.isSafeInteger(capturedAtUs) && capturedAtUs > before);
        before = capturedAtUs;
      }
    }),
  );
});
