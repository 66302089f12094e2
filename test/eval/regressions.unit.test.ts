import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Figure } from '../../bench/figure.ts';
import { regressions } from '../../eval/regressions.ts';

const hits = (value: number): Figure => ({ name: 'warned in time', value, unit: '%', atLeast: 95 });
const error = (value: number): Figure => ({ name: 'distance error', value, unit: '%', atMost: 6 });

describe('regressions', () => {
  test('a share of hits that falls by more than rounding is one', () => {
    assert.equal(regressions([hits(100)], [hits(80)]).length, 1);
    assert.deepEqual(regressions([hits(100)], [hits(100)]), []);
  });

  test('an error that grows by more than a tenth is one; a smaller error never is', () => {
    assert.equal(regressions([error(20)], [error(23)]).length, 1);
    assert.deepEqual(regressions([error(20)], [error(21)]), []);
    assert.deepEqual(regressions([error(20)], [error(2)]), []);
  });

  test('a figure that is gone, or is not a number, is one', () => {
    assert.equal(regressions([error(4)], []).length, 1);
    assert.equal(regressions([error(4)], [error(Number.NaN)]).length, 1);
  });

  test('figures without a bar are for reading', () => {
    assert.deepEqual(regressions([{ name: 'HOTA', value: 0.8, unit: '' }], []), []);
  });

  test('one false alert where there was none is one', () => {
    const alerts = (value: number): Figure => ({ name: 'false alerts', value, unit: '1/h', atMost: 1 });
    assert.equal(regressions([alerts(0)], [alerts(0.5)]).length, 1);
  });
});
