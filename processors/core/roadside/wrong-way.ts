import type { Point } from '../../../schemas/polygon.ts';
import { type Danger, noDanger } from '../alert-watch.ts';
import type { MovingUser } from './moving-user.ts';

export const wrongWayType = 'wrong-way';
export const wrongWayRule = 'Vienna Convention on Road Traffic, Art. 10 (position on the carriageway)';

/** Metres a second against the direction; slower is parking and manoeuvring (usual reversing is 5 to 8 km/h). */
const leastSpeedMps = 3;
/** Cosine of 120 degrees: whoever crosses the road does not drive against it. */
const mostCosine = -0.5;
const sureSigmas = 2;

/** @param direction Which way traffic goes there, on the ground, of any length; null where none is given. */
export function judgeWrongWay(
  { name, velocityMps, speedMps, speedSigmaMps, isSeen, isMotor }: MovingUser,
  direction: Point | null,
): Danger {
  if (!direction || !velocityMps || speedMps === null || !isMotor) return { ...noDanger, isSeen };
  const along = (velocityMps[0] * direction[0] + velocityMps[1] * direction[1]) / Math.hypot(...direction);
  if (-along - sureSigmas * speedSigmaMps <= leastSpeedMps || along > mostCosine * speedMps) return { ...noDanger, isSeen };
  return {
    severity: 'critical',
    isHeld: true,
    isSeen,
    message: `${name} is driving the wrong way at ${(speedMps * 3.6).toFixed(0)} km/h.`,
    evidence: { speedKmh: speedMps * 3.6, againstKmh: -along * 3.6 },
  };
}
