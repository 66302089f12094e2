import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CameraFault, type PictureFigures, stepCameraHealth, unknownHealth } from '../../../processors/core/camera-health.ts';
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
