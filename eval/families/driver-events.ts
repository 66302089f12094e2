import type { CabinTruth } from '../../ingest/simulator/cabin/truth.ts';
import type { ExpectedEvent } from '../events.ts';
import { stretchesOf, type Trace, type TracedFrame } from '../trace.ts';

/** The bar: within this of the moment at which the rule is fulfilled. */
export const toleranceSeconds = 0.5;
/** An alert that late still tells of it, late. */
const lateSeconds = 2;

/** Eyes closed: Euro NCAP's microsleep. */
const microsleepSeconds = 1;
/** (EU) 2023/2590: 3.5 s above 50 km/h, 6 s at 20 to 50. */
const glanceLimits = { fast: 3.5, slow: 6, fastMps: 50 / 3.6, slowMps: 20 / 3.6 };
/** Euro NCAP: 10 s of 30. */
const sharingSeconds = 10;
/** PERCLOS that is tired, less the error that is allowed. */
const tiredShare = 0.1;
const allowedShareError = 0.02;
/** PERCLOS is a share of the last minute; half a minute is the least that says anything. */
const perclosSeconds = 60;
/** A wide mouth of this long is a yawn: a yawn lasts about 6 s (Barbizet 1958). */
export const yawnSeconds = 1.5;
const manyYawns = 3;

/** What of the driver is to be told, by the type of its alert. */
export function driverEvents(trace: Trace<CabinTruth>): Readonly<Record<string, ExpectedEvent[]>> {
  const microsleeps = ruled(trace, ({ eyesClosedSeconds, isEyesClosed }) => isEyesClosed && eyesClosedSeconds >= microsleepSeconds);
  const glances = ruled(trace, (truth) => truth.isLookingAway && truth.lookingAwaySeconds >= glanceLimit(truth));
  const sharing = ruled(trace, ({ awaySecondsOf30, speedMps }) => awaySecondsOf30 > sharingSeconds && speedMps >= glanceLimits.slowMps);
  return {
    microsleep: named(microsleeps, 'microsleep'),
    'long-glance': named(glances, 'long glance'),
    // Long glances are told as such; whether they are told as sharing too is open.
    'time-sharing': named(sharing, 'time sharing').map((event) => ({ ...event, isRequired: glances.length === 0 })),
    drowsiness: tired(trace),
    'no-driver': open(trace, ({ truth }) => truth.presence === 'absent'),
    'camera-covered': open(trace, ({ truth }) => truth.coveredFraction > 0.5 || truth.isFaceHidden),
  };
}

/** When mouths have been wide open for as long as a yawn takes to be one. */
export function yawnEvents(trace: Trace<CabinTruth>): ExpectedEvent[] {
  return stretchesOf(trace, ({ truth }) => truth.isYawning)
    .filter(({ fromSeconds, toSeconds }) => toSeconds - fromSeconds >= yawnSeconds)
    .map(({ fromSeconds, toSeconds }) => ({
      kind: 'yawn',
      fromSeconds,
      deadlineSeconds: fromSeconds + yawnSeconds + toleranceSeconds,
      toSeconds: toSeconds + lateSeconds,
      isRequired: true,
    }));
}

function glanceLimit({ speedMps }: CabinTruth): number {
  if (speedMps < glanceLimits.slowMps) return Infinity;
  return speedMps > glanceLimits.fastMps ? glanceLimits.fast : glanceLimits.slow;
}

/** Stretches in which a rule is fulfilled, told from a tolerance before on. */
function ruled(trace: Trace<CabinTruth>, isFulfilled: (truth: CabinTruth) => boolean): Omit<ExpectedEvent, 'kind'>[] {
  return stretchesOf(trace, ({ truth }) => isFulfilled(truth)).map(({ fromSeconds, toSeconds }) => ({
    fromSeconds: fromSeconds - toleranceSeconds,
    deadlineSeconds: fromSeconds + toleranceSeconds,
    toSeconds: toSeconds + lateSeconds,
    isRequired: true,
  }));
}

function named(events: readonly Omit<ExpectedEvent, 'kind'>[], kind: string): ExpectedEvent[] {
  return events.map((event) => ({ ...event, kind }));
}

/** While it is so, and for a moment after, an alert is right; none is graded. */
function open(trace: Trace<CabinTruth>, isSo: (frame: TracedFrame<CabinTruth>) => boolean): ExpectedEvent[] {
  return stretchesOf(trace, isSo).map(({ fromSeconds, toSeconds }) => ({
    kind: 'seen',
    fromSeconds,
    deadlineSeconds: toSeconds,
    toSeconds: toSeconds + lateSeconds,
    isRequired: false,
  }));
}

/** Sleepy by PERCLOS, or by the third yawn. A minute's share moves slowly: when it is told is not graded, that it is told is. */
function tired(trace: Trace<CabinTruth>): ExpectedEvent[] {
  const thirdYawn = yawnEvents(trace)[manyYawns - 1]?.fromSeconds ?? Infinity;
  const isTired = ({ truth, timeSeconds }: TracedFrame<CabinTruth>, share: number, sinceSeconds: number) =>
    timeSeconds >= thirdYawn || (timeSeconds >= sinceSeconds && truth.perclos >= share);
  return stretchesOf(trace, (frame) => isTired(frame, tiredShare - allowedShareError, perclosSeconds / 2)).map(
    ({ fromSeconds, toSeconds, frames }) => ({
      kind: 'drowsiness',
      fromSeconds,
      deadlineSeconds: toSeconds,
      toSeconds: toSeconds + lateSeconds,
      isRequired: frames.some((frame) => isTired(frame, tiredShare + allowedShareError, perclosSeconds)),
    }),
  );
}
