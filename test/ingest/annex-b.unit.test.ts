import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { joinNalUnits, nalUnits, parameterSetsOf, withParameterSets } from '../../ingest/sources/annex-b.ts';

const sps = Buffer.from([0x67, 1, 2, 3]);
const pps = Buffer.from([0x68, 4]);
const sei = Buffer.from([0x06, 5, 9]);
const delimiter = Buffer.from([0x09, 0xf0]);
const idr = Buffer.from([0x65, 0x88, 0x80, 7]);

test('splits what it has joined', () => {
  // A NAL unit holds no start code (emulation prevention) and does not end in zero.
  const unit = fc.uint8Array({ minLength: 1, maxLength: 50, min: 1 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(fc.array(unit, { minLength: 1, maxLength: 10 }), (units) => {
      assert.deepEqual(
        [...nalUnits('h264', joinNalUnits(units))].map(({ bytes }) => bytes),
        units,
      );
    }),
  );
});

test('takes start codes of three and of four bytes', () => {
  const mixed = Buffer.concat([Buffer.from([0, 0, 0, 1]), sps, Buffer.from([0, 0, 1]), pps, Buffer.from([0, 0, 0, 1]), idr]);
  assert.deepEqual(
    [...nalUnits('h264', mixed)].map(({ type }) => type),
    [7, 8, 5],
  );
});

test('finds parameter sets only when all of them are there', () => {
  assert.deepEqual(parameterSetsOf('h264', joinNalUnits([sei, sps, pps, idr])), joinNalUnits([sps, pps]));
  assert.equal(parameterSetsOf('h264', joinNalUnits([sps, idr])), undefined);
  // Behind the picture they belong to the next one.
  assert.equal(parameterSetsOf('h264', joinNalUnits([idr, sps, pps])), undefined);
  assert.equal(parameterSetsOf('h265', joinNalUnits([Buffer.from([66, 1, 1]), Buffer.from([68, 1, 1])])), undefined);
});

test('puts parameter sets first, or after the delimiter, which must stay first', () => {
  const sets = joinNalUnits([sps, pps]);
  assert.deepEqual(withParameterSets('h264', joinNalUnits([idr]), sets), joinNalUnits([sps, pps, idr]));
  assert.deepEqual(withParameterSets('h264', joinNalUnits([delimiter, sei, idr]), sets), joinNalUnits([delimiter, sps, pps, sei, idr]));
});

test('survives garbage', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      for (const codec of ['h264', 'h265'] as const) {
        for (const { bytes: unit } of nalUnits(codec, Buffer.from(bytes))) assert.ok(unit.length > 0);
        parameterSetsOf(codec, Buffer.from(bytes));
      }
    }),
  );
});
