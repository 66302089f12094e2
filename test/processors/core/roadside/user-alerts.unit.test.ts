import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlertKind, Danger } from '../../../../processors/core/alert-watch.ts';
import { noUserAlerts, stepUserAlerts, type UserAlerts } from '../../../../processors/core/roadside/user-alerts.ts';

const kind: AlertKind = {
  type: 'speeding',
  rule: 'limit',
  policy: { confirmFrames: 2, clearSeconds: 1, cooldownSeconds: 100, hourlyBudget: 3 },
  describeEnd: () => 'over',
};
const origin = { streamId: 'mast', vehicleId: null, modelSet: 'm' };
const danger: Danger = { severity: 'caution', isHeld: true, isSeen: true, message: 'fast', evidence: { speedKmh: 80 } };
const calmUser: Danger = { severity: null, isHeld: false, isSeen: true, message: '', evidence: {} };

/** Steps at 10 frames a second: who is dangerous in each. */
function run(frames: readonly (readonly (readonly [trackId: number, danger: Danger])[])[], start: UserAlerts = noUserAlerts) {
  let state = start;
  const told = frames.flatMap((users, sequence) => {
    const frame = { epoch: 1, sequence, rtpTimestamp: sequence * 9000, capturedAtUs: sequence * 100_000 };
    const step = stepUserAlerts(state, kind, origin, frame, sequence / 10, new Map(users));
    state = step.state;
    return step.alerts;
  });
  return { state, told };
}
const repeat = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

test('two who are too fast at once are told each, under ids of their own', () => {
  const { told } = run(
    repeat(5, [
      [4, danger],
      [9, danger],
    ] as const),
  );
  assert.deepEqual(
    told.map(({ trackId, state, sequence }) => [trackId, state, sequence]),
    [
      [4, 'raised', 1],
      [9, 'raised', 2],
    ],
  );
  assert.notEqual(told[0]!.alertId, told[1]!.alertId);
});

test('somebody who drives out of the picture is over after a while, and forgotten', () => {
  const { told, state } = run([...repeat(3, [[4, danger]] as const), ...repeat(15, [])]);
  assert.deepEqual(
    told.map(({ state: change }) => change),
    ['raised', 'cleared'],
  );
  assert.deepEqual(state.watches, []);
});

test('one user is not told again while it stays, however it wavers', () => {
  const wavering = [...repeat(5, [[4, danger]] as const), ...repeat(20, [[4, calmUser]] as const)];
  const { told } = run([...wavering, ...wavering]);
  assert.deepEqual(
    told.map(({ state: change }) => change),
    ['raised', 'cleared'],
  );
});

test('all users of a camera share one hourly budget, and when it is spent that is said', () => {
  const frames = [1, 2, 3, 4, 5].flatMap((trackId) => repeat(4, [[trackId, danger]] as const));
  const { told, state } = run(frames);
  assert.deepEqual(
    told.filter((alert) => alert.state === 'raised').map(({ trackId }) => trackId),
    [1, 2, 3],
  );
  assert.equal(state.isBudgetSpent, true);
});

test('nothing is kept of those who are harmless', () => {
  assert.deepEqual(
    run(
      repeat(10, [
        [1, calmUser],
        [2, calmUser],
      ] as const),
    ).state.watches,
    [],
  );
});
