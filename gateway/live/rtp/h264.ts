import { splitAnnexB } from '../../../platform/annex-b.ts';

/** Bytes of one payload: 1200 (safe for IPv6's smallest MTU of 1280) less RTP header (12), extension (8) and SRTP tag (16). */
export const maximumPayloadBytes = 1164;

const nalType = { sps: 7, accessUnitDelimiter: 9, filler: 12, stapA: 24, fuA: 28 } as const;

/**
 * Cuts an access unit into RTP payloads: small NAL units together (STAP-A), middling ones alone, large ones in pieces (FU-A).
 * The last payload is the one to carry the marker. Delimiters and filler are left out.
 * Source: RFC 6184, packetization-mode 1.
 * @param limit Bytes of one payload.
 */
export function packetizeH264(accessUnit: Buffer, limit = maximumPayloadBytes): Buffer[] {
  const payloads: Buffer[] = [];
  let together: Buffer[] = [];
  let togetherBytes = 1;
  const flush = (): void => {
    if (together.length > 0) payloads.push(together.length === 1 ? together[0]! : aggregate(together, togetherBytes));
    together = [];
    togetherBytes = 1;
  };
  for (const unit of splitAnnexB(accessUnit)) {
    const type = unit[0]! & 0x1f;
    if (type === nalType.accessUnitDelimiter || type === nalType.filler) continue;
    if (togetherBytes + 2 + unit.length > limit) flush();
    if (unit.length > limit) payloads.push(...fragment(unit, limit));
    else {
      together.push(unit);
      togetherBytes += 2 + unit.length;
    }
  }
  flush();
  return payloads;
}

function aggregate(units: readonly Buffer[], bytes: number): Buffer {
  const payload = Buffer.allocUnsafe(bytes);
  let forbidden = 0;
  let importance = 0;
  let offset = 1;
  for (const unit of units) {
    forbidden |= unit[0]! & 0x80;
    importance = Math.max(importance, unit[0]! & 0x60);
    payload.writeUInt16BE(unit.length, offset);
    unit.copy(payload, offset + 2);
    offset += 2 + unit.length;
  }
  payload[0] = forbidden | importance | nalType.stapA;
  return payload;
}

function fragment(unit: Buffer, limit: number): Buffer[] {
  const pieces: Buffer[] = [];
  const indicator = (unit[0]! & 0xe0) | nalType.fuA;
  const type = unit[0]! & 0x1f;
  for (let offset = 1; offset < unit.length; offset += limit - 2) {
    const end = Math.min(offset + limit - 2, unit.length);
    const piece = Buffer.allocUnsafe(2 + end - offset);
    piece[0] = indicator;
    piece[1] = type | (offset === 1 ? 0x80 : 0) | (end === unit.length ? 0x40 : 0);
    unit.copy(piece, 2, offset, end);
    pieces.push(piece);
  }
  return pieces;
}

/** profile_idc, constraint flags and level_idc as six hexadecimal digits, from the sequence parameter set; undefined without one. */
export function profileLevelId(accessUnit: Buffer): string | undefined {
  const sps = [...splitAnnexB(accessUnit)].find((unit) => (unit[0]! & 0x1f) === nalType.sps && unit.length >= 4);
  return sps?.toString('hex', 1, 4);
}
