import type { DriverConfiguration } from '../../schemas/driver.ts';
import type { Alert, Driver } from '../../schemas/messages.ts';
import type { AlertPolicy } from './alert-policy.ts';
import {
  type AlertFrame,
  type AlertKind,
  type AlertOrigin,
  type AlertWatch,
  type Danger,
  noAlert,
  noDanger,
  stepAlertWatch,
} from './alert-watch.ts';
import { drowsinessKind, drowsinessPolicy, judgeDrowsiness } from './driver/drowsiness.ts';
import { opennessOf } from './driver/eyes.ts';
import { judgeLongGlance, longGlanceKind, longGlancePolicy } from './driver/long-glance.ts';
import { judgeMicrosleep, microsleepKind, microsleepPolicy } from './driver/microsleep.ts';
import { afterGap, type DriverView, nothingObserved, type Observed, observe, type Readings } from './driver/observe.ts';
import { perclosOf, seenSecondsOf } from './driver/perclos.ts';
import { absentSeconds, judgeNoDriver, noDriverKind, noDriverPolicy } from './driver/presence.ts';
import { judgeTimeSharing, timeSharingKind, timeSharingPolicy } from './driver/time-sharing.ts';

export interface DriverFrame extends AlertFrame, DriverView {
  /** Null when the vehicle tells none. */
  readonly speedMps: number | null;
}

export interface DriverJudgement {
  readonly driver: Driver;
  /** As in Perception: stage:reason. */
  readonly degraded: string[];
  /** Only what changed in this frame. publishedAtUs is 0: the edge fills it in. */
  readonly alerts: Alert[];
  /** As Telemetry tells it to the vehicle's other cameras; null when it cannot be seen. */
  readonly attention: 'road' | 'away' | 'asleep' | null;
}

export interface DriverJudgeOptions extends AlertOrigin {
  readonly thresholds: DriverConfiguration;
}

/** Of the state's layout: Checkpoint.version. */
export const driverStateVersion = 2;

/** Everything a stream's next judgement depends on. Plain JSON, never changed in place. */
export interface DriverState {
  readonly epoch: number | null;
  readonly capturedAtUs: number;
  /** Sum of the steps between frames; unlike capture times it never goes back. */
  readonly clockSeconds: number;
  readonly observed: Observed;
  /** By type of alert. */
  readonly watches: Readonly<Record<string, AlertWatch>>;
}

export interface DriverJudge {
  /** Judges the next analysed frame of the stream. */
  push(frame: DriverFrame): DriverJudgement;
  snapshot(): DriverState;
  /** Goes on exactly from where `snapshot` was taken, also after a way through JSON. */
  restore(state: DriverState): void;
}

/** Seconds that a step takes at least: clocks jump back, and no camera is faster. */
const leastStepSeconds = 0.01;
/** Seconds after which nothing is known of what went on in between. */
const mostStepSeconds = 2;
/** Seconds of watching below which a number of blinks a minute means little. */
const leastBlinkWatchSeconds = 20;

const initialState: DriverState = { epoch: null, capturedAtUs: 0, clockSeconds: 0, observed: nothingObserved, watches: {} };

/** The pure judge of one cabin camera: a face's measures in; the driver's state and alerts out. */
export function createDriverJudge(options: DriverJudgeOptions): DriverJudge {
  let state = initialState;
  return {
    push(frame) {
      const step = judgeFrame(options, state, frame);
      state = step.state;
      return step.judgement;
    },
    snapshot: () => state,
    restore(snapshot) {
      state = snapshot;
    },
  };
}

function judgeFrame(
  options: DriverJudgeOptions,
  before: DriverState,
  frame: DriverFrame,
): { state: DriverState; judgement: DriverJudgement } {
  const passed = before.epoch === null ? 0 : (frame.capturedAtUs - before.capturedAtUs) / 1e6;
  const elapsedSeconds = Math.max(leastStepSeconds, passed);
  const now = before.clockSeconds + elapsedSeconds;
  const known = passed > mostStepSeconds ? afterGap(before.observed, now) : before.observed;
  const { observed, readings } = observe(known, frame, now, Math.min(mostStepSeconds, elapsedSeconds));

  const { thresholds, streamId, vehicleId, modelSet } = options;
  const isAsleep = readings.closedSeconds >= thresholds.microsleepSeconds;
  const perclos = perclosOf(observed.eyeMinute);
  const alerts: Alert[] = [];
  const degraded = [...(before.epoch === frame.epoch && passed <= 0 ? ['driver:capture-time-went-back'] : []), ...degradedOf(readings)];
  const watches: Record<string, AlertWatch> = {};
  for (const { danger, policy, ...kind } of dangersOf(readings, observed, perclos, isAsleep, now, frame.speedMps, thresholds)) {
    const whole = { ...kind, policy: { ...policy, hourlyBudget: thresholds.hourlyBudget } };
    const step = stepAlertWatch(before.watches[kind.type] ?? noAlert, whole, { streamId, vehicleId, modelSet }, frame, now, danger);
    watches[kind.type] = step.watch;
    alerts.push(...step.alerts);
    if (step.watch.alert.isBudgetSpent) degraded.push(`${kind.type}:hourly-budget-spent`);
  }

  return {
    state: { epoch: frame.epoch, capturedAtUs: frame.capturedAtUs, clockSeconds: now, observed, watches },
    judgement: {
      driver: describeDriver(readings, observed, perclos, frame),
      degraded,
      alerts,
      attention: isAsleep ? 'asleep' : readings.awaySeconds > 0 || readings.isAway ? 'away' : readings.isAway === false ? 'road' : null,
    },
  };
}

interface WatchedDanger extends Omit<AlertKind, 'policy'> {
  readonly policy: Omit<AlertPolicy, 'hourlyBudget'>;
  readonly danger: Danger;
}

function dangersOf(
  { closedSeconds, isShut, awaySeconds, isAway, missedSeconds, hasBeenFound }: Readings,
  { yawnsSeconds, glances }: Observed,
  perclos: number | null,
  isAsleep: boolean,
  now: number,
  speedMps: number | null,
  thresholds: DriverConfiguration,
): WatchedDanger[] {
  const isGazeSeen = isAway !== null;
  // A head that sinks asleep is one danger, not two.
  const longGlance = isAsleep ? noDanger : judgeLongGlance(awaySeconds, isGazeSeen, speedMps, thresholds);
  const timeSharing = isAsleep ? noDanger : judgeTimeSharing(glances, now, isGazeSeen, speedMps, thresholds);
  return [
    { ...microsleepKind, policy: microsleepPolicy, danger: judgeMicrosleep(closedSeconds, isShut !== null, thresholds) },
    { ...drowsinessKind, policy: drowsinessPolicy, danger: judgeDrowsiness(perclos, yawnsSeconds.length, thresholds) },
    { ...longGlanceKind, policy: longGlancePolicy, danger: longGlance },
    { ...timeSharingKind, policy: timeSharingPolicy, danger: timeSharing },
    { ...noDriverKind, policy: noDriverPolicy, danger: hasBeenFound ? judgeNoDriver(missedSeconds, speedMps) : noDanger },
  ];
}

function describeDriver(readings: Readings, observed: Observed, perclos: number | null, { faceBoxPx }: DriverFrame): Driver {
  const { face, gaze, norm, isShut, isFound, isCovered, missedSeconds } = readings;
  const eyes = isShut === null ? null : face;
  const watchedSeconds = seenSecondsOf(observed.eyeMinute);
  return {
    presence: isFound ? 'present' : !isCovered && missedSeconds >= absentSeconds ? 'absent' : 'unknown',
    faceBoxPx: isFound ? (face?.boxPx ?? faceBoxPx) : null,
    contoursPx: face?.contoursPx ?? [],
    leftEyeOpenness: eyes && opennessOf(eyes.leftEyeAspect, norm),
    rightEyeOpenness: eyes && opennessOf(eyes.rightEyeAspect, norm),
    isEyesClosed: isShut,
    eyesClosedSeconds: readings.closedSeconds,
    blinksPerMinute: watchedSeconds < leastBlinkWatchSeconds ? null : (60 * observed.blinksSeconds.length) / watchedSeconds,
    perclos,
    mouthOpenness: face?.mouthAspect ?? null,
    isYawning: readings.isYawning,
    yawDegrees: gaze?.yawDegrees ?? null,
    pitchDegrees: gaze?.pitchDegrees ?? null,
    rollDegrees: face?.rollDegrees ?? null,
    gazeYawDegrees: gaze?.gazeYawDegrees ?? null,
    isLookingAway: readings.isAway,
    lookingAwaySeconds: readings.awaySeconds,
    baseline: norm.isLearnt ? 'learnt' : 'learning',
  };
}

function degradedOf({ isCovered, isFound, hasBeenFound, face }: Readings): string[] {
  if (isCovered) return ['camera:covered'];
  if (!isFound) return [hasBeenFound ? 'driver:face-lost' : 'driver:never-seen'];
  if (!face) return ['driver:face-hidden'];
  return face.isEyeHidden ? ['driver:eyes-hidden'] : [];
}
