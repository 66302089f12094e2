import type { Lanes } from '../../schemas/messages.ts';
import type { Approach } from './collision.ts';
import { type LaneFilter, shapeOf, states } from './lanes/lane-filter.ts';
import { bendingSigma } from './lanes/lane-follower.ts';

/**
 * Meters of doubt about the lane's course, beyond which nothing is told by it: a car in the middle of the next lane (3.5 m) stays clear of
 * the own path by 1.7.
 */
const mostCourseSigmaMeters = 1;

/**
 * An approach as if the own lane were straight: places and speeds to the side are against the course that the own vehicle takes along its
 * lane. Where the lane is not seen well enough there, it stays as it is.
 * @param lanes What is told of the lane.
 */
export function alongLane(approach: Approach, filter: LaneFilter | null, lanes: Lanes | null): Approach {
  const ahead = approach.distanceMeters;
  if (!filter || lanes?.lines.length !== 2 || courseSigma(filter, ahead) > mostCourseSigmaMeters) return approach;
  const { headingRadians, curvaturePerMeter } = shapeOf(filter);
  return {
    ...approach,
    lateralMeters: approach.lateralMeters - headingRadians * ahead - (curvaturePerMeter / 2) * ahead ** 2,
    lateralSpeedMps: approach.lateralSpeedMps + (headingRadians + curvaturePerMeter * ahead) * approach.closingSpeedMps,
  };
}

/** Of where the lane leads, so far ahead; meters. */
function courseSigma({ covariance }: LaneFilter, ahead: number): number {
  const size = Math.sqrt(covariance.length);
  const shared = (a: keyof typeof states, b: keyof typeof states) => covariance[states[a] * size + states[b]]!;
  const variance =
    ahead ** 2 * shared('heading', 'heading') +
    ahead ** 3 * shared('heading', 'curvature') +
    (ahead ** 4 / 4) * shared('curvature', 'curvature');
  return Math.hypot(Math.sqrt(Math.max(0, variance)), (bendingSigma * ahead ** 3) / 6);
}
