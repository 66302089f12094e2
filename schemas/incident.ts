import { type Alert, type Severity, severities } from './messages.ts';

/**
 * Alerts of one vehicle that begin within this time of one another belong to one moment, microseconds. Long enough for a glance that has
 * led to a collision warning to become a long one (3.5 s, (EU) 2023/2590; 6 s when slow), and for a warning to be told again after its cooldown.
 */
export const incidentGapUs = 10_000_000;

/** One dangerous moment of a vehicle, whichever of its cameras saw it, and as how many kinds of danger. */
export interface Incident<A extends Alert = Alert> {
  /** Of its first alert. */
  readonly incidentId: string;
  readonly vehicleId: string | null;
  /** The worst of its alerts'. */
  readonly severity: Severity;
  /** When its first alert was raised. */
  readonly firstAtUs: number;
  /** When its last alert was over, or last heard of. */
  readonly lastAtUs: number;
  /** In the order in which they were raised. */
  readonly alerts: readonly A[];
}

/**
 * Puts alerts together that are one incident. An alert of no vehicle is one by itself.
 * @param alerts In any order.
 * @returns Newest first.
 */
export function incidentsOf<A extends Alert>(alerts: readonly A[]): Incident<A>[] {
  const open = new Map<string, A[]>();
  const groups: A[][] = [];
  for (const alert of alerts.toSorted(byRaising)) {
    const group = alert.vehicleId === null ? undefined : open.get(alert.vehicleId);
    if (group && alert.raisedAtUs - group.at(-1)!.raisedAtUs <= incidentGapUs) {
      group.push(alert);
      continue;
    }
    const begun = [alert];
    groups.push(begun);
    if (alert.vehicleId !== null) open.set(alert.vehicleId, begun);
  }
  return groups.map(incidentOf).toSorted((a, b) => byRaising(b.alerts[0]!, a.alerts[0]!));
}

/** @param alerts At least one, in the order in which they were raised. */
function incidentOf<A extends Alert>(alerts: readonly A[]): Incident<A> {
  const [first] = alerts;
  const worst = Math.max(...alerts.map(({ severity }) => severities.indexOf(severity)));
  return {
    incidentId: first!.alertId,
    vehicleId: first!.vehicleId,
    severity: severities[worst]!,
    firstAtUs: first!.raisedAtUs,
    lastAtUs: Math.max(...alerts.map(({ clearedAtUs, updatedAtUs }) => clearedAtUs ?? updatedAtUs)),
    alerts,
  };
}

function byRaising(one: Alert, other: Alert): number {
  return one.raisedAtUs - other.raisedAtUs || (one.alertId < other.alertId ? -1 : 1);
}
