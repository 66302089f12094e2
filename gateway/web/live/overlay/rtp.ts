import { rtpClockHz } from '../../../../schemas/messages.ts';

/**
 * How far RTP timestamp `later` lies after `earlier`, across the wrap at 2^32 (every 13 h 15 min).
 * @returns Seconds, negative when it lies before; right for true distances below 6.6 h.
 */
export function rtpSecondsBetween(earlier: number, later: number): number {
  // Source: serial number arithmetic, RFC 1982 §3.2; `| 0` is the remainder modulo 2^32, read as signed.
  return ((later - earlier) | 0) / rtpClockHz;
}
