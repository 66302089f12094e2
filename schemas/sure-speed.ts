/** Share of the speed that one sigma may be where a rule rests on it: what a headway's distance is off by at most. */
const mostSigma = 0.1;

/**
 * The own speed where rules may rest on it.
 * @param sigmaMps Null of what the vehicle tells: that is believed.
 * @returns Null where it is not known, or not well enough.
 */
export function sureSpeed(speedMps: number | null, sigmaMps: number | null): number | null {
  return speedMps === null || (sigmaMps !== null && sigmaMps > mostSigma * speedMps) ? null : speedMps;
}
