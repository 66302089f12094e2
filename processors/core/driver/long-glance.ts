import { type AlertKind, type Danger, noDanger } from '../alert-watch.ts';

export interface LongGlanceThresholds {
  readonly longGlanceSeconds: number;
  readonly slowLongGlanceSeconds: number;
}

export const longGlanceKind: Omit<AlertKind, 'policy'> = {
  type: 'long-glance',
  rule: '(EU) 2023/2590 advanced driver distraction warning: 3.5 s at 50 km/h and above, 6 s from 20 to 50 km/h',
  describeEnd: (seconds) => `Eyes back on the road; the warning lasted ${seconds.toFixed(1)} s.`,
};

/** One frame is enough: the duration is the confirmation. */
export const longGlancePolicy = { confirmFrames: 1, clearSeconds: 0.5, cooldownSeconds: 3 };

/** km/h of (EU) 2023/2590, Annex I, 3.3.2. */
const [slowKmh, fastKmh] = [20, 50];
const kmhPerMps = 3.6;

/** @returns Whether distraction matters at this speed; unknown speeds count as fast. */
export function isDriving(speedMps: number | null): boolean {
  return speedMps === null || kmhPerMps * speedMps >= slowKmh;
}

/** @param isSeen Whether it can be seen in this frame where the driver looks. */
export function judgeLongGlance(
  lookingAwaySeconds: number,
  isSeen: boolean,
  speedMps: number | null,
  { longGlanceSeconds, slowLongGlanceSeconds }: LongGlanceThresholds,
): Danger {
  const isFast = speedMps === null || kmhPerMps * speedMps >= fastKmh;
  const limit = isFast ? longGlanceSeconds : slowLongGlanceSeconds;
  if (!isDriving(speedMps) || lookingAwaySeconds < limit) return { ...noDanger, isSeen };
  return {
    severity: 'warning',
    isHeld: true,
    isSeen: true,
    message: `Looking away from the road for ${lookingAwaySeconds.toFixed(1)} s.`,
    evidence: { lookingAwaySeconds, ...(speedMps !== null && { speedMps }) },
  };
}
