import type { Alert } from '../../schemas/messages.ts';
import { type AlertState, alertIdOf, calm, level, stepAlert } from './alert-policy.ts';
import {
  describeApproach,
  describeEnd,
  evidenceOf,
  type ForwardCollisionThresholds,
  forwardCollisionPolicy,
  forwardCollisionRule,
  forwardCollisionType,
  type Hazard,
  judgeApproach,
} from './forward-collision.ts';

/** Whose alerts they are. */
export interface WatchedStream {
  readonly streamId: string;
  readonly vehicleId: string | null;
  readonly modelSet: string;
  readonly forwardCollision: ForwardCollisionThresholds;
}

/** The stream's forward-collision alert, if one is open. Plain JSON, never changed in place. */
export interface ForwardCollisionWatch {
  readonly alert: AlertState;
  /** The frame before, and whether something came near in it. */
  readonly before: { readonly clockSeconds: number; readonly isHeld: boolean } | null;
  readonly open: {
    readonly alertId: string;
    readonly raisedAtUs: number;
    readonly raisedClockSeconds: number;
    readonly trackId: number;
    readonly leastTtcSeconds: number;
  } | null;
}

/**
 * Seconds between two frames from which one alone is believed, when something came near in the one before: a process that has too much to do
 * leaves out frames, and a danger may be over before two more are seen.
 */
const sparseSeconds = 0.3;

export const noForwardCollision: ForwardCollisionWatch = { alert: calm, before: null, open: null };

/**
 * Judges all hazards of a frame by the worst of them; one alert is open at a time, whichever of them it is about.
 * @param clockSeconds Any clock that does not go back.
 * @param egoSpeedMps As the vehicle tells it; null where it does not.
 * @returns The alert when it was raised, became worse or ended in this frame; publishedAtUs is 0.
 */
export function stepForwardCollision(
  watch: ForwardCollisionWatch,
  stream: WatchedStream,
  frame: { readonly epoch: number; readonly sequence: number; readonly capturedAtUs: number; readonly rtpTimestamp: number },
  clockSeconds: number,
  hazards: readonly Hazard[],
  egoSpeedMps: number | null,
): { watch: ForwardCollisionWatch; alerts: Alert[] } {
  const dangers = hazards
    .map((hazard) => ({ hazard, sign: judgeApproach(hazard, stream.forwardCollision, egoSpeedMps) }))
    .sort(
      (a, b) =>
        level(b.sign.severity) - level(a.sign.severity) ||
        (a.hazard.approach.ttcSeconds ?? Number.MAX_VALUE) - (b.hazard.approach.ttcSeconds ?? Number.MAX_VALUE),
    );
  const worst = dangers[0];
  const isHeld = dangers.some(({ sign }) => sign.isHeld);
  const isSparse = watch.before?.isHeld === true && clockSeconds - watch.before.clockSeconds >= sparseSeconds;
  const confirmFrames = isSparse ? 1 : forwardCollisionPolicy.confirmFrames;
  const policy = { ...forwardCollisionPolicy, confirmFrames, hourlyBudget: stream.forwardCollision.hourlyBudget };
  const before = { clockSeconds, isHeld };
  const { state: alert, change } = stepAlert(watch.alert, policy, clockSeconds, {
    severity: worst?.sign.severity ?? null,
    isHeld,
    isSeen: worst?.sign.isSeen ?? true,
  });

  const evidence = worst?.sign.severity ? evidenceOf(worst.hazard.approach) : undefined;
  const open =
    change === 'raised'
      ? {
          alertId: alertIdOf(stream.streamId, forwardCollisionType, frame.epoch, frame.sequence),
          raisedAtUs: frame.capturedAtUs,
          raisedClockSeconds: clockSeconds,
          trackId: worst!.hazard.trackId,
          leastTtcSeconds: evidence!.ttcSeconds,
        }
      : watch.open && worst && evidence
        ? { ...watch.open, trackId: worst.hazard.trackId, leastTtcSeconds: Math.min(watch.open.leastTtcSeconds, evidence.ttcSeconds) }
        : watch.open;
  if (!open || !change) return { watch: { alert, before, open }, alerts: [] };

  const isCleared = change === 'cleared';
  const durationSeconds = clockSeconds - open.raisedClockSeconds;
  return {
    watch: { alert, before, open: isCleared ? null : open },
    alerts: [
      {
        alertId: open.alertId,
        streamId: stream.streamId,
        vehicleId: stream.vehicleId,
        type: forwardCollisionType,
        severity: (isCleared ? alert.last : alert.open)!.severity,
        state: change,
        epoch: frame.epoch,
        sequence: frame.sequence,
        rtpTimestamp: frame.rtpTimestamp,
        raisedAtUs: open.raisedAtUs,
        updatedAtUs: frame.capturedAtUs,
        clearedAtUs: isCleared ? frame.capturedAtUs : null,
        trackId: open.trackId,
        message: isCleared ? describeEnd(durationSeconds, open.leastTtcSeconds) : describeApproach(worst!.hazard.class, evidence!),
        rule: forwardCollisionRule,
        evidence: isCleared ? { durationSeconds, leastTtcSeconds: open.leastTtcSeconds } : { ...evidence! },
        modelSet: stream.modelSet,
        publishedAtUs: 0,
      },
    ],
  };
}
