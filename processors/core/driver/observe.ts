import type { Box } from '../../../schemas/messages.ts';
import { type Baseline, learn, type Norm, newDriver, normOf, wideMouthAspect } from './baseline.ts';
import { isClosed } from './eyes.ts';
import { eyeAspectOf, type FaceMeasure } from './face-measure.ts';
import { type Gaze, gazeOf, isAway, isHeadDown } from './gaze.ts';
import { type EyeMinute, stepEyeMinute } from './perclos.ts';
import { isCovered, type PictureLight } from './presence.ts';
import { lengthOf, type Spell, type SpellLimits, stepSpell } from './spell.ts';
import { type Glances, stepGlances } from './time-sharing.ts';
import { isMouthWide, recentYawns, yawnSeconds } from './yawn.ts';

/** What one picture shows of the driver. */
export interface DriverView {
  readonly light: PictureLight;
  /** Of a face that was found, whether or not its features can be seen. */
  readonly faceBoxPx: Box | null;
  /** Null when no face's features can be seen. */
  readonly face: FaceMeasure | null;
}

/** What is known of the driver from the pictures so far; seconds are of the stream's clock. Plain JSON, never changed in place. */
export interface Observed {
  readonly baseline: Baseline;
  /** When a face was last found. */
  readonly faceSeconds: number;
  /** Whether one ever was: a camera that has never shown any may look elsewhere. */
  readonly hasBeenFound: boolean;
  readonly closed: Spell | null;
  /** Whether something else than sleep explains it: a yawn, or a head that was lowered before (then lowered lids look shut). */
  readonly isClosedAwake: boolean;
  /** When blinks ended within the last minute. */
  readonly blinksSeconds: readonly number[];
  readonly eyeMinute: EyeMinute;
  readonly wide: Spell | null;
  /** When yawns began. */
  readonly yawnsSeconds: readonly number[];
  readonly away: Spell | null;
  readonly glances: Glances;
}

/** What follows from it for this very picture. */
export interface Readings {
  readonly norm: Norm;
  readonly isCovered: boolean;
  readonly isFound: boolean;
  readonly hasBeenFound: boolean;
  /** Since a face was last found, in pictures that show something. */
  readonly missedSeconds: number;
  readonly face: FaceMeasure | null;
  readonly gaze: Gaze | null;
  /** Null where it cannot be seen. */
  readonly isShut: boolean | null;
  readonly closedSeconds: number;
  readonly isYawning: boolean;
  /** Null where it cannot be seen. */
  readonly isAway: boolean | null;
  readonly awaySeconds: number;
}

export const nothingObserved: Observed = {
  baseline: newDriver,
  faceSeconds: 0,
  hasBeenFound: false,
  closed: null,
  isClosedAwake: false,
  blinksSeconds: [],
  eyeMinute: [],
  wide: null,
  yawnsSeconds: [],
  away: null,
  glances: [],
};

/**
 * Noise is a frame or two at 15 frames/s. A face that vanishes in the middle of it has mostly turned or dropped out of sight: what was so
 * is taken to go on for a while, and then nothing is said.
 */
const closedLimits: SpellLimits = { bridgeSeconds: 0.15, blindSeconds: 3 };
const awayLimits: SpellLimits = { bridgeSeconds: 0.25, blindSeconds: 5 };
const wideLimits: SpellLimits = { bridgeSeconds: 0.25, blindSeconds: 0.5 };
/** Seconds of a blink: 0.1 to 0.4 (Schiffman 2000), and up to half a second when tired. */
const mostBlinkSeconds = 0.5;
const blinkWindowSeconds = 60;
/** Degrees of yaw from which on the mouth is too foreshortened to be measured: a shut one gave 0.5 at 50 on a photograph. */
const sidewaysYawDegrees = 40;
/** Seconds without a face after which it may be another driver. */
const newDriverSeconds = 60;

/** What happened in a gap is not known: nothing that was so is taken to have gone on. */
export function afterGap(observed: Observed, nowSeconds: number): Observed {
  return { ...observed, closed: null, wide: null, away: null, faceSeconds: nowSeconds };
}

/** @param seconds Since the picture before. */
export function observe(before: Observed, view: DriverView, now: number, seconds: number): { observed: Observed; readings: Readings } {
  const isBlind = isCovered(view.light);
  const face = isBlind ? null : view.face;
  const isFound = !isBlind && (view.faceBoxPx !== null || face !== null);
  const faceSeconds = isFound || isBlind ? now : before.faceSeconds;
  const hasBeenFound = before.hasBeenFound || isFound;
  const missedSeconds = now - faceSeconds;

  const known = missedSeconds > newDriverSeconds ? newDriver : before.baseline;
  const baseline = learn(known, face, before.away ? now - before.away.sinceSeconds : 0, seconds);
  const norm = normOf(baseline);
  const isShut = face && !face.isEyeHidden ? isClosed(eyeAspectOf(face), norm, before.closed !== null) : null;
  const gaze = face && gazeOf(face, norm, isShut === false);

  const closing = stepSpell(before.closed, isShut, now, closedLimits);
  const isDown = gaze !== null && isHeadDown(gaze);
  const mouthAspect = face && Math.abs(face.yawDegrees) < sidewaysYawDegrees ? face.mouthAspect : null;
  const isMouthOpen = mouthAspect !== null && mouthAspect > wideMouthAspect;
  const isClosedAwake = closing.spell !== null && ((before.closed ? before.isClosedAwake : isDown) || isMouthOpen);
  const isBlink = closing.ended !== null && closing.ended.lastSeconds - closing.ended.sinceSeconds <= mostBlinkSeconds;
  const blinksSeconds = [...before.blinksSeconds, ...(isBlink ? [now] : [])].filter((at) => now - at < blinkWindowSeconds);
  const isSleepTold = !isMouthOpen && !isDown;
  const eyeMinute = stepEyeMinute(before.eyeMinute, isSleepTold ? isShut : null, now, seconds);

  const isWide = mouthAspect === null ? null : isMouthWide(mouthAspect, before.wide !== null);
  const wide = stepSpell(before.wide, isWide, now, wideLimits).spell;
  const isYawning = lengthOf(wide, isWide, now) >= yawnSeconds;
  const isNewYawn = isYawning && !before.yawnsSeconds.includes(wide!.sinceSeconds);
  const yawnsSeconds = recentYawns([...before.yawnsSeconds, ...(isNewYawn ? [wide!.sinceSeconds] : [])], now);

  const isLookingAway = gaze && isAway(gaze, face!.yawDegrees, before.away !== null);
  const isNormNew = norm.isKnown && !normOf(known).isKnown;
  const away = isNormNew ? null : stepSpell(before.away, isLookingAway, now, awayLimits).spell;

  return {
    observed: {
      baseline,
      faceSeconds,
      hasBeenFound,
      closed: closing.spell,
      isClosedAwake,
      blinksSeconds,
      eyeMinute,
      wide,
      yawnsSeconds,
      away,
      glances: stepGlances(before.glances, norm.isKnown ? away : null, now),
    },
    readings: {
      norm,
      isCovered: isBlind,
      isFound,
      hasBeenFound,
      missedSeconds,
      face,
      gaze,
      isShut,
      closedSeconds: isClosedAwake ? 0 : lengthOf(closing.spell, isShut, now),
      isYawning,
      // Before it is known where straight ahead is, nobody looks away.
      isAway: norm.isKnown ? isLookingAway : null,
      awaySeconds: norm.isKnown ? lengthOf(away, isLookingAway, now) : 0,
    },
  };
}
