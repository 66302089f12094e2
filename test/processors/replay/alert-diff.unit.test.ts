import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diffAlerts } from '../../../processors/replay/alert-diff.ts';
import type { Alert } from '../../../schemas/messages.ts';
import { alert } from '../sinks/messages.ts';

const at = (alertId: string, seconds: number, changes: Partial<Alert> = {}) =>
  alert(alertId, 'raised', 0, { raisedAtUs: seconds * 1e6, ...changes });

/** Names of the pairs with their shift, and of what is in one of the two alone. */
function diff(before: readonly Alert[], now: readonly Alert[]) {
  const { same, onlyBefore, onlyNow } = diffAlerts(before, now);
  return {
    same: same.map((pair) => [pair.before.alertId, pair.now.alertId, pair.shiftMs]),
    onlyBefore: onlyBefore.map(({ alertId }) => alertId),
    onlyNow: onlyNow.map(({ alertId }) => alertId),
  };
}

const cases = [
  { name: 'nothing', before: [], now: [], gives: { same: [], onlyBefore: [], onlyNow: [] } },
  {
    name: 'the same alert, raised by the same frame',
    before: [at('a', 10)],
    now: [at('a', 10)],
    gives: { same: [['a', 'a', 0]], onlyBefore: [], onlyNow: [] },
  },
  {
    name: 'the same danger seen half a second later',
    before: [at('a', 10)],
    now: [at('b', 10.5)],
    gives: { same: [['a', 'b', 500]], onlyBefore: [], onlyNow: [] },
  },
  {
    name: 'two dangers too far apart to be one',
    before: [at('a', 10)],
    now: [at('b', 14)],
    gives: { same: [], onlyBefore: ['a'], onlyNow: ['b'] },
  },
  {
    name: 'alerts of different types at one moment',
    before: [at('a', 10)],
    now: [at('b', 10, { type: 'headway' })],
    gives: { same: [], onlyBefore: ['a'], onlyNow: ['b'] },
  },
  {
    name: 'one by its id, though another one is as near to a third',
    before: [at('a', 10), at('b', 11)],
    now: [at('b', 11), at('c', 9)],
    gives: {
      same: [
        ['a', 'c', -1000],
        ['b', 'b', 0],
      ],
      onlyBefore: [],
      onlyNow: [],
    },
  },
];

for (const { name, before, now, gives } of cases)
  test(name, () => {
    assert.deepEqual(diff(before, now), gives);
  });

test('an alert is as severe as it became, and tells what raised it', () => {
  const raised = at('a', 10, { severity: 'warning', evidence: { ttcSeconds: 2.6 } });
  const worse = at('a', 10, { severity: 'critical', state: 'updated', evidence: { ttcSeconds: 1.5 } });
  const [only] = diffAlerts([raised, worse], []).onlyBefore;
  assert.deepEqual([only?.severity, only?.evidence], ['critical', { ttcSeconds: 2.6 }]);
});
