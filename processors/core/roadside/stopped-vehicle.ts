import { type Danger, noDanger } from '../alert-watch.ts';
import type { MovingUser } from './moving-user.ts';

export const stoppedVehicleType = 'stopped-vehicle';
export const stoppedVehicleRule = 'Vienna Convention on Road Traffic, Art. 23 (standing and parking)';

/** @param thresholdSeconds From when standing is told. @param isRoadway Whether it is where traffic has a direction. */
export function judgeStopped({ name, standingSeconds, isSeen, isMotor }: MovingUser, thresholdSeconds: number, isRoadway: boolean): Danger {
  if (!isRoadway || !isMotor || standingSeconds <= thresholdSeconds) return { ...noDanger, isSeen };
  return {
    severity: 'warning',
    isHeld: true,
    isSeen,
    message: `${name} has been standing on the road for ${standingSeconds.toFixed(0)} s.`,
    evidence: { standingSeconds },
  };
}
