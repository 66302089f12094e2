/** Of one second, how much of it was seen and how much of that the eyes were shut. */
export interface EyeSecond {
  readonly second: number;
  readonly seenSeconds: number;
  readonly shutSeconds: number;
}

/** The last minute, oldest first. Plain JSON, never changed in place. */
export type EyeMinute = readonly EyeSecond[];

const windowSeconds = 60;
/** Seconds of seen eyes below which a share means little. */
const leastSeenSeconds = 30;

/**
 * @param isShut At least 80 % shut; null when it cannot be seen, or does not tell about sleepiness (a yawn narrows the eyes, and
 * whoever looks into the lap lowers the lids).
 */
export function stepEyeMinute(minute: EyeMinute, isShut: boolean | null, clockSeconds: number, seconds: number): EyeMinute {
  const second = Math.floor(clockSeconds);
  const recent = minute.filter((each) => each.second > second - windowSeconds);
  if (isShut === null) return recent;
  const newest = recent.at(-1);
  const same = newest?.second === second ? newest : { second, seenSeconds: 0, shutSeconds: 0 };
  const next = { second, seenSeconds: same.seenSeconds + seconds, shutSeconds: same.shutSeconds + (isShut ? seconds : 0) };
  return [...(same === newest ? recent.slice(0, -1) : recent), next];
}

/** @returns Seconds of the last minute in which the eyes were seen. */
export function seenSecondsOf(minute: EyeMinute): number {
  return minute.reduce((sum, { seenSeconds }) => sum + seenSeconds, 0);
}

/**
 * PERCLOS P80: the share of the last minute in which the eyes were at least 80 % shut.
 * @returns 0..1; null when less than half of the minute was seen.
 * Source: Wierwille et al., DOT HS 808 247 (1994); Dinges and Grace, FHWA-MCRT-98-006 (1998).
 */
export function perclosOf(minute: EyeMinute): number | null {
  const seen = seenSecondsOf(minute);
  const shut = minute.reduce((sum, { shutSeconds }) => sum + shutSeconds, 0);
  return seen < leastSeenSeconds ? null : shut / seen;
}
