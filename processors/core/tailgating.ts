import type { Alert } from '../../schemas/messages.ts';
import type { TailgatingSettings } from '../../schemas/tailgating.ts';
import { type AlertFrame, type AlertKind, type AlertOrigin, type AlertWatch, noAlert, noDanger, stepAlertWatch } from './alert-watch.ts';

/** Plain JSON, never changed in place. */
export interface TailgatingState {
  readonly watch: AlertWatch;
  /** Since when the gap has been too small, on the stream's clock. */
  readonly sinceSeconds: number | null;
}

export const noTailgating: TailgatingState = { watch: noAlert, sinceSeconds: null };

export const tailgatingType = 'tailgating';
const rule = 'Time headway; ISO 15622:2018 lets no adaptive cruise control follow nearer than 0.8 s';
/** Slower ones are in a queue, m/s (20 km/h). */
const leastSpeedMps = 20 / 3.6;
/** A gap this much larger than the limit ends it: distances waver by a few per cent from frame to frame. */
const releaseFactor = 1.2;
/** Without a vehicle ahead for this long it is over, seconds: detectors miss some pictures. */
const clearSeconds = 2;

/** Who is followed. */
export interface Lead {
  readonly trackId: number;
  readonly class: string;
  readonly distanceMeters: number;
}

/**
 * One frame more of following somebody.
 * @param egoSpeedMps Null while nobody tells it: then nothing is said about headways.
 */
export function stepTailgating(
  before: TailgatingState,
  settings: TailgatingSettings,
  origin: AlertOrigin,
  frame: AlertFrame,
  clockSeconds: number,
  lead: Lead | undefined,
  egoSpeedMps: number | null,
): { state: TailgatingState; alerts: Alert[] } {
  const isJudged = lead !== undefined && egoSpeedMps !== null && egoSpeedMps >= leastSpeedMps;
  const headwaySeconds = isJudged ? lead.distanceMeters / egoSpeedMps : Number.POSITIVE_INFINITY;
  const isNear = headwaySeconds < settings.headwaySeconds;
  const isHeld = headwaySeconds < releaseFactor * settings.headwaySeconds;
  const sinceSeconds = isNear || (isHeld && before.sinceSeconds !== null) ? (before.sinceSeconds ?? clockSeconds) : null;
  const isSure = sinceSeconds !== null && clockSeconds - sinceSeconds >= settings.forSeconds;
  const kind: AlertKind = {
    type: tailgatingType,
    rule,
    policy: { confirmFrames: 1, clearSeconds, cooldownSeconds: 30, hourlyBudget: settings.hourlyBudget },
    describeEnd: (seconds) => `Following at a safe distance again; too near for another ${seconds.toFixed(0)} s.`,
  };
  const danger = isSure
    ? {
        severity: 'caution' as const,
        isHeld: true,
        isSeen: true,
        message: `Following the ${lead!.class} ${Math.round(lead!.distanceMeters)} m ahead at ${Math.round(egoSpeedMps! * 3.6)} km/h: ${headwaySeconds.toFixed(1)} s behind.`,
        evidence: { headwaySeconds, distanceMeters: lead!.distanceMeters, egoSpeedMps: egoSpeedMps! },
        trackId: lead!.trackId,
      }
    : { ...noDanger, isHeld };
  const { watch, alerts } = stepAlertWatch(before.watch, kind, origin, frame, clockSeconds, danger);
  return { state: { watch, sinceSeconds }, alerts };
}
