import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cameraNow, learnFromVehicles, pitchByVehicle } from '../../../processors/core/camera-pose.ts';
import { createDashcamJudge, type DashcamJudgement } from '../../../processors/core/dashcam-judge.ts';
import { createCamera, pixelFromGround, tilted } from '../../../processors/core/geometry.ts';
import { noLane } from '../../../processors/core/lanes/lane-follower.ts';
import { unknownPitch } from '../../../processors/core/lanes/pitch-calibration.ts';
import { cameraSchema, parseConfiguration } from '../../../schemas/configuration.ts';
import type { Box } from '../../../schemas/messages.ts';
import { drawMarkings, straight } from './lanes/drawn-markings.ts';

const degree = Math.PI / 180;
const configured = createCamera(cameraSchema.parse({}), 1280, 720);
const exact = { widthFactor: 1, widthPaddingPx: 0, heightPaddingPx: 0 };

/** A car straight ahead, as a camera tilted by so much sees it. */
function carAt(meters: number, pitchRadians: number, widthMeters = 1.8): Box {
  const camera = tilted(configured, pitchRadians, 0);
  const foot = pixelFromGround(camera, { rightMeters: 0, forwardMeters: meters })!;
  const half = (camera.focalPx * widthMeters) / meters / 2;
  return [foot.x - half, foot.y - (camera.focalPx * 1.5) / meters, foot.x + half, foot.y];
}

interface Drive {
  readonly seconds: number;
  readonly gapMeters: (seconds: number) => number;
  /** Beyond the configured one. */
  readonly pitchRadians: (seconds: number) => number;
  readonly hasLane: boolean;
}

/** Behind one car. */
function drive({
  seconds,
  gapMeters,
  pitchRadians,
  hasLane,
}: Drive): { seconds: number; gapMeters: number; judgement: DashcamJudgement }[] {
  const { alerts } = parseConfiguration({}, 'defaults');
  const judge = createDashcamJudge({
    streamId: 's',
    vehicleId: null,
    camera: cameraSchema.parse({}),
    alerts,
    modelSet: 'm',
    boxBias: exact,
  });
  return Array.from({ length: seconds * 15 }, (_, index) => {
    const at = index / 15;
    const boxPx = carAt(gapMeters(at), pitchRadians(at));
    const drawn = drawMarkings({ shape: { ...straight, pitchRadians: pitchRadians(at) }, seed: index, drivenMeters: 20 * at });
    const markings = hasLane ? drawn : { ...drawn, points: [] };
    const frame = { epoch: 1, sequence: index, capturedAtUs: Math.round(at * 1e6), rtpTimestamp: Math.round(at * 90_000) };
    const judgement = judge.push({ ...frame, width: 1280, height: 720, detections: [{ class: 'car', score: 0.8, boxPx }], markings });
    return { seconds: at, gapMeters: gapMeters(at), judgement };
  });
}

/** Relative, the worst from a time on. */
function worstError(frames: ReturnType<typeof drive>, fromSeconds: number): number {
  return Math.max(
    ...frames
      .filter(({ seconds }) => seconds >= fromSeconds)
      .map(({ gapMeters, judgement }) => Math.abs((judgement.tracks[0]?.distanceMeters ?? Infinity) / gapMeters - 1)),
  );
}

test('tilts the horizon with the camera', () => {
  const down = tilted(configured, 2 * degree, 0.1 * degree);
  assert.ok(Math.abs(down.horizonPx - (360 - configured.focalPx * Math.tan(2 * degree))) < 1e-9);
  assert.equal(tilted(configured, 0, configured.pitchSigmaRadians).horizonPx, configured.horizonPx);
});

test('looks as configured before anything has been seen', () => {
  assert.deepEqual(cameraNow(configured, noLane, null), configured);
});

test('reads the pitch off one vehicle, within what widths differ by', () => {
  for (const pitch of [-2, 0, 2.5])
    for (const width of [1.7, 1.9]) {
      const seen = pitchByVehicle(
        configured,
        { class: 'car', score: 0.8, boxPx: carAt(30, pitch * degree, width), knownSeconds: 1 },
        exact,
      )!;
      assert.ok(Math.abs(seen.value - pitch * degree) < 1.5 * seen.sigma, `${seen.value / degree} is not ${pitch}`);
    }
  const vague = { class: 'truck', score: 0.8, boxPx: carAt(30, 0), knownSeconds: 1 };
  assert.equal(pitchByVehicle(configured, vague, exact), null, 'trucks may be vans');
  assert.equal(pitchByVehicle(configured, { ...vague, class: 'car', boxPx: carAt(8, 0) }, exact), null, 'too near');
});

test('learns no more from one vehicle however long it is followed', () => {
  const wide = (knownSeconds: number) => ({ class: 'car', score: 0.8, boxPx: carAt(30, 0, 2), knownSeconds });
  const learn = (minutes: number) => {
    let calibration = unknownPitch;
    for (let index = 0; index < minutes * 900; index++)
      calibration = learnFromVehicles(calibration, null, {
        camera: configured,
        bias: exact,
        vehicles: [wide(index / 15)],
        seconds: 1 / 15,
      });
    return calibration;
  };
  assert.deepEqual(learn(10), learn(1));
});

test('takes a camera for turned by many vehicles on a slope no sooner than by one', () => {
  const lostAfter = (count: number) => {
    let calibration = { ...unknownPitch, variance: (0.1 * degree) ** 2 };
    const vehicles = new Array(count).fill({ class: 'car', score: 0.8, boxPx: carAt(30, 4 * degree), knownSeconds: 1 });
    let seconds = 0;
    for (; !calibration.isLost; seconds += 1 / 15)
      calibration = learnFromVehicles(calibration, null, { camera: configured, bias: exact, vehicles, seconds: 1 / 15 });
    return seconds;
  };
  assert.ok(lostAfter(1) > 10 && lostAfter(1) < 10.2);
  assert.ok(lostAfter(6) > 9.6, `${lostAfter(6)}`);
});

test('knows distances through hills by the lane', () => {
  const hills = (seconds: number) => 1.2 * degree * Math.sin((2 * Math.PI * seconds) / 8);
  const frames = drive({ seconds: 20, gapMeters: () => 35, pitchRadians: hills, hasLane: true });
  assert.ok(worstError(frames, 3) < 0.08, `${worstError(frames, 3)}`);
});

test('does with a camera that looks 2 degrees elsewhere than configured', () => {
  for (const pitch of [-2 * degree, 2 * degree]) {
    const byLane = drive({ seconds: 8, gapMeters: () => 35, pitchRadians: () => pitch, hasLane: true });
    assert.ok(worstError(byLane, 3) < 0.08, `${worstError(byLane, 3)}`);
    const byVehicles = drive({ seconds: 20, gapMeters: (at) => 45 - at, pitchRadians: () => pitch, hasLane: false });
    assert.ok(worstError(byVehicles, 5) < 0.1, `${worstError(byVehicles, 5)}`);
  }
});

test('says that the horizon is lost while it is', () => {
  const { alerts } = parseConfiguration({}, 'defaults');
  const judge = createDashcamJudge({ streamId: 's', vehicleId: null, camera: cameraSchema.parse({}), alerts, modelSet: 'm' });
  const frame = { epoch: 1, sequence: 0, capturedAtUs: 0, rtpTimestamp: 0, width: 1280, height: 720, detections: [] };
  assert.deepEqual(judge.push(frame).degraded, []);
  const state = judge.snapshot();
  judge.restore({ ...state, lane: { ...state.lane, calibration: { ...unknownPitch, isLost: true } } });
  assert.deepEqual(judge.push({ ...frame, sequence: 1, capturedAtUs: 66_667 }).degraded, ['distance:horizon-lost']);
});
