import type { Alert } from '../../schemas/messages.ts';
import { type AlertPolicy, type AlertState, alertIdOf, calm, type DangerSign, stepAlert } from './alert-policy.ts';

/** One kind of alert that a stream may raise. */
export interface AlertKind {
  /** Alert.type, for example `lane-departure`. */
  readonly type: string;
  /** The standard behind its thresholds, named in every alert. */
  readonly rule: string;
  readonly policy: AlertPolicy;
  /** One sentence for a dispatcher when it is over. */
  describeEnd(durationSeconds: number): string;
}

/** What one frame says about it. */
export interface Danger extends DangerSign {
  /** One sentence for a dispatcher. Not read while `severity` is null. */
  readonly message: string;
  /** Figures with units in their names. Not read while `severity` is null. */
  readonly evidence: Readonly<Record<string, number>>;
  readonly trackId?: number;
}

export const noDanger: Danger = { severity: null, isHeld: false, isSeen: true, message: '', evidence: {} };

/** Whose alerts they are. */
export type AlertOrigin = Pick<Alert, 'streamId' | 'vehicleId' | 'modelSet'>;
export type AlertFrame = Pick<Alert, 'epoch' | 'sequence' | 'rtpTimestamp'> & { readonly capturedAtUs: number };

/** Where the alert of one kind stands. Plain JSON, never changed in place. */
export interface AlertWatch {
  readonly alert: AlertState;
  readonly open: {
    readonly alertId: string;
    readonly raisedAtUs: number;
    readonly raisedClockSeconds: number;
    readonly trackId: number | null;
  } | null;
}

export const noAlert: AlertWatch = { alert: calm, open: null };

/**
 * One step of one kind of alert.
 * @param clockSeconds Any clock that does not go back.
 * @returns The alert when it was raised, became worse or ended in this frame; publishedAtUs is 0.
 */
export function stepAlertWatch(
  watch: AlertWatch,
  kind: AlertKind,
  origin: AlertOrigin,
  frame: AlertFrame,
  clockSeconds: number,
  danger: Danger,
): { watch: AlertWatch; alerts: Alert[] } {
  const { state: alert, change } = stepAlert(watch.alert, kind.policy, clockSeconds, danger);
  const open =
    change === 'raised'
      ? {
          alertId: alertIdOf(origin.streamId, kind.type, frame.epoch, frame.sequence),
          raisedAtUs: frame.capturedAtUs,
          raisedClockSeconds: clockSeconds,
          trackId: danger.trackId ?? null,
        }
      : watch.open;
  if (!open || !change) return { watch: { alert, open }, alerts: [] };
  const isCleared = change === 'cleared';
  const durationSeconds = clockSeconds - open.raisedClockSeconds;
  return {
    watch: { alert, open: isCleared ? null : open },
    alerts: [
      {
        ...origin,
        alertId: open.alertId,
        type: kind.type,
        severity: (isCleared ? alert.last : alert.open)!.severity,
        state: change,
        epoch: frame.epoch,
        sequence: frame.sequence,
        rtpTimestamp: frame.rtpTimestamp,
        raisedAtUs: open.raisedAtUs,
        updatedAtUs: frame.capturedAtUs,
        clearedAtUs: isCleared ? frame.capturedAtUs : null,
        trackId: open.trackId,
        message: isCleared ? kind.describeEnd(durationSeconds) : danger.message,
        rule: kind.rule,
        evidence: isCleared ? { durationSeconds } : danger.evidence,
        publishedAtUs: 0,
      },
    ],
  };
}
