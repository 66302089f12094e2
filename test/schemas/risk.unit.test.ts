import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Driver, type Lanes, nothingSeen, type Perception } from '../../schemas/messages.ts';
import { type RiskParts, type RiskSigns, riskOf, riskParts, scoreOf, unknownRisk, worseOf } from '../../schemas/risk.ts';
import { track } from '../support/track.ts';

const base: Perception = {
  ...{ streamId: 'front', vehicleId: 'van', kind: 'dashcam', epoch: 1, sequence: 0, capturedAtUs: 0, rtpTimestamp: 0, width: 1280 },
  ...{ height: 720, modelSet: 'm', timing: { publishedAtUs: 0, waitedMs: 0, decodeMs: 0, inferenceMs: 0, totalMs: 0 } },
  ...nothingSeen,
};
const attentive: Driver = {
  ...{ presence: 'present', faceBoxPx: null, contoursPx: [], leftEyeOpenness: 0.3, rightEyeOpenness: 0.3, isEyesClosed: false },
  ...{ eyesClosedSeconds: 0, blinksPerMinute: 14, perclos: 0.02, mouthOpenness: 0, isYawning: false, yawDegrees: 0, pitchDegrees: 0 },
  ...{ rollDegrees: 0, gazeYawDegrees: 0, isLookingAway: false, lookingAwaySeconds: 0, baseline: 'learnt' },
};
const lanes: Lanes = {
  lines: [{ side: 'left', type: 'solid', pointsPx: [], coefficients: [], confidence: 0.9 }],
  ...{ offsetMeters: 0, offsetRateMps: 0, widthMeters: 3.5, curvaturePerMeter: 0, crossingSeconds: null, confidence: 0.9 },
};

const dashcam = (seen: Partial<Perception>): RiskParts => riskOf({ ...base, ...seen })!.parts;
const cabin = (seen: Partial<Driver>): RiskParts => riskOf({ ...base, kind: 'cabin', driver: { ...attentive, ...seen } })!.parts;
const signs = (parts: Partial<RiskParts>, egoSpeedMps: number | null = null): RiskSigns => ({
  parts: { ...unknownRisk.parts, ...parts },
  egoSpeedMps,
});

test('a clear road and an attentive driver are no risk', () => {
  const road = riskOf({ ...base, egoSpeedMps: 20, speedLimitKmh: 80, lanes })!;
  const driver = riskOf({ ...base, kind: 'cabin', driver: attentive })!;
  assert.equal(scoreOf(worseOf(road, driver)), 0);
  assert.ok(riskParts.every((part) => worseOf(road, driver).parts[part] === 0));
});

test('what nobody can tell is no zero: without speed, lines or a face the parts are unknown', () => {
  const { headway, lane, gaze, drowsiness, speed } = dashcam({});
  assert.deepEqual([headway, lane, gaze, drowsiness, speed], [null, null, null, null, null]);
  assert.equal(cabin({ presence: 'unknown' }).gaze, null);
  assert.equal(scoreOf(unknownRisk), null);
});

test('a camera that shows nothing is not told to see a clear road, and adds to the risk', () => {
  const { collision, unseen } = dashcam({ degraded: ['camera:covered'] });
  assert.deepEqual([collision, unseen], [null, 20]);
});

test('a camera that was moved still sees what comes', () => {
  const lead = track({ inPath: true, isLead: true, closingSpeedMps: 15, ttcSeconds: 1.5 });
  const { collision, unseen } = dashcam({ degraded: ['camera:moved'], tracks: [lead] });
  assert.ok(collision! >= 98);
  assert.equal(unseen, 0);
});

test('a speed that is read from the road counts where it is sure, and never of a picture that is frozen', () => {
  const lead = { tracks: [track({ isLead: true, distanceMeters: 10, ttcSeconds: null })] };
  assert.equal(dashcam({ ...lead, egoSpeedMps: 20, egoSpeedSigmaMps: 3 }).headway, null);
  assert.ok(dashcam({ ...lead, egoSpeedMps: 20, egoSpeedSigmaMps: 1.5 }).headway! > 0);
  const frozen = riskOf({ ...base, egoSpeedMps: 0, egoSpeedSigmaMps: 0.25, degraded: ['camera:frozen'] })!;
  assert.equal(frozen.egoSpeedMps, null);
  assert.equal(scoreOf(frozen), 20);
});

test('cameras of no vehicle, and those that watch no drive, say nothing', () => {
  assert.equal(riskOf({ ...base, vehicleId: null }), undefined);
  assert.equal(riskOf({ ...base, kind: 'roadside' }), undefined);
});

// At 15 m/s closing and 5 m/s² of braking 1.5 s of a time to collision are needed to brake; the mean driver reacts in 1.25 s.
test('a collision that the mean driver just avoids is an even chance; a vehicle beside the path is none', () => {
  const closing = { inPath: true, closingSpeedMps: 15 };
  assert.equal(dashcam({ tracks: [track({ ...closing, ttcSeconds: 2.75 })] }).collision, 50);
  assert.ok(dashcam({ tracks: [track({ ...closing, ttcSeconds: 4.2 })] }).collision! <= 1);
  assert.ok(dashcam({ tracks: [track({ ...closing, ttcSeconds: 1.5 })] }).collision! >= 98);
  assert.equal(dashcam({ tracks: [track({ ...closing, inPath: false, isLead: false, ttcSeconds: 0.5 })] }).collision, 0);
});

test('following closely and crossing a line take somebody else as well: they count half at most', () => {
  const behind = (distanceMeters: number) =>
    dashcam({ egoSpeedMps: 25, tracks: [track({ isLead: true, distanceMeters, ttcSeconds: null })] }).headway!;
  assert.ok(behind(50) <= 4);
  assert.ok(behind(17.5) >= 40 && behind(17.5) <= 50);
  assert.ok(dashcam({ lanes: { ...lanes, crossingSeconds: 0 } }).lane! <= 50);
  assert.ok(dashcam({ lanes: { ...lanes, crossingSeconds: 3 } }).lane! <= 1);
});

test('odds of a glance, of drowsiness and of speed are those of the studies', () => {
  // 1 - 1/1.9, 1 - 1/2.9, 1 - 1/1.2^4
  assert.equal(cabin({ isLookingAway: true, lookingAwaySeconds: 2 }).gaze, 47);
  assert.equal(cabin({ perclos: 0.2 }).drowsiness, 66);
  assert.equal(dashcam({ egoSpeedMps: 60 / 3.6, speedLimitKmh: 50 }).speed, 52);
  assert.equal(dashcam({ egoSpeedMps: 40 / 3.6, speedLimitKmh: 50 }).speed, 0);
});

test('a blink is no risk; eyes shut for a second are both a glance away and drowsy', () => {
  assert.deepEqual([cabin({ isEyesClosed: true, eyesClosedSeconds: 0.3 }).gaze, cabin({ eyesClosedSeconds: 0.3 }).drowsiness], [0, 0]);
  const { gaze, drowsiness } = cabin({ isEyesClosed: true, eyesClosedSeconds: 1 });
  assert.deepEqual([gaze, drowsiness], [27, 66]);
});

test('independent parts multiply: half and half is three quarters', () => {
  assert.equal(scoreOf(signs({ gaze: 50, collision: 50 })), 75);
});

test('a vehicle that stands is at no risk, whatever its driver does', () => {
  assert.equal(scoreOf(signs({ gaze: 80, drowsiness: 66 }, 0.5)), 0);
  assert.ok(scoreOf(signs({ gaze: 80, drowsiness: 66 }, 5))! > 90);
});

const anySigns = fc.record({
  parts: fc.record(
    Object.fromEntries(riskParts.map((part) => [part, fc.option(fc.integer({ min: 0, max: 99 }))])),
  ) as fc.Arbitrary<RiskParts>,
  egoSpeedMps: fc.option(fc.double({ min: 2, max: 50, noNaN: true })),
});

test('the score is whole, within 0 and 100, and not below its greatest part', () => {
  fc.assert(
    fc.property(anySigns, (some) => {
      const score = scoreOf(some);
      const known = riskParts.flatMap((part) => some.parts[part] ?? []);
      if (known.length === 0) return assert.equal(score, null);
      assert.ok(Number.isInteger(score) && score! <= 100 && score! >= Math.max(...known), `${score}`);
    }),
  );
});

test('another camera never makes a drive less risky, and the order of cameras changes nothing', () => {
  fc.assert(
    fc.property(anySigns, anySigns, (one, other) => {
      assert.ok((scoreOf(worseOf(one, other)) ?? 0) >= (scoreOf(one) ?? 0));
      assert.deepEqual(worseOf(one, other), worseOf(other, one));
    }),
  );
});
