import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { maximumPayloadBytes, packetizeH264, profileLevelId } from '../../gateway/live/rtp/h264.ts';
import { splitAnnexB } from '../../platform/annex-b.ts';
import { depacketizeH264 } from './depacketize-h264.ts';

/** NAL units as an encoder makes them: a type that is carried, no start code inside, no zero at the end. */
const nalUnit = fc
  .record({
    header: fc.tuple(fc.integer({ min: 0, max: 3 }), fc.constantFrom(1, 5, 6, 7, 8)).map(([importance, type]) => (importance << 5) | type),
    body: fc.uint8Array({ minLength: 0, maxLength: 4000 }),
  })
  .map(({ header, body }) => Buffer.from([header, ...body.map((byte) => byte | 4), 0x80]));
const accessUnit = fc.array(nalUnit, { minLength: 1, maxLength: 8 });

function annexB(units: readonly Buffer[], startCode = [0, 0, 0, 1]): Buffer {
  return Buffer.concat(units.flatMap((unit) => [Buffer.from(startCode), unit]));
}

test('what is packetised and put together again is the same NAL units, in the same order', () => {
  fc.assert(
    fc.property(accessUnit, fc.integer({ min: 16, max: 1500 }), (units, limit) => {
      assert.deepEqual(depacketizeH264(packetizeH264(annexB(units), limit)), units);
    }),
  );
});

test('no payload is longer than asked for', () => {
  fc.assert(
    fc.property(accessUnit, fc.integer({ min: 16, max: 1500 }), (units, limit) => {
      for (const payload of packetizeH264(annexB(units), limit)) assert.ok(payload.length <= limit);
    }),
  );
});

test('start codes of three and four bytes and zeros after a NAL unit are not part of it', () => {
  const units = [Buffer.from([0x67, 1, 2, 0x80]), Buffer.from([0x65, 0, 0, 3, 1, 0x80])];
  assert.deepEqual([...splitAnnexB(annexB(units, [0, 0, 1]))], units);
  assert.deepEqual([...splitAnnexB(Buffer.concat([annexB(units), Buffer.alloc(5)]))], units);
  assert.deepEqual([...splitAnnexB(Buffer.concat([Buffer.from([0xff, 0xff]), annexB(units)]))], units, 'bytes before the first start code');
});

test('nothing comes of bytes without a start code', () => {
  assert.deepEqual(packetizeH264(Buffer.from([1, 2, 3, 4])), []);
  assert.deepEqual(packetizeH264(Buffer.alloc(0)), []);
  assert.deepEqual(packetizeH264(Buffer.from([0, 0, 1])), []);
});

test('delimiters and filler are left out, parameter sets travel together with a small slice', () => {
  const [delimiter, sps, pps, filler, slice] = [
    [0x09, 0xf0],
    [0x67, 0x42, 0xe0, 0x1f],
    [0x68, 0xce],
    [0x0c, 0xff, 0x80],
    [0x65, 0x88],
  ].map((bytes) => Buffer.from(bytes)) as [Buffer, Buffer, Buffer, Buffer, Buffer];
  const payloads = packetizeH264(annexB([delimiter, sps, pps, filler, slice]));
  assert.equal(payloads.length, 1);
  assert.equal(payloads[0]![0]! & 0x1f, 24);
  assert.deepEqual(depacketizeH264(payloads), [sps, pps, slice]);
});

test('a large slice begins and ends once', () => {
  const payloads = packetizeH264(annexB([Buffer.concat([Buffer.from([0x65]), Buffer.alloc(10_000, 7)])]));
  assert.ok(payloads.length >= 10_000 / maximumPayloadBytes);
  assert.deepEqual(
    payloads.map((payload) => payload[1]! & 0xc0),
    [0x80, ...payloads.slice(2).map(() => 0), 0x40],
  );
});

test('the profile is read from the sequence parameter set', () => {
  assert.equal(profileLevelId(annexB([Buffer.from([0x67, 0x64, 0x00, 0x28, 0xac]), Buffer.from([0x65, 0x88])])), '640028');
  assert.equal(profileLevelId(annexB([Buffer.from([0x65, 0x88])])), undefined);
});
