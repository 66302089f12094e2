import type { Approach } from './collision.ts';
import type { RoadUser } from './road-users.ts';

/** Meters: a car of 1.8 m (processors/core/road-users.ts). */
const egoHalfWidthMeters = 0.9;
/**
 * Meters by which something must overlap the ego's width to come into the path, and by which it must be clear to leave it.
 * Euro NCAP's car-to-car tests overlap by half a width (0.9 m) and must be in; a car parked 0.5 m beside the path, and one in the
 * next lane (3 m between the middles), must be out.
 */
const enterOverlapMeters = 0.2;
const leaveClearanceMeters = 0.3;
/** Seconds: a lane change's lateral speed lasts no longer (UN Regulation 79 gives the whole manoeuvre 5 s). */
const longestPredictionSeconds = 3;
/**
 * Sigmas of the place of contact that must lie inside the path. Vehicles must be certain, as oncoming ones on curves look like it for
 * a moment; people get the benefit of the doubt. Tuned on the simulator's quiet drive and its crossing walker.
 */
const doubt = { vehicle: 1, vulnerable: 0.5, sign: 0, light: 0 };
/** A new lead must be nearer than the old one by this share, or leads would alternate side by side. */
const leadMargin = 0.1;

/**
 * Whether a road user will be where the own car is when they meet.
 * People cross: their lateral speed carries them on until then. Vehicles keep to the road: on a curve of radius R what lies ahead in
 * the own lane is seen at d²/2R to the side and drifts back at twice that in the time to collision, and what lies in another lane
 * does so from its own place; so half the time to collision tells the lane, on a straight road and on a curve.
 * What does not close in is judged where it is.
 * What is met keeps its direction in the picture, at whatever speed: so how sure it is that it will be met hangs on that alone, and not on
 * how sure its speeds are.
 * @param wasInPath In the frame before: entering takes certainty, leaving takes clearance.
 */
export function isInPath(approach: Approach, user: RoadUser, wasInPath: boolean): boolean {
  const { lateralMeters, lateralSpeedMps, driftSigmaMps, ttcSeconds, ttcSigmaSeconds } = approach;
  const share = user.group === 'vehicle' ? 0.5 : 1;
  const seconds = share * Math.min(ttcSeconds ?? 0, longestPredictionSeconds);
  const secondsSigma = share * Math.min(ttcSigmaSeconds ?? 0, longestPredictionSeconds);
  const asideMeters = Math.abs(lateralMeters + seconds * lateralSpeedMps);
  const driftMps = lateralSpeedMps + (ttcSeconds === null ? 0 : lateralMeters / ttcSeconds);
  const sigmaMeters = Math.hypot(seconds * driftSigmaMps, secondsSigma * driftMps);
  const reachMeters = egoHalfWidthMeters + user.halfWidthMeters;
  return wasInPath
    ? asideMeters < reachMeters + leaveClearanceMeters
    : asideMeters + doubt[user.group] * sigmaMeters < reachMeters - enterOverlapMeters;
}

/** Whether somebody on foot or on two wheels is beside the path now, wherever they will be. */
export function isBesidePath({ lateralMeters }: Approach, user: RoadUser): boolean {
  return user.group === 'vulnerable' && Math.abs(lateralMeters) > egoHalfWidthMeters + user.halfWidthMeters;
}

/**
 * The nearest one in the path; the present lead stays unless another is clearly nearer.
 * @param candidates All that are in the path.
 * @returns Its trackId; null when nobody is in the path.
 */
export function chooseLead(
  candidates: readonly { readonly trackId: number; readonly distanceMeters: number }[],
  leadId: number | null,
): number | null {
  let nearest: number | null = null;
  let least = Infinity;
  for (const { trackId, distanceMeters } of candidates) {
    const counted = trackId === leadId ? distanceMeters * (1 - leadMargin) : distanceMeters;
    if (counted < least) [nearest, least] = [trackId, counted];
  }
  return nearest;
}
