import type { Alert, Severity } from '../../schemas/messages.ts';

/** One alert as far as its messages lie within the span. */
export interface AlertSummary {
  readonly alertId: string;
  readonly type: string;
  /** Capture time of the frame that raised it. */
  readonly raisedAtUs: number;
  /** The highest that it reached. */
  readonly severity: Severity;
  /** Of its first message. */
  readonly message: string;
  readonly evidence: Alert['evidence'];
}

export interface AlertPair {
  readonly before: AlertSummary;
  readonly now: AlertSummary;
  /** How much later it is raised now. */
  readonly shiftMs: number;
}

export interface AlertDiff {
  /** Of the same danger, whether or not raised at the same moment. */
  readonly same: readonly AlertPair[];
  readonly onlyBefore: readonly AlertSummary[];
  readonly onlyNow: readonly AlertSummary[];
}

/** Two alerts of one type raised further apart than this are two dangers: longer than a warning of 2.7 s to collision may shift. */
const mostShiftUs = 3_000_000;

/** Pairs the alerts of two runs over the same frames: by id, which is that of the raising frame, else the nearest in time. */
export function diffAlerts(before: readonly Alert[], now: readonly Alert[]): AlertDiff {
  const left = summarize(now);
  const pairs: AlertPair[] = [];
  const take = (one: AlertSummary, other: AlertSummary | undefined): boolean => {
    if (!other) return false;
    left.delete(other.alertId);
    pairs.push({ before: one, now: other, shiftMs: (other.raisedAtUs - one.raisedAtUs) / 1000 });
    return true;
  };
  const others = [...summarize(before).values()].filter((one) => !take(one, left.get(one.alertId)));
  const onlyBefore = others.filter((one) => !take(one, nearest(one, left.values())));
  return { same: pairs.sort((a, b) => a.before.raisedAtUs - b.before.raisedAtUs), onlyBefore, onlyNow: [...left.values()] };
}

function nearest(one: AlertSummary, candidates: Iterable<AlertSummary>): AlertSummary | undefined {
  const distance = ({ raisedAtUs }: AlertSummary) => Math.abs(raisedAtUs - one.raisedAtUs);
  return [...candidates]
    .filter((other) => other.type === one.type && distance(other) <= mostShiftUs)
    .sort((a, b) => distance(a) - distance(b))[0];
}

function summarize(messages: readonly Alert[]): Map<string, AlertSummary> {
  const alerts = new Map<string, AlertSummary>();
  for (const { alertId, type, raisedAtUs, severity, message, evidence } of messages)
    alerts.set(alertId, { alertId, type, raisedAtUs, message, evidence, ...alerts.get(alertId), severity });
  return alerts;
}
