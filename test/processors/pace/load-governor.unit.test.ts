import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LoadGovernor } from '../../../processors/pace/load-governor.ts';

/** A second of a process that can analyse `capacity` pictures a second of the `wanted` ones. */
function second(governor: LoadGovernor, wanted: number, capacity: number): void {
  const due = Math.round(wanted * governor.share);
  const analysed = Math.min(due, capacity);
  for (let i = 0; i < analysed; i++) governor.record('inTime');
  for (let i = analysed; i < due; i++) governor.record('skipped');
  governor.step();
}

function seconds(governor: LoadGovernor, count: number, wanted: number, capacity: number): void {
  for (let i = 0; i < count; i++) second(governor, wanted, capacity);
}

test('lets everything through while nothing is late', () => {
  const governor = new LoadGovernor();
  seconds(governor, 100, 120, 120);
  assert.deepEqual([governor.share, governor.isBehind], [1, false]);
});

test('finds what a process can do within half a minute, and stays there', () => {
  fc.assert(
    fc.property(fc.integer({ min: 30, max: 400 }), fc.double({ min: 0.1, max: 0.9, noNaN: true }), (wanted, part) => {
      const governor = new LoadGovernor();
      const capacity = Math.round(wanted * part);
      seconds(governor, 30, wanted, capacity);
      for (let i = 0; i < 60; i++) {
        second(governor, wanted, capacity);
        const asked = wanted * governor.share;
        assert.ok(asked <= 1.35 * capacity + 2, `${asked} asked where ${capacity} is possible`);
        assert.ok(asked >= 0.7 * capacity - 2, `${asked} asked where ${capacity} is possible`);
        assert.ok(governor.isBehind || governor.share === 1);
      }
    }),
  );
});

test('gives everything back when there is room again, and says so only then', () => {
  const governor = new LoadGovernor();
  seconds(governor, 20, 100, 30);
  assert.equal(governor.isBehind, true);
  let before = governor.share;
  for (let i = 0; i < 60; i++) {
    second(governor, 100, 1000);
    assert.ok(governor.share >= before);
    before = governor.share;
    assert.equal(governor.isBehind, governor.share < 1);
  }
  assert.equal(governor.share, 1);
});

test('is not moved by a single hiccup', () => {
  const governor = new LoadGovernor();
  for (let i = 0; i < 100; i++) governor.record('inTime');
  for (let i = 0; i < 8; i++) governor.record('skipped');
  governor.step();
  assert.equal(governor.share, 1);
});

test('goes down also when all are analysed, but late', () => {
  const governor = new LoadGovernor();
  for (let i = 0; i < 20; i++) governor.record('late');
  governor.step();
  assert.ok(governor.share < 1);
});

test('is not moved by pictures that were late because others came at the same moment', () => {
  const governor = new LoadGovernor();
  for (let second = 0; second < 10; second++) {
    for (let i = 0; i < 20; i++) governor.record('inTime');
    for (let i = 0; i < 15; i++) governor.record('late');
    governor.step();
  }
  assert.equal(governor.share, 1);
});

test('leaves enough of each stream to notice a danger while an overload is short', () => {
  const governor = new LoadGovernor();
  seconds(governor, 4, 40, 0);
  assert.ok(governor.share >= 0.37);
  seconds(governor, 6, 40, 0);
  assert.ok(governor.share >= 0.24);
});

test('leaves each stream something to be judged by, however full the process is', () => {
  const governor = new LoadGovernor();
  seconds(governor, 100, 1000, 0);
  assert.equal(governor.share, 0.05);
});
