import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type AlertPolicy, type AlertState, alertIdOf, calm, type DangerSign, stepAlert } from '../../../processors/core/alert-policy.ts';
import type { Severity } from '../../../schemas/messages.ts';

const policy: AlertPolicy = { confirmFrames: 2, clearSeconds: 0.7, cooldownSeconds: 3, hourlyBudget: 12 };
const sign = (severity: Severity | null, isHeld = severity !== null, isSeen = true): DangerSign => ({ severity, isHeld, isSeen });
const [none, held, warning, critical] = [sign(null), sign(null, true), sign('warning'), sign('critical')];

/** What happens at a tenth of a second each, as `second:change`. */
function live(signs: readonly DangerSign[], options = policy): string[] {
  let state: AlertState = calm;
  return signs.flatMap((each, i) => {
    const step = stepAlert(state, options, i / 10, each);
    state = step.state;
    return step.change ? [`${i}:${step.change}${step.change === 'cleared' ? '' : `:${state.open!.severity}`}`] : [];
  });
}
const times = (count: number, each: DangerSign) => Array.from({ length: count }, () => each);

test('lives as it should', () => {
  const table: { why: string; signs: DangerSign[]; expected: string[] }[] = [
    { why: 'one frame is not enough', signs: [none, warning, none], expected: [] },
    { why: 'raised by the second frame in a row', signs: [none, warning, warning], expected: ['2:raised:warning'] },
    {
      why: 'a frame in which it is hidden neither confirms nor denies',
      signs: [warning, sign('warning', true, false), warning],
      expected: ['2:raised:warning'],
    },
    { why: 'the milder of two signs counts', signs: [critical, warning], expected: ['1:raised:warning'] },
    {
      why: 'worse after two frames of it',
      signs: [warning, warning, critical, critical, critical],
      expected: ['1:raised:warning', '3:updated:critical'],
    },
    { why: 'never told to be milder', signs: [critical, critical, warning, warning, warning], expected: ['1:raised:critical'] },
    { why: 'over after 0.7 s without danger', signs: [warning, warning, ...times(9, none)], expected: ['1:raised:warning', '8:cleared'] },
    { why: 'held in between', signs: [warning, warning, ...times(30, held)], expected: ['1:raised:warning'] },
    {
      why: 'a short relief changes nothing',
      signs: [warning, warning, ...times(5, none), warning, ...times(3, none)],
      expected: ['1:raised:warning'],
    },
    {
      why: 'not told again within 3 s',
      signs: [warning, warning, ...times(9, none), ...times(27, warning)],
      expected: ['1:raised:warning', '8:cleared'],
    },
    {
      why: 'told again after 3 s',
      signs: [warning, warning, ...times(9, none), ...times(28, warning)],
      expected: ['1:raised:warning', '8:cleared', '38:raised:warning'],
    },
    {
      why: 'told at once when it is worse than before',
      signs: [warning, warning, ...times(9, none), critical, critical],
      expected: ['1:raised:warning', '8:cleared', '12:raised:critical'],
    },
  ];
  for (const { why, signs, expected } of table) assert.deepEqual(live(signs), expected, why);
});

test('spends no more than its hourly budget, says so, and begins afresh an hour later', () => {
  let state: AlertState = calm;
  let raised = 0;
  const spell = (start: number) => {
    for (const [i, each] of [warning, warning, ...times(50, none)].entries()) {
      const step = stepAlert(state, policy, start + i / 10, each);
      state = step.state;
      if (step.change === 'raised') raised++;
      if (i === 1) assert.equal(state.isBudgetSpent, step.change === null);
    }
  };
  for (let i = 0; i < 15; i++) spell(i * 10);
  assert.equal(raised, 12);
  spell(3700);
  assert.equal(raised, 13);
});

test('alternates raised and cleared, and only ever gets worse in between', () => {
  const anySign = fc.record({
    severity: fc.constantFrom(null, 'caution', 'warning', 'critical'),
    isHeld: fc.boolean(),
    isSeen: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(fc.tuple(anySign, fc.double({ min: 0.01, max: 2, noNaN: true }))), (steps) => {
      let state: AlertState = calm;
      let now = 0;
      let isOpen = false;
      for (const [each, seconds] of steps) {
        now += seconds;
        const before = state;
        const step = stepAlert(state, policy, now, each as DangerSign);
        state = step.state;
        if (step.change) assert.equal(isOpen, step.change !== 'raised');
        if (step.change) isOpen = step.change !== 'cleared';
        assert.equal(state.open !== null, isOpen);
        const order = ['caution', 'warning', 'critical'];
        if (before.open && state.open) assert.ok(order.indexOf(state.open.severity) >= order.indexOf(before.open.severity));
      }
    }),
  );
});

test('names an alert by its stream, type and frame', () => {
  const id = alertIdOf('front', 'forward-collision', 1_750_000_000_000_000, 42);
  // RFC 9562: version 5, variant 10.
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  // Ids in databases and topics: this one may never change.
  assert.equal(id, '3cfe84d7-4d10-57cb-8c00-65f8af213a2f');
  for (const other of [
    alertIdOf('rear', 'forward-collision', 1_750_000_000_000_000, 42),
    alertIdOf('front', 'forward-collision', 1_750_000_000_000_000, 43),
  ])
    assert.notEqual(other, id);
});
