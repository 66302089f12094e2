import type { Alert, Severity } from '../../../schemas/messages.ts';
import { formatDuration } from './format.ts';

/** Rows kept; older ones are asked of the API. */
const keptAlerts = 200;
/** An open alert that says nothing for so long belongs to a processor that is gone; it must not warn for ever. */
const silentAfterUs = 15_000_000;

const stateRank = { raised: 0, updated: 1, cleared: 2 } as const;
const severityRank: Readonly<Record<Severity, number>> = { caution: 0, warning: 1, critical: 2 };

/** Takes in alerts in whatever order and however often they come: one row an alert, newest raised first, its newest state. */
export function mergeAlerts(list: readonly Alert[], incoming: readonly Alert[]): readonly Alert[] {
  const byId = new Map(list.map((alert) => [alert.alertId, alert]));
  for (const alert of incoming) {
    const known = byId.get(alert.alertId);
    if (!known || isNewer(alert, known)) byId.set(alert.alertId, alert);
  }
  return [...byId.values()].sort((a, b) => b.raisedAtUs - a.raisedAtUs || (a.alertId < b.alertId ? -1 : 1)).slice(0, keptAlerts);
}

/** Whether the danger is there now, as far as was heard; `nowUs` is the gateway's wall clock. */
export function isActive(alert: Alert, nowUs: number): boolean {
  return alert.state !== 'cleared' && nowUs - alert.publishedAtUs < silentAfterUs;
}

/** How long it lasted; an alert whose end nobody told may have gone on after it was last heard of. */
export function alertEnding(alert: Alert, nowUs: number): string {
  if (isActive(alert, nowUs)) return 'now';
  if (alert.clearedAtUs === null) return 'end not known';
  return `lasted ${formatDuration(Math.max(0, alert.clearedAtUs - alert.raisedAtUs) / 1000)}`;
}

/** @returns The one that a dispatcher must see first: the most severe, among those the newest. */
export function mostUrgent(list: readonly Alert[], nowUs: number): Alert | undefined {
  return list
    .filter((alert) => isActive(alert, nowUs))
    .sort((a, b) => severityRank[b.severity] - severityRank[a.severity] || b.raisedAtUs - a.raisedAtUs)[0];
}

function isNewer(alert: Alert, known: Alert): boolean {
  return (
    (alert.updatedAtUs - known.updatedAtUs ||
      stateRank[alert.state] - stateRank[known.state] ||
      alert.publishedAtUs - known.publishedAtUs) > 0
  );
}
