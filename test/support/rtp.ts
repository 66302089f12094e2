import { nalUnits } from '../../ingest/sources/annex-b.ts';
import { jpegSize } from '../../ingest/sources/picture-size.ts';

/** Fits into an Ethernet frame with its headers. */
const maxPayloadBytes = 1400;

/**
 * Cuts an access unit into RTP payloads: RFC 6184 (H.264, FU-A), RFC 7798 (H.265, FU), RFC 2435 (JPEG).
 * @param unit Annex B or one JPEG.
 */
export function rtpPayloads(codec: 'h264' | 'h265' | 'mjpeg', unit: Buffer): Buffer[] {
  if (codec === 'mjpeg') return jpegPayloads(unit);
  return [...nalUnits(codec, unit)].flatMap(({ bytes }) => nalPayloads(codec, bytes));
}

function nalPayloads(codec: 'h264' | 'h265', unit: Buffer): Buffer[] {
  if (unit.length <= maxPayloadBytes) return [unit];
  const headerBytes = codec === 'h264' ? 1 : 2;
  const type = codec === 'h264' ? unit[0]! & 0x1f : (unit[0]! >> 1) & 0x3f;
  const fragment = codec === 'h264' ? Buffer.from([(unit[0]! & 0xe0) | 28]) : Buffer.from([(unit[0]! & 0x81) | (49 << 1), unit[1]!]);
  const payloads: Buffer[] = [];
  for (let at = headerBytes; at < unit.length; at += maxPayloadBytes) {
    const end = Math.min(at + maxPayloadBytes, unit.length);
    const flags = (at === headerBytes ? 0x80 : 0) | (end === unit.length ? 0x40 : 0);
    payloads.push(Buffer.concat([fragment, Buffer.from([flags | type]), unit.subarray(at, end)]));
  }
  return payloads;
}

/** 4:2:0 pictures with the usual Huffman tables, without restart markers. */
function jpegPayloads(jpeg: Buffer): Buffer[] {
  const { width, height } = jpegSize(jpeg);
  const tables: Buffer[] = [];
  let at = 2;
  for (; jpeg[at + 1] !== 0xda; at += 2 + jpeg.readUInt16BE(at + 2)) {
    if (jpeg[at + 1] !== 0xdb) continue;
    // A DQT segment holds one table or more, each of 8 bits a value: a byte that numbers it, and 64 values.
    for (let table = at + 4; table < at + 2 + jpeg.readUInt16BE(at + 2); table += 65) tables.push(jpeg.subarray(table + 1, table + 65));
  }
  const scan = jpeg.subarray(at + 2 + jpeg.readUInt16BE(at + 2), jpeg.length - 2);
  const quantization = Buffer.concat([Buffer.from([0, 0, 0, 0]), ...tables]);
  quantization.writeUInt16BE(quantization.length - 4, 2);
  const payloads: Buffer[] = [];
  for (let offset = 0; offset < scan.length; offset += maxPayloadBytes) {
    // Type-specific, offset (24 bits), type 1 (4:2:0), Q 255 (tables in the packet), width and height in blocks of 8.
    const header = Buffer.from([0, offset >> 16, (offset >> 8) & 255, offset & 255, 1, 255, width / 8, height / 8]);
    payloads.push(Buffer.concat([header, offset === 0 ? quantization : Buffer.alloc(0), scan.subarray(offset, offset + maxPayloadBytes)]));
  }
  return payloads;
}

export interface RtpHeader {
  readonly payloadType: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  readonly isLast: boolean;
}

/** RFC 3550, 5.1. */
export function rtpPacket({ payloadType, sequence, timestamp, ssrc, isLast }: RtpHeader, payload: Buffer): Buffer {
  const header = Buffer.alloc(12);
  header[0] = 0x80;
  header[1] = payloadType | (isLast ? 0x80 : 0);
  header.writeUInt16BE(sequence & 0xffff, 2);
  header.writeUInt32BE(timestamp >>> 0, 4);
  header.writeUInt32BE(ssrc, 8);
  return Buffer.concat([header, payload]);
}

/** Seconds from 1900, where NTP begins, to 1970. */
const ntpEpochSeconds = 2_208_988_800;

/** RFC 3550, 6.4.1. @param wallUs What the sender's clock says at `timestamp`, UTC µs. */
export function senderReport(ssrc: number, wallUs: number, timestamp: number, packets: number, octets: number): Buffer {
  const report = Buffer.alloc(28);
  report[0] = 0x80;
  report[1] = 200;
  report.writeUInt16BE(6, 2);
  report.writeUInt32BE(ssrc, 4);
  report.writeUInt32BE(Math.floor(wallUs / 1e6) + ntpEpochSeconds, 8);
  report.writeUInt32BE(Math.floor(((wallUs % 1e6) / 1e6) * 2 ** 32), 12);
  report.writeUInt32BE(timestamp >>> 0, 16);
  report.writeUInt32BE(packets >>> 0, 20);
  report.writeUInt32BE(octets >>> 0, 24);
  return report;
}
