import type { LaneDepartureSettings } from '../../../schemas/lane-departure.ts';
import type { Alert, Lanes } from '../../../schemas/messages.ts';
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
import type { Side } from './lane-follower.ts';
import { wheelToLine } from './lane-reading.ts';

export const laneDepartureType = 'lane-departure';

/** What the vehicle tells; null where it tells nothing. */
export interface DrivenVehicle {
  readonly speedMps: number | null;
  readonly indicator: 'left' | 'right' | 'off' | null;
}

/** Where the warning stands. Plain JSON, never changed in place. */
export interface LaneDepartureWatch {
  readonly watch: AlertWatch;
  /** Sides on which the wheel has been well inside the line since the last change of lanes: only from there one departs. */
  readonly inside: readonly Side[];
  /** Seconds since the indicator was last on. */
  readonly sinceIndicatorSeconds: number;
  /** Seconds for which lines have been known, less those for which they were not. */
  readonly knownSeconds: number;
}

export const noLaneDeparture: LaneDepartureWatch = { watch: noAlert, inside: [], sinceIndicatorSeconds: 60, knownSeconds: 0 };

const rule = 'ISO 17361:2017 lane departure warning: between 0.75 m before the line and 0.30 m past it, drifting at 0.1 to 0.8 m/s';

/** m/s: ISO 17361 tests from 0.1; a fifth less, as the measured rate is unsteady by that. */
const leastDriftMps = 0.08;
/** m/s: faster drifts are steered on purpose; ISO 17361 tests up to 0.8, and the measured rate is unsteady by 0.1. */
const mostDriftMps = 0.95;
/**
 * Seconds to the line, and meters added: at 0.1 m/s the warning comes 0.13 m before the line, at 0.8 m/s 0.5 m, in the middle of what
 * ISO 17361 allows, so that an error of 0.25 m to either side stays within it.
 */
const leadSeconds = 0.45;
const leadMeters = 0.08;
/** Meters by which the wheel must be inside before it can depart, and beyond which it is not about this line any more. */
const insideMeters = 0.2;
const mostPastMeters = 0.3;
/** Confidence below which a line warns nobody. */
const leastConfidence = 0.5;
/**
 * Seconds for which the lane must have been known: with a pitch that is off by 2.5° real lines were told wrongly for up to 3 s, and one was
 * warned of. More than as many again are not saved up.
 */
const settledSeconds = 4;
/** Seconds after the indicator in which a change of lanes is still the driver's will. */
const indicatorSeconds = 2;

export function stepLaneDeparture(
  before: LaneDepartureWatch,
  settings: LaneDepartureSettings,
  origin: AlertOrigin,
  frame: AlertFrame & { readonly vehicle: DrivenVehicle; readonly seconds: number },
  clockSeconds: number,
  lanes: Lanes,
  crossed: Side | null,
): { watch: LaneDepartureWatch; alerts: Alert[] } {
  const { vehicle, seconds } = frame;
  const isIndicating = vehicle.indicator === 'left' || vehicle.indicator === 'right';
  const sinceIndicatorSeconds = isIndicating ? 0 : Math.min(60, before.sinceIndicatorSeconds + seconds);
  const distances = new Map(
    lanes.lines.filter(({ confidence }) => confidence >= leastConfidence).map((line) => [line.side, wheelToLine(line)]),
  );
  const knownSeconds = Math.max(0, Math.min(2 * settledSeconds, before.knownSeconds + (distances.size > 0 ? seconds : -seconds)));
  const inside = (['left', 'right'] as const).filter(
    (side) => (crossed === null && before.inside.includes(side)) || (distances.get(side) ?? -1) >= insideMeters,
  );
  const isSlow = vehicle.speedMps !== null && vehicle.speedMps * 3.6 < settings.leastSpeedKmh;
  const isWanted = sinceIndicatorSeconds < indicatorSeconds;
  const danger = isSlow || isWanted || knownSeconds < settledSeconds ? noDanger : judge(lanes, distances, inside);
  const kind: AlertKind = {
    type: laneDepartureType,
    rule,
    policy: { confirmFrames: 2, clearSeconds: 1, cooldownSeconds: 4, hourlyBudget: settings.hourlyBudget },
    describeEnd: (durationSeconds) => `Lane departure over after ${durationSeconds.toFixed(1)} s.`,
  };
  const { watch, alerts } = stepAlertWatch(before.watch, kind, origin, frame, clockSeconds, danger);
  return { watch: { watch, inside, sinceIndicatorSeconds, knownSeconds }, alerts };
}

/** Whether the vehicle leaves its lane now, without being steered out of it. */
function judge({ offsetRateMps, offsetMeters }: Lanes, distances: ReadonlyMap<Side, number>, inside: readonly Side[]): Danger {
  if (offsetRateMps === null || offsetMeters === null) return { ...noDanger, isSeen: false };
  const side: Side = offsetRateMps < 0 ? 'left' : 'right';
  const distanceMeters = distances.get(side);
  const driftMps = Math.abs(offsetRateMps);
  if (distanceMeters === undefined) return { ...noDanger, isSeen: false };
  const isNear = distanceMeters <= leadMeters + leadSeconds * driftMps;
  const isDeparting = isNear && driftMps >= leastDriftMps && driftMps <= mostDriftMps && distanceMeters >= -mostPastMeters;
  return {
    severity: isDeparting && inside.includes(side) ? 'warning' : null,
    isHeld: [...distances.values()].some((distance) => distance <= 0),
    isSeen: true,
    message: `Drifting over the ${side} line at ${driftMps.toFixed(1)} m/s, ${Math.abs(distanceMeters).toFixed(1)} m ${distanceMeters < 0 ? 'past' : 'before'} it, without indicator.`,
    evidence: { wheelToLineMeters: distanceMeters, driftMps, offsetMeters },
  };
}
