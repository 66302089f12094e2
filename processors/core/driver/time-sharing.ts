import { type AlertKind, type Danger, noDanger } from '../alert-watch.ts';
import { isDriving } from './long-glance.ts';

export interface TimeSharingThresholds {
  readonly timeSharingSeconds: number;
}

/** When the driver looked away, by the stream's clock, oldest first; the last one may still go on. Plain JSON, never changed in place. */
export type Glances = readonly (readonly [fromSeconds: number, toSeconds: number])[];

export const timeSharingKind: Omit<AlertKind, 'policy'> = {
  type: 'time-sharing',
  rule: 'Euro NCAP visual attention time sharing: more than 10 s away from the road within 30 s; speeds as in (EU) 2023/2590',
  describeEnd: (seconds) => `Attention back on the road; the warning lasted ${seconds.toFixed(0)} s.`,
};

/** One frame is enough: the sum is the confirmation. */
export const timeSharingPolicy = { confirmFrames: 1, clearSeconds: 2, cooldownSeconds: 30 };

const windowSeconds = 30;
/** Of the limit, below which an open alert ends. */
const holdShare = 0.8;

/** @param spell When the glance that goes on now began and was last seen; null when there is none. */
export function stepGlances(
  glances: Glances,
  spell: { readonly sinceSeconds: number; readonly lastSeconds: number } | null,
  nowSeconds: number,
): Glances {
  const recent = glances.filter(([, to]) => nowSeconds - to < windowSeconds);
  if (!spell) return recent;
  const others = recent.filter(([from]) => from !== spell.sinceSeconds);
  return [...others, [spell.sinceSeconds, spell.lastSeconds]];
}

/** @returns Seconds of the last 30 in which the driver looked away. */
export function awaySeconds(glances: Glances, nowSeconds: number): number {
  return glances.reduce((sum, [from, to]) => sum + Math.max(0, to - Math.max(from, nowSeconds - windowSeconds)), 0);
}

/** @param isSeen Whether it can be seen in this frame where the driver looks. */
export function judgeTimeSharing(
  glances: Glances,
  nowSeconds: number,
  isSeen: boolean,
  speedMps: number | null,
  { timeSharingSeconds }: TimeSharingThresholds,
): Danger {
  const away = awaySeconds(glances, nowSeconds);
  if (!isDriving(speedMps)) return { ...noDanger, isSeen };
  const isMuch = away > timeSharingSeconds && glances.length > 1;
  return {
    severity: isMuch ? 'warning' : null,
    isHeld: away > holdShare * timeSharingSeconds,
    isSeen,
    message: `Looked away for ${away.toFixed(0)} of the last ${windowSeconds} s.`,
    evidence: { awaySeconds: away, glances: glances.length },
  };
}
