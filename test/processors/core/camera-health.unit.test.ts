import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type CameraFault,
  type CameraPlace,
  type PictureFigures,
  stepCameraHealth,
  unknownHealth,
} from '../../../processors/core/camera-health.ts';
import { stepView, viewColumns, viewRows } from '../../../processors/core/camera-view.ts';
import type { Alert } from '../../../schemas/messages.ts';

const origin = { streamId: 'front', vehicleId: 'van', modelSet: 'm' };
const well: PictureFigures = { mean: 120, deviation: 40, contrast: 8, sharpness: 0.2, whiteShare: 0, blackShare: 0, fingerprint: 1 };

/** Ten pictures a second; `figuresAt` says how each one is. */
function watch(seconds: number, figuresAt: (second: number) => Partial<PictureFigures>) {
  let health = unknownHealth;
  const faults: (CameraFault | null)[] = [];
  const alerts: Alert[] = [];
  for (let index = 0; index < seconds * 10; index++) {
    const frame = { epoch: 1, sequence: index, capturedAtUs: index * 100_000, rtpTimestamp: index * 9000 };
    const step = stepCameraHealth(health, origin, frame, { ...well, fingerprint: index + 7, ...figuresAt(index / 10) });
    // As a hand-over has it.
    health = JSON.parse(JSON.stringify(step.health));
    faults.push(step.fault);
    alerts.push(...step.alerts);
  }
  return { faults, alerts: alerts.map(({ type, state, updatedAtUs }) => `${type} ${state} ${(updatedAtUs / 1e6).toFixed(1)}`) };
}

test('a camera that sees well raises nothing', () => {
  const { faults, alerts } = watch(30, () => ({}));
  assert.ok(faults.every((fault) => fault === null));
  assert.deepEqual(alerts, []);
});

for (const [fault, figures, seconds] of [
  ['covered', { contrast: 0.3, deviation: 6 }, 2],
  ['underexposed', { blackShare: 0.97, mean: 14 }, 5],
  ['overexposed', { whiteShare: 0.7, mean: 230 }, 5],
  ['blurred', { sharpness: 0.01 }, 5],
  ['frozen', { fingerprint: 42 }, 10],
] as const)
  test(`a camera that is ${fault} is told of once, when it is sure, until it is well again`, () => {
    const { faults, alerts } = watch(40, (second) => (second >= 5 && second < 25 ? figures : {}));
    // The first repeated picture is the second one.
    const since = fault === 'frozen' ? 51 : 50;
    assert.equal(faults.indexOf(fault), since + 10 * seconds);
    assert.equal(faults.lastIndexOf(fault), 249);
    assert.deepEqual(alerts.length, 2);
    assert.match(alerts[0]!, new RegExp(`camera-${fault} raised`));
    assert.match(alerts[1]!, new RegExp(`camera-${fault} cleared 2[78]`));
  });

test('a fault that comes and goes is none', () => {
  assert.deepEqual(watch(30, (second) => (Math.floor(second) % 2 === 0 ? { contrast: 0.1, deviation: 2 } : {})).alerts, []);
});

test('of two faults the graver is told', () => {
  const { alerts } = watch(20, () => ({ contrast: 0.2, deviation: 3, sharpness: 0, fingerprint: 5 }));
  assert.deepEqual(alerts, ['camera-covered raised 2.0']);
});

test('a new connection counts anew', () => {
  let health = unknownHealth;
  for (let index = 0; index < 100; index++) {
    const frame = { epoch: Math.floor(index / 15), sequence: index, capturedAtUs: index * 100_000, rtpTimestamp: 0 };
    const step = stepCameraHealth(health, origin, frame, { ...well, contrast: 0.1, deviation: 1 });
    health = step.health;
    assert.equal(step.fault, null);
  }
});

/** One picture a second of a camera of which `placeAt` says where it looks. */
function watchPlace(seconds: number, placeAt: (second: number) => CameraPlace & { readonly figures?: Partial<PictureFigures> }) {
  let health = unknownHealth;
  const alerts: Alert[] = [];
  for (let second = 0; second < seconds; second++) {
    const frame = { epoch: 1, sequence: second, capturedAtUs: second * 1e6, rtpTimestamp: second * 90_000 };
    const { figures, ...place } = placeAt(second);
    const step = stepCameraHealth(health, origin, frame, { ...well, fingerprint: second + 7, ...figures }, place);
    health = JSON.parse(JSON.stringify(step.health));
    alerts.push(...step.alerts);
  }
  return alerts;
}
const told = (alerts: readonly Alert[]) => alerts.map(({ type, state }) => `${type} ${state}`);
const degrees = Math.PI / 180;

test('a dashcam that is pushed by two degrees is told of once, with how far, until its new place is the usual one', () => {
  for (const [down, right] of [
    [2, 0],
    [-2, 0],
    [0, 2],
    [1.6, -1.6],
  ] as const) {
    const aimAt = (second: number) => ({
      downRadians: (second < 600 ? 0.5 : 0.5 + down) * degrees + 0.6 * degrees * Math.sin(second),
      rightRadians: (second < 600 ? 0 : right) * degrees,
    });
    const alerts = watchPlace(1800, (second) => ({ aim: second % 3 === 0 ? null : aimAt(second) }));
    assert.deepEqual(told(alerts), ['camera-moved raised', 'camera-moved cleared']);
    const { downDegrees = 0, rightDegrees = 0 } = alerts[0]!.evidence;
    assert.ok(Math.abs(downDegrees - down) < 0.9 && Math.abs(rightDegrees - right) < 0.9, `${downDegrees}, ${rightDegrees}`);
    const late = alerts[0]!.raisedAtUs / 1e6 - 600;
    assert.ok(late > 10 && late < 120, `${late} s late`);
  }
});

test('a dashcam that brakes, climbs and changes lanes was not moved', () => {
  const alerts = watchPlace(1800, (second) => {
    const isBraking = second % 60 < 4;
    const isClimbing = second % 300 < 10;
    const isChanging = second % 45 < 4;
    return {
      aim: { downRadians: (isBraking ? 1 : isClimbing ? -1.5 : 0) * degrees, rightRadians: (isChanging ? 3 : 0) * degrees },
    };
  });
  assert.deepEqual(alerts, []);
});

/** A scene of blocks that can be seen from further right and below; passing things hide parts of it. */
function viewFrom(right: number, down: number, light: (luma: number, x: number) => number = (luma) => luma, second = 0): number[] {
  return Array.from({ length: viewColumns * viewRows }, (_, at) => {
    const [x, y] = [(at % viewColumns) + right, Math.floor(at / viewColumns) + down];
    const isHidden = (x + 3 * second) % viewColumns < 4 && y > 6 && y < 12;
    const block = (Math.imul(Math.floor(x / 2) * 73_856_093 + Math.floor(y / 2) * 19_349_663, 2_654_435_761) >>> 24) / 2;
    return light(isHidden ? 90 : 50 + block, x);
  });
}

for (const [what, right, down] of [
  ['a twentieth of its width', 2, 0],
  ['a twentieth of its height', 0, 1],
  ['to the side and down', 6, 3],
  ['to something else', 200, 100],
] as const)
  test(`a fixed camera that is turned by ${what} is told of once, until its new view is the usual one`, () => {
    const alerts = watchPlace(1800, (second) => ({
      view: second < 300 ? viewFrom(0, 0, undefined, second) : viewFrom(right, down, undefined, second),
    }));
    assert.deepEqual(told(alerts), ['camera-moved raised', 'camera-moved cleared']);
    const late = alerts[0]!.raisedAtUs / 1e6 - 300;
    assert.ok(late > 10 && late < 60, `${late} s late`);
  });

for (const [what, light] of [
  ['exposed otherwise', (luma: number) => luma / 2],
  ['in the shadow by half', (luma: number, x: number) => (x < viewColumns / 2 ? luma / 2 : luma)],
  ['in the fog', (luma: number) => 150 + (luma - 150) / 10],
  ['without light', (luma: number) => 16 + luma / 30],
  ['lit by a lamp', (luma: number, x: number) => luma / 2 + 100 * Math.exp(-(((x - 10) / 6) ** 2))],
] as const)
  test(`a fixed camera whose view is ${what} from now on was not moved`, () => {
    const alerts = watchPlace(900, (second) => ({ view: viewFrom(0, 0, second < 300 ? undefined : light, second) }));
    assert.deepEqual(alerts, []);
  });

test('a fixed camera whose faint view turns into another within an hour was not moved', () => {
  const faint = (right: number) => viewFrom(right, 0, (luma) => 60 + luma / 20);
  const [before, after] = [faint(0), faint(200)];
  let watch = stepView(null, before, 0);
  for (let second = 1; second < 5000; second++) {
    const share = Math.min(1, Math.max(0, (second - 300) / 3600));
    watch = stepView(
      watch,
      before.map((luma, at) => luma + share * (after[at]! - luma)),
      1,
    );
    assert.equal(watch.isOther, false, `after ${second} s`);
  }
});

test('a camera that was covered for a while was not moved, one that comes back after a night neither', () => {
  const covered = watchPlace(900, (second) =>
    second > 300 && second < 400
      ? { view: new Array(viewColumns * viewRows).fill(40), figures: { contrast: 0.1, deviation: 2 } }
      : { view: viewFrom(0, 0, undefined, second) },
  );
  assert.deepEqual(told(covered), ['camera-covered raised', 'camera-covered cleared']);
  let health = unknownHealth;
  for (let index = 0; index < 600; index++) {
    const capturedAtUs = (index < 300 ? index : index + 8 * 3600) * 1e6;
    const view = index < 300 ? viewFrom(0, 0) : viewFrom(200, 100);
    const frame = { epoch: 1, sequence: index, capturedAtUs, rtpTimestamp: 0 };
    const step = stepCameraHealth(health, origin, frame, { ...well, fingerprint: index }, { view });
    health = step.health;
    assert.deepEqual(step.alerts, []);
  }
});
