/** No camera is asked more often than this. */
const shortestMs = 500;
/** Up to here the pause is drawn at first: with a keyframe every 2 s, a camera is back within 5 s of its return. */
const firstLongestMs = 2000;
/** … and up to here for one that has been away for five minutes or more. */
const longestMs = 15_000;
/** The longest pause, as a share of the time that the camera has been away: who is away for a minute is found within three seconds. */
const shareOfOutage = 1 / 20;

/**
 * How long to wait before the next attempt. The pause is drawn evenly (full jitter), so that many cameras behind one
 * failed switch do not come back as one; its upper end grows with the outage instead of with the number of attempts, so
 * that a camera that restarts is back within seconds, while one that was unplugged costs next to nothing.
 * Source: M. Brooker, Exponential Backoff And Jitter, AWS Architecture Blog, 2015.
 * @param outageMs Since the last picture, or since the first attempt; any picture ends the outage.
 * @param random Even over 0..1.
 * @returns Milliseconds, 500 to 15,000.
 */
export function retryDelayMs(outageMs: number, random: () => number): number {
  const longest = Math.min(longestMs, Math.max(firstLongestMs, outageMs * shareOfOutage));
  return shortestMs + random() * (longest - shortestMs);
}
