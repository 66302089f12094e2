import type { Alert } from '../../../schemas/messages.ts';
import type { SpeedingSettings } from '../../../schemas/speeding.ts';
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

/** The same as of those that a roadside camera sees. */
export const overSpeedType = 'speeding';

/** Where it stands. Plain JSON, never changed in place. */
export interface OverSpeedWatch {
  readonly watch: AlertWatch;
  /** For how long the vehicle has been faster than tolerated, and gravely so. */
  readonly overSeconds: number;
  readonly graveSeconds: number;
}

export const noOverSpeed: OverSpeedWatch = { watch: noAlert, overSeconds: 0, graveSeconds: 0 };

/** Seconds: who overshoots for a moment is not told, and a speed that GPS tells a second late has caught up with a sign by then. */
const patienceSeconds = 1.5;
/** Seconds below the limit until it is over: a speed that swings around the limit is one event. */
const clearSeconds = 2;
const cooldownSeconds = 10;

/**
 * @param limitKmh Null where none is known.
 * @param frame.speedMps Null where the vehicle tells none.
 * @param seconds Since the frame before.
 */
export function stepOverSpeed(
  before: OverSpeedWatch,
  settings: SpeedingSettings,
  origin: AlertOrigin,
  frame: AlertFrame & { readonly speedMps: number | null; readonly seconds: number },
  clockSeconds: number,
  limitKmh: number | null,
): { watch: OverSpeedWatch; alerts: Alert[] } {
  const { speedMps, seconds } = frame;
  const speedKmh = speedMps === null ? null : 3.6 * speedMps;
  const toleratedKmh = (limitKmh ?? Infinity) + settings.toleranceKmh;
  const graveKmh = Math.max(toleratedKmh, (limitKmh ?? Infinity) * (1 + settings.graveFraction));
  const overSeconds = speedKmh !== null && speedKmh > toleratedKmh ? before.overSeconds + seconds : 0;
  const graveSeconds = speedKmh !== null && speedKmh > graveKmh ? before.graveSeconds + seconds : 0;
  const kind: AlertKind = {
    type: overSpeedType,
    rule: '(EU) 2021/1958 speed limit warning: faster than the sign allows',
    policy: { confirmFrames: 1, clearSeconds, cooldownSeconds, hourlyBudget: settings.hourlyBudget },
    describeEnd: (durationSeconds) => `Within the limit again after ${durationSeconds.toFixed(0)} s.`,
  };
  const danger: Danger =
    speedKmh === null || limitKmh === null
      ? noDanger
      : {
          severity: graveSeconds >= patienceSeconds ? 'warning' : overSeconds >= patienceSeconds ? 'caution' : null,
          isHeld: speedKmh > limitKmh,
          isSeen: true,
          message: `${speedKmh.toFixed(0)} km/h where ${limitKmh} are allowed.`,
          evidence: { speedKmh, limitKmh },
        };
  const { watch, alerts } = stepAlertWatch(before.watch, kind, origin, frame, clockSeconds, danger);
  return { watch: { watch, overSeconds, graveSeconds }, alerts };
}
