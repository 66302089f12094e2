import type { Alert } from '../../../schemas/messages.ts';
import {
  type AlertFrame,
  type AlertKind,
  type AlertOrigin,
  type AlertWatch,
  type Danger,
  noAlert,
  noDanger,
  stepAlertWatch,
} from '../alert-watch.ts';

/** Where the alerts of one kind stand, one for each road user it is about. Plain JSON, never changed in place. */
export interface UserAlerts {
  readonly watches: readonly { readonly trackId: number; readonly watch: AlertWatch }[];
  /** When alerts of this kind were raised within the last hour, whomever they were about. */
  readonly raisedSeconds: readonly number[];
  readonly isBudgetSpent: boolean;
}

export const noUserAlerts: UserAlerts = { watches: [], raisedSeconds: [], isBudgetSpent: false };

/**
 * One step of one kind of alert for everybody in the picture. At most one is raised in a frame, since a frame makes its id: another one
 * that is due comes with the next frame.
 * @param dangers Of everybody who is still followed.
 */
export function stepUserAlerts(
  state: UserAlerts,
  kind: AlertKind,
  origin: AlertOrigin,
  frame: AlertFrame,
  clockSeconds: number,
  dangers: ReadonlyMap<number, Danger>,
): { state: UserAlerts; alerts: Alert[] } {
  const known = new Map(state.watches.map(({ trackId, watch }) => [trackId, watch]));
  const trackIds = [...new Set([...known.keys(), ...dangers.keys()])].sort((a, b) => a - b);
  const watches: UserAlerts['watches'][number][] = [];
  const alerts: Alert[] = [];
  let { raisedSeconds } = state;
  let isBudgetSpent = false;
  for (const trackId of trackIds) {
    const danger = dangers.get(trackId);
    const before = known.get(trackId) ?? noAlert;
    // Nothing is known of somebody harmless.
    if (before === noAlert && !danger?.severity) continue;
    if (!before.open && alerts.some(({ state: change }) => change === 'raised')) {
      watches.push({ trackId, watch: before });
      continue;
    }
    const counted = { ...before, alert: { ...before.alert, raisedSeconds } };
    const step = stepAlertWatch(counted, kind, origin, frame, clockSeconds, { ...(danger ?? noDanger), trackId });
    raisedSeconds = step.watch.alert.raisedSeconds;
    isBudgetSpent ||= step.watch.alert.isBudgetSpent;
    alerts.push(...step.alerts);
    // Kept once: beside everybody's own copy.
    const watch = { ...step.watch, alert: { ...step.watch.alert, raisedSeconds: [] } };
    if (danger || watch.open) watches.push({ trackId, watch });
  }
  return { state: { watches, raisedSeconds, isBudgetSpent }, alerts };
}
