import assert from 'node:assert/strict';

/** The receiving side of RFC 6184, packetization-mode 1, written apart from the sending side. Gives NAL units. */
export function depacketizeH264(payloads: readonly Buffer[]): Buffer[] {
  const units: Buffer[] = [];
  let pieces: Buffer[] | undefined;
  for (const payload of payloads) {
    const type = payload.readUInt8(0) & 0x1f;
    if (type === 28) {
      const header = payload.readUInt8(1);
      if (header & 0x80) {
        assert.equal(pieces, undefined, 'a fragmented unit begins before the last one has ended');
        pieces = [Buffer.from([(payload.readUInt8(0) & 0xe0) | (header & 0x1f)])];
      }
      assert.ok(pieces, 'a fragment without a beginning');
      pieces.push(payload.subarray(2));
      if (header & 0x40) {
        units.push(Buffer.concat(pieces));
        pieces = undefined;
      }
    } else {
      assert.equal(pieces, undefined, 'a fragmented unit has no end');
      if (type !== 24) units.push(payload);
      for (let at = 1; type === 24 && at < payload.length; at += 2 + payload.readUInt16BE(at))
        units.push(payload.subarray(at + 2, at + 2 + payload.readUInt16BE(at)));
    }
  }
  assert.equal(pieces, undefined, 'a fragmented unit has no end');
  return units;
}
