import type { AlertKind, Danger } from '../alert-watch.ts';

export interface DrowsinessThresholds {
  readonly perclosCaution: number;
  readonly perclosWarning: number;
}

export const drowsinessKind: Omit<AlertKind, 'policy'> = {
  type: 'drowsiness',
  rule: 'PERCLOS P80 over 60 s (DOT HS 808 247; FHWA-MCRT-98-006), and yawns (Wierwille and Ellsworth 1994), for (EU) 2021/1341 drowsiness',
  describeEnd: (seconds) => `No longer drowsy after ${Math.round(seconds)} s.`,
};

/** One frame is enough: a minute's share moves slowly. Told again after two windows. */
export const drowsinessPolicy = { confirmFrames: 1, clearSeconds: 10, cooldownSeconds: 120 };

/** Of the threshold, below which an open alert ends. */
const holdShare = 0.8;
/** Yawns within five minutes that mean sleepiness; single ones are contagious, or mean boredom. No standard gives a number. */
const manyYawns = 3;

/** @param yawns Within the last five minutes. */
export function judgeDrowsiness(perclos: number | null, yawns: number, { perclosCaution, perclosWarning }: DrowsinessThresholds): Danger {
  const share = perclos ?? 0;
  const severity = share >= perclosWarning ? 'warning' : share >= perclosCaution || yawns >= manyYawns ? 'caution' : null;
  const shut = `eyes shut for ${Math.round(100 * share)} % of the last minute`;
  const yawned = `${yawns} yawns in five minutes`;
  return {
    severity,
    isHeld: share >= holdShare * perclosCaution,
    isSeen: perclos !== null || yawns >= manyYawns,
    message: `Drowsy: ${[...(share >= perclosCaution ? [shut] : []), ...(yawns >= manyYawns ? [yawned] : [])].join(', ')}.`,
    evidence: { perclos: share, yawns },
  };
}
