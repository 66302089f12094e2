import { type Danger, noDanger } from '../alert-watch.ts';
import type { MovingUser } from './moving-user.ts';

export const speedingType = 'speeding';
/** UN Vienna Convention on Road Traffic 1968, article 13.2: limits are the law's or the sign's; here the configuration's. */
export const speedingRule = 'Vienna Convention on Road Traffic, Art. 13 (configured limit)';

/** Sigmas that must be taken off before somebody counts as too fast: 98 % sure. */
const sureSigmas = 2;
/** Km/h too fast from which it is a danger rather than an offence: German BKatV, table 1: points from 21 km/h. */
const graveKmh = 21;

/** @param limitKmh Where it is now. */
export function judgeSpeeding({ name, speedMps, speedSigmaMps, isSeen, isMotor }: MovingUser, limitKmh: number): Danger {
  if (speedMps === null || !isMotor) return { ...noDanger, isSeen };
  const [speedKmh, sigmaKmh] = [speedMps * 3.6, speedSigmaMps * 3.6];
  const surelyKmh = speedKmh - sureSigmas * sigmaKmh;
  if (surelyKmh <= limitKmh) return { ...noDanger, isHeld: speedKmh > limitKmh, isSeen };
  return {
    severity: surelyKmh >= limitKmh + graveKmh ? 'warning' : 'caution',
    isHeld: true,
    isSeen,
    message: `${name} at ${speedKmh.toFixed(0)} km/h (± ${(sureSigmas * sigmaKmh).toFixed(0)}) where ${limitKmh} are allowed.`,
    evidence: { speedKmh, speedSigmaKmh: sigmaKmh, limitKmh },
  };
}
