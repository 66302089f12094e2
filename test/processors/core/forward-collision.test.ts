import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Approach } from '../../../processors/core/collision.ts';
import { describeApproach, describeEnd, evidenceOf, judgeApproach } from '../../../processors/core/forward-collision.ts';
import { noForwardCollision, stepForwardCollision } from '../../../processors/core/forward-collision-watch.ts';
import type { Severity } from '../../../schemas/messages.ts';

const thresholds = { warnTtcSeconds: 2.7, criticalTtcSeconds: 1.6, hourlyBudget: 12 };
const closing = (closingSpeedMps: number, ttcSeconds: number, more: Partial<Approach> = {}): Approach => ({
  distanceMeters: closingSpeedMps * ttcSeconds,
  distanceSigmaMeters: 1,
  lateralMeters: 0,
  lateralSpeedMps: 0,
  driftSigmaMps: 0.1,
  closingSpeedMps,
  ttcSeconds,
  ttcSigmaSeconds: 0.1,
  enhancedTtcSeconds: ttcSeconds,
  ...more,
});

test('judges an approach by the time that is left', () => {
  const table: {
    why: string;
    approach: Approach;
    knownSeconds?: number;
    comingSeconds?: number;
    egoSpeedMps?: number;
    severity: Severity | null;
    isHeld: boolean;
  }[] = [
    { why: 'in time', approach: closing(15, 2.6), severity: 'warning', isHeld: true },
    { why: 'braking now is needed', approach: closing(15, 1.5), severity: 'critical', isHeld: true },
    { why: 'seen for too short a time', approach: closing(15, 2), knownSeconds: 0.2, severity: null, isHeld: true },
    { why: 'not yet', approach: closing(15, 2.9), severity: null, isHeld: true },
    { why: 'a little eased off', approach: closing(15, 4), severity: null, isHeld: true },
    { why: 'far from it', approach: closing(15, 5), severity: null, isHeld: false },
    { why: 'not closing', approach: closing(0, 1, { ttcSeconds: null, ttcSigmaSeconds: null }), severity: null, isHeld: false },
    { why: 'creeping up in a queue', approach: closing(1.2, 2), severity: null, isHeld: false },
    { why: 'as likely noise as not', approach: closing(15, 2, { ttcSigmaSeconds: 1 }), severity: null, isHeld: true },
    {
      why: 'uncertain, with the near side of the doubt in time',
      approach: closing(15, 2.8, { ttcSigmaSeconds: 0.4 }),
      severity: 'warning',
      isHeld: true,
    },
    { why: 'too fast for anything but oncoming traffic', approach: closing(45, 1.2), severity: null, isHeld: true },
    { why: 'farther than anything is seen', approach: closing(39, 2.6, { distanceMeters: 130 }), severity: null, isHeld: true },
    { why: 'the driver brakes enough already', approach: closing(8, 2, { enhancedTtcSeconds: null }), severity: null, isHeld: true },
    { why: 'the lead brakes hard', approach: closing(5, 3.2, { enhancedTtcSeconds: 2 }), severity: 'warning', isHeld: true },
    { why: 'met sooner than who stands can be', approach: closing(30, 2.5), egoSpeedMps: 20, severity: null, isHeld: true },
    { why: 'as fast as who stands is met', approach: closing(22, 2.5), egoSpeedMps: 20, severity: 'warning', isHeld: true },
    { why: 'someone may stop at the kerb yet', approach: closing(15, 2), comingSeconds: 0.07, severity: null, isHeld: true },
    { why: 'someone does not stop at the kerb', approach: closing(15, 2), comingSeconds: 0.2, severity: 'warning', isHeld: true },
    { why: 'the lead slows down far ahead', approach: closing(3, 6, { enhancedTtcSeconds: 2.6 }), severity: null, isHeld: false },
  ];
  for (const { why, approach, knownSeconds = 2, comingSeconds = null, egoSpeedMps = null, severity, isHeld } of table)
    assert.deepEqual(
      judgeApproach({ trackId: 1, class: 'car', approach, knownSeconds, isSeen: true, comingSeconds }, thresholds, egoSpeedMps),
      { severity, isHeld, isSeen: true },
      why,
    );
});

test('tells a dispatcher in one sentence', () => {
  assert.equal(describeApproach('car', evidenceOf(closing(8.6, 2.1))), 'Closing on the car 18 m ahead: 2.1 s to collision.');
  assert.equal(describeEnd(2.34, 1.18), 'Forward collision danger over after 2.3 s; at worst 1.2 s to collision.');
});

test('two frames must agree, but one is enough after a pause in which the danger came near', () => {
  const stream = { streamId: 'front', vehicleId: null, modelSet: 'f00d', forwardCollision: thresholds };
  const raisedAt = (frames: readonly (readonly [clockSeconds: number, ttcSeconds: number])[]): number[] => {
    let watch = noForwardCollision;
    return frames.flatMap(([clockSeconds, ttcSeconds], sequence) => {
      const frame = { epoch: 1, sequence, capturedAtUs: clockSeconds * 1e6, rtpTimestamp: clockSeconds * 90_000 };
      const hazard = {
        trackId: 1,
        class: 'car',
        approach: closing(15, ttcSeconds),
        knownSeconds: 2,
        isSeen: true,
        comingSeconds: null,
      };
      const step = stepForwardCollision(watch, stream, frame, clockSeconds, [hazard], null);
      watch = step.watch;
      return step.alerts.some(({ state }) => state === 'raised') ? [clockSeconds] : [];
    });
  };
  assert.deepEqual(
    raisedAt([
      [0, 3],
      [0.07, 2.5],
      [0.13, 2.9],
    ]),
    [],
    'a box that jumps',
  );
  assert.deepEqual(
    raisedAt([
      [0, 3],
      [0.07, 2.6],
      [0.13, 2.5],
    ]),
    [0.13],
    'twice in a row',
  );
  assert.deepEqual(
    raisedAt([
      [0, 3.2],
      [0.8, 1.3],
      [1.4, 5],
    ]),
    [0.8],
    'frames were left out',
  );
  assert.deepEqual(
    raisedAt([
      [0, 8],
      [0.8, 1.3],
      [1.4, 5],
    ]),
    [],
    'out of nothing',
  );
});
