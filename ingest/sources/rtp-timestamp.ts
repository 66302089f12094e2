import { rtpClockHz } from '../../schemas/messages.ts';

/** @param mediaUs From the beginning of the stream, µs; also negative. @returns 90 kHz, modulo 2^32. */
export function rtpTimestamp(mediaUs: number): number {
  return Number(BigInt.asUintN(32, BigInt(Math.round((mediaUs * rtpClockHz) / 1e6))));
}
