import { type AlertKind, type Danger, noDanger } from '../alert-watch.ts';

export const noDriverKind: Omit<AlertKind, 'policy'> = {
  type: 'no-driver',
  rule: 'No face on the seat for 10 s while the vehicle moves, or may move',
  describeEnd: (seconds) => `The driver is back after ${Math.round(seconds)} s.`,
};

/** Durations confirm; told once until it is over for a while. */
export const noDriverPolicy = { confirmFrames: 1, clearSeconds: 1, cooldownSeconds: 60 };

/** Seconds without any face after which the seat is taken to be empty: longer than a look over the shoulder. */
export const absentSeconds = 3;
const noDriverSeconds = 10;
/** m/s: walking pace; a driver may leave a car that stands. */
const movingMps = 1.5;

/** @param missedSeconds Since a face was last found, in pictures that show something. */
export function judgeNoDriver(missedSeconds: number, speedMps: number | null): Danger {
  if (missedSeconds < noDriverSeconds || (speedMps !== null && speedMps < movingMps)) return noDanger;
  return {
    severity: 'warning',
    isHeld: true,
    isSeen: true,
    message: `Nobody has been seen on the driver's seat for ${Math.round(missedSeconds)} s.`,
    evidence: { missedSeconds, ...(speedMps !== null && { speedMps }) },
  };
}

/** How bright a picture is, 0..255. */
export interface PictureLight {
  readonly mean: number;
  /** Standard deviation over the picture: what has no contrast shows nothing. */
  readonly spread: number;
}

/** Drawn cabins have 14 (by night) to 53, photographs of cabins 52 to 66; a drawn cover over the whole lens 3.3, over most of it 8.3. */
const coveredSpread = 8;

/** Whether nothing can be said of a driver; that the camera is covered is told by `camera-health.ts`, for every kind of camera. */
export function isCovered({ spread }: PictureLight): boolean {
  return spread < coveredSpread;
}
