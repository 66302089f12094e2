/** The first wait; long enough for a gateway that only restarts its listener. */
const firstMs = 500;
/** The longest wait; a dispatcher looks again within that time. */
const longestMs = 8000;

/**
 * How long to wait before trying again.
 * @param failures In a row, 1 or more.
 * @param random 0..1, so that the pages of a whole room do not return in one moment.
 * @returns Milliseconds, between half and the whole of a wait that doubles.
 */
export function retryDelayMs(failures: number, random: number): number {
  return Math.min(longestMs, firstMs * 2 ** (failures - 1)) * (0.5 + random / 2);
}
