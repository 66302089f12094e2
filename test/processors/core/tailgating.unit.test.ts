import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Lead, noTailgating, stepTailgating, type TailgatingState } from '../../../processors/core/tailgating.ts';
import type { Alert } from '../../../schemas/messages.ts';

const settings = { headwaySeconds: 0.7, forSeconds: 15, hourlyBudget: 12 };
const origin = { streamId: 'front', vehicleId: 'van', modelSet: 'm' };

/** Ten frames a second; the gap in metres, none when nobody is ahead. */
function follow(seconds: number, gapAt: (second: number) => number | undefined, speedMps: number | null = 25) {
  let state: TailgatingState = noTailgating;
  const alerts: Alert[] = [];
  for (let index = 0; index < seconds * 10; index++) {
    const second = index / 10;
    const gap = gapAt(second);
    const lead: Lead | undefined = gap === undefined ? undefined : { trackId: 7, class: 'car', distanceMeters: gap };
    const frame = { epoch: 1, sequence: index, capturedAtUs: index * 100_000, rtpTimestamp: index * 9000 };
    const step = stepTailgating(state, settings, origin, frame, second, lead, speedMps);
    state = JSON.parse(JSON.stringify(step.state));
    alerts.push(...step.alerts);
  }
  return alerts;
}

test('0.6 s behind for 15 s is told once, and when it is over', () => {
  const alerts = follow(40, (second) => (second < 25 ? 15 : 40));
  assert.deepEqual(
    alerts.map(({ state, capturedAtUs = 0, updatedAtUs, trackId }: Alert & { capturedAtUs?: number }) => [
      state,
      Math.round((updatedAtUs + capturedAtUs) / 1e6),
      trackId,
    ]),
    [
      ['raised', 15, 7],
      ['cleared', 27, 7],
    ],
  );
  assert.equal(alerts[0]!.message, 'Following the car 15 m ahead at 90 km/h: 0.6 s behind.');
  assert.equal(alerts[0]!.evidence.headwaySeconds, 0.6);
});

test('a gap that wavers about the limit is one, not many', () => {
  const alerts = follow(60, (second) => 17 + 2.5 * Math.sin(second * 3));
  assert.deepEqual(
    alerts.map(({ state }) => state),
    ['raised'],
  );
});

test('a safe gap, a short closing up, a queue and an unknown speed raise nothing', () => {
  assert.deepEqual(
    follow(60, () => 25),
    [],
  );
  assert.deepEqual(
    follow(60, (second) => (second % 20 < 12 ? 14 : 30)),
    [],
  );
  assert.deepEqual(
    follow(60, () => 2, 4),
    [],
  );
  assert.deepEqual(
    follow(60, () => 10, null),
    [],
  );
  assert.deepEqual(
    follow(60, () => undefined),
    [],
  );
});
