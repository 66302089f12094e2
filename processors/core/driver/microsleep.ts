import type { AlertKind, Danger } from '../alert-watch.ts';
import { noDanger } from '../alert-watch.ts';

export interface MicrosleepThresholds {
  readonly microsleepSeconds: number;
}

export const microsleepKind: Omit<AlertKind, 'policy'> = {
  type: 'microsleep',
  rule: 'Eyes closed for 1 s or longer, as in the Euro NCAP driver monitoring protocol (microsleep 1 to 2 s, sleep from 3 s on)',
  describeEnd: (seconds) => `Eyes open again; the warning lasted ${seconds.toFixed(1)} s.`,
};

/** One frame is enough: the duration is the confirmation. */
export const microsleepPolicy = { confirmFrames: 1, clearSeconds: 1, cooldownSeconds: 3 };

/** Seconds of closed eyes that are sleep: Euro NCAP, Safe Driving, driver engagement. */
const sleepSeconds = 3;

/** @param isSeen Whether the eyes can be seen in this frame. */
export function judgeMicrosleep(eyesClosedSeconds: number, isSeen: boolean, { microsleepSeconds }: MicrosleepThresholds): Danger {
  if (eyesClosedSeconds < microsleepSeconds) return { ...noDanger, isSeen };
  return {
    // A face that vanishes with its eyes shut is one that nods off: that goes on counting, as long as the spell is believed.
    severity: eyesClosedSeconds >= sleepSeconds ? 'critical' : 'warning',
    isHeld: true,
    isSeen: true,
    message: `Eyes closed for ${eyesClosedSeconds.toFixed(1)} s.`,
    evidence: { eyesClosedSeconds },
  };
}
