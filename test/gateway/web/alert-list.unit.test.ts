import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { alertEnding, isActive, mergeAlerts, mostUrgent } from '../../../gateway/web/live/alert-list.ts';
import type { Alert } from '../../../schemas/messages.ts';
import { alert } from './messages.ts';

const now = 2_000_000;

test('an alert heard again takes the place of its older state', () => {
  const raised = alert('a');
  const cleared = alert('a', { state: 'cleared', updatedAtUs: 3_000_000 });
  assert.deepEqual(mergeAlerts([raised], [cleared]), [cleared]);
  assert.deepEqual(mergeAlerts([cleared], [raised]), [cleared]);
});

test('of two states of one frame the later in its life wins', () => {
  const cleared = alert('a', { state: 'cleared' });
  assert.deepEqual(mergeAlerts([cleared], [alert('a', { state: 'updated' })]), [cleared]);
});

test('the newest raised stands first, and no more than 200 are kept', () => {
  const list = mergeAlerts(
    [],
    Array.from({ length: 250 }, (_, index) => alert(String(index), { raisedAtUs: index })),
  );
  assert.equal(list.length, 200);
  assert.equal(list[0]?.alertId, '249');
});

test('the order in which messages come changes nothing', () => {
  const message = fc
    .record({
      id: fc.constantFrom('a', 'b', 'c'),
      updatedAtUs: fc.integer({ min: 0, max: 3 }),
      state: fc.constantFrom('raised' as const, 'updated' as const, 'cleared' as const),
    })
    .map(({ id, ...more }) => alert(id, more));
  const shuffled = fc
    .array(message)
    .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })));
  const apply = (all: readonly Alert[]) => all.reduce<readonly Alert[]>((list, one) => mergeAlerts(list, [one]), []);
  fc.assert(fc.property(shuffled, ([one, other]) => assert.deepEqual(apply(one), apply(other))));
});

test('a cleared alert is not active, nor is one that has been silent for fifteen seconds', () => {
  assert.equal(isActive(alert('a'), now), true);
  assert.equal(isActive(alert('a', { state: 'cleared' }), now), false);
  assert.equal(isActive(alert('a'), now + 15_000_000), false);
});

test('an alert ends when it is cleared; how one that fell silent ended is not known', () => {
  assert.equal(alertEnding(alert('a'), now), 'now');
  assert.equal(alertEnding(alert('a', { state: 'cleared', clearedAtUs: 3_400_000 }), now), 'lasted 2.4 s');
  assert.equal(alertEnding(alert('a'), now + 15_000_000), 'end not known');
});

test('the most severe active alert is the most urgent, among equals the newest', () => {
  const list = [
    alert('old critical, over', { severity: 'critical', state: 'cleared' }),
    alert('caution', { severity: 'caution', raisedAtUs: 1_900_000 }),
    alert('critical', { severity: 'critical', raisedAtUs: 1_100_000 }),
    alert('newer critical', { severity: 'critical', raisedAtUs: 1_200_000 }),
  ];
  assert.equal(mostUrgent(list, now)?.alertId, 'newer critical');
  assert.equal(mostUrgent([], now), undefined);
});
