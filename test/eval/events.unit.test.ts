import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type ExpectedEvent, isInTime, isTooEarly, matchEvents, type RaisedAlert } from '../../eval/events.ts';

const event = (fromSeconds: number, toSeconds: number, differences: Partial<ExpectedEvent> = {}): ExpectedEvent => ({
  kind: 'danger',
  fromSeconds,
  deadlineSeconds: toSeconds,
  toSeconds,
  isRequired: true,
  ...differences,
});
const alert = (atSeconds: number): RaisedAlert => ({ atSeconds, severity: 'warning', message: '' });

describe('matching alerts with what happened', () => {
  test('an alert outside every window is of nothing', () => {
    const { told, surplus } = matchEvents([event(1, 2)], [alert(0.9), alert(2.1)]);
    assert.deepEqual([told[0]!.alert, surplus.length], [undefined, 2]);
  });

  test('an alert a little before the window tells of it too early; one long before is of nothing', () => {
    const danger = event(5, 9, { earlySeconds: 2 });
    const { told, surplus } = matchEvents([danger], [alert(2.9), alert(3.1)]);
    assert.deepEqual([told[0]!.alert?.atSeconds, surplus.length], [3.1, 1]);
    assert.ok(isTooEarly(danger, told[0]!.alert));
    assert.ok(!isTooEarly(danger, alert(5)));
  });

  test('a second alert of one danger is repeated, not false', () => {
    const { told, repeated, surplus } = matchEvents([event(1, 5)], [alert(2), alert(4)]);
    assert.deepEqual([told[0]!.alert?.atSeconds, repeated.length, surplus.length], [2, 1, 0]);
  });

  test('where windows overlap, the one that closes first is told first', () => {
    const { told } = matchEvents([event(0, 10), event(1, 3)], [alert(2), alert(9)]);
    assert.deepEqual(
      told.map(({ alert: by }) => by?.atSeconds),
      [9, 2],
    );
  });

  test('what is required is told before what is only allowed', () => {
    const { told } = matchEvents([event(0, 3, { isRequired: false }), event(0, 5)], [alert(2)]);
    assert.deepEqual(
      told.map(({ alert: by }) => by !== undefined),
      [false, true],
    );
  });

  test('an alert after the deadline tells of it, but late', () => {
    const late = event(0, 5, { deadlineSeconds: 2 });
    const { told } = matchEvents([late], [alert(3)]);
    assert.ok(told[0]!.alert);
    assert.ok(!isInTime(late, told[0]!.alert));
    assert.ok(isInTime(late, alert(2)));
  });

  test('pairs as many as any pairing could, each once', () => {
    const times = fc.integer({ min: 0, max: 20 });
    const windows = fc.array(
      fc.tuple(times, times).map(([a, b]) => event(Math.min(a, b), Math.max(a, b))),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(windows, fc.array(times.map(alert), { maxLength: 6 }), (expected, raised) => {
        const { told, repeated, surplus } = matchEvents(expected, raised);
        const used = told.flatMap(({ alert: by }) => by ?? []);
        assert.equal(new Set(used).size, used.length);
        assert.equal(used.length + repeated.length + surplus.length, raised.length);
        assert.equal(used.length, mostPairs(expected, raised));
      }),
    );
  });
});

/** By trying everything. */
function mostPairs([first, ...rest]: readonly ExpectedEvent[], raised: readonly RaisedAlert[]): number {
  if (!first) return 0;
  const within = raised.filter(({ atSeconds }) => atSeconds >= first.fromSeconds && atSeconds <= first.toSeconds);
  return Math.max(
    mostPairs(rest, raised),
    ...within.map(
      (alert) =>
        1 +
        mostPairs(
          rest,
          raised.filter((other) => other !== alert),
        ),
    ),
  );
}
