import { randomFrom } from '../drawing/noise.ts';
import { integralTo, type Profile, valueAt } from '../profile.ts';
import { framesPerSecond } from '../scenario.ts';
import type { Act, CabinScenario } from './scenario.ts';

/** What is so in one frame, whether or not anybody sees it. Of the driver's face nothing is known while they are absent. */
export interface CabinTruth {
  readonly frameIndex: number;
  readonly timeSeconds: number;
  readonly speedMps: number;
  readonly presence: 'present' | 'absent';
  /** Whether hands cover the face for the greater part. */
  readonly isFaceHidden: boolean;
  /** Share of the lens that is covered. */
  readonly coveredFraction: number;
  /** 0 shut, 1 wide awake; the driver's own left. */
  readonly leftEyeOpenness: number;
  readonly rightEyeOpenness: number;
  /** 0 shut, 1 the widest yawn. */
  readonly mouthOpenness: number;
  /** Of the head against straight ahead, positive to the driver's right. */
  readonly yawDegrees: number;
  /** Positive up. */
  readonly pitchDegrees: number;
  /** Positive to the driver's right shoulder. */
  readonly rollDegrees: number;
  /** Of head and eyes together. */
  readonly gazeYawDegrees: number;
  readonly gazePitchDegrees: number;
  /** Lids down by at least 80 % (P80). */
  readonly isEyesClosed: boolean;
  /** For how long now. */
  readonly eyesClosedSeconds: number;
  /** Share of the last minute, or of the time so far, with closed eyes. */
  readonly perclos: number;
  readonly isYawning: boolean;
  readonly isLookingAway: boolean;
  /** For how long now. */
  readonly lookingAwaySeconds: number;
  /** Of the last 30 s. */
  readonly awaySecondsOf30: number;
}

/** What the driver and the camera do at one time; angles as in the truth. */
export interface CabinState {
  readonly eyeOpenness: number;
  readonly mouthOpenness: number;
  readonly yawDegrees: number;
  readonly pitchDegrees: number;
  readonly rollDegrees: number;
  readonly eyeYawDegrees: number;
  readonly eyePitchDegrees: number;
  readonly hands: number;
  readonly leanMeters: number;
  readonly cover: number;
  /** Of the head with the road, to the picture's right and up. */
  readonly swayCm: readonly [number, number];
}

/** Lids down by 80 %: PERCLOS P80 (Wierwille et al. 1994). */
const closedBelow = 0.2;
/** Mouth at least half as wide as it goes. */
const yawningAbove = 0.5;
/**
 * Gaze beyond these is not on the road. They are the drawn world's own: looks that are meant as away go well beyond (40 to the side, 28 down), the
 * road, its bends and the instruments lie well within.
 */
const [awayYawDegrees, awayPitchDegrees] = [30, 20];
/** Beyond it nothing of the head is in the picture. */
const absentBeyondMeters = 0.6;
/** The upper lid follows the eye down: share of its opening a degree. Chosen by eye. */
const lidFollowing = 0.02;
const perclosFrames = 60 * framesPerSecond;
const sharingFrames = 30 * framesPerSecond;

/** A scenario's driver at any frame, and what has been so until then. */
export class Timeline {
  readonly framesPerLoop: number;
  readonly #scenario: CabinScenario;
  readonly #closed: Count;
  readonly #away: Count;

  constructor(scenario: CabinScenario) {
    this.#scenario = scenario;
    this.framesPerLoop = Math.round(scenario.durationSeconds * framesPerSecond);
    const states = Array.from({ length: this.framesPerLoop }, (_, frame) => stateAt(scenario, frame / framesPerSecond));
    this.#closed = countOf(states.map(isClosed));
    this.#away = countOf(states.map(isAway));
  }

  /** @param frameIndex From the beginning of the stream; loops are counted on. */
  state(frameIndex: number): CabinState {
    return stateAt(this.#scenario, (frameIndex % this.framesPerLoop) / framesPerSecond);
  }

  /** How far the car has come. */
  drivenMeters(frameIndex: number): number {
    const { speedMps, durationSeconds } = this.#scenario;
    const loops = Math.floor(frameIndex / this.framesPerLoop);
    return loops * integralTo(speedMps, durationSeconds) + integralTo(speedMps, (frameIndex % this.framesPerLoop) / framesPerSecond);
  }

  /** @param frameIndex As for `state`. */
  truth(frameIndex: number): CabinTruth {
    const state = this.state(frameIndex);
    const inLoop = frameIndex % this.framesPerLoop;
    return {
      frameIndex,
      timeSeconds: frameIndex / framesPerSecond,
      speedMps: valueAt(this.#scenario.speedMps, inLoop / framesPerSecond),
      presence: Math.abs(state.leanMeters) > absentBeyondMeters ? 'absent' : 'present',
      isFaceHidden: state.hands > 0.5,
      coveredFraction: state.cover,
      leftEyeOpenness: state.eyeOpenness,
      rightEyeOpenness: state.eyeOpenness,
      mouthOpenness: state.mouthOpenness,
      yawDegrees: state.yawDegrees,
      pitchDegrees: state.pitchDegrees,
      rollDegrees: state.rollDegrees,
      gazeYawDegrees: state.yawDegrees + state.eyeYawDegrees,
      gazePitchDegrees: state.pitchDegrees + state.eyePitchDegrees,
      isEyesClosed: isClosed(state),
      eyesClosedSeconds: this.#closed.runs[inLoop]! / framesPerSecond,
      perclos: within(this.#closed, frameIndex, perclosFrames) / Math.min(frameIndex + 1, perclosFrames),
      isYawning: state.mouthOpenness > yawningAbove,
      isLookingAway: isAway(state),
      lookingAwaySeconds: this.#away.runs[inLoop]! / framesPerSecond,
      awaySecondsOf30: within(this.#away, frameIndex, sharingFrames) / framesPerSecond,
    };
  }
}

const isClosed = ({ eyeOpenness }: CabinState): boolean => eyeOpenness < closedBelow;

const isAway = ({ yawDegrees, pitchDegrees, eyeYawDegrees, eyePitchDegrees }: CabinState): boolean =>
  Math.abs(yawDegrees + eyeYawDegrees) > awayYawDegrees || Math.abs(pitchDegrees + eyePitchDegrees) > awayPitchDegrees;

function stateAt(scenario: CabinScenario, seconds: number): CabinState {
  const now = scenario.acts.filter(({ fromSeconds, toSeconds }) => seconds >= fromSeconds && seconds <= toSeconds);
  const values = (profileOf: (act: Act) => Profile | undefined): number[] =>
    now.flatMap((act) => {
      const profile = profileOf(act);
      return profile ? [valueAt(profile, seconds)] : [];
    });
  const sum = (profileOf: (act: Act) => Profile | undefined): number => values(profileOf).reduce((all, value) => all + value, 0);
  const most = (profileOf: (act: Act) => Profile | undefined): number => Math.max(0, ...values(profileOf));
  const sway = swayAt(scenario, seconds);
  const eyePitchDegrees = sum((act) => act.eyePitchDegrees);
  return {
    eyeOpenness: Math.min(1, ...values((act) => act.eyeOpenness)) * (1 - lidFollowing * Math.max(0, -eyePitchDegrees)),
    mouthOpenness: most((act) => act.mouthOpenness),
    yawDegrees: sum((act) => act.yawDegrees) + sway.yawDegrees,
    pitchDegrees: sum((act) => act.pitchDegrees) + sway.pitchDegrees,
    rollDegrees: sum((act) => act.rollDegrees) + sway.rollDegrees,
    eyeYawDegrees: sum((act) => act.eyeYawDegrees),
    eyePitchDegrees,
    hands: most((act) => act.hands),
    leanMeters: sum((act) => act.leanMeters),
    cover: most((act) => act.cover),
    swayCm: sway.cm,
  };
}

/** Nobody sits still in a car: slow wandering and the road's shaking, a whole number of times in a loop. */
function swayAt({ seed, durationSeconds }: CabinScenario, seconds: number) {
  const random = randomFrom(seed);
  const wave = (amplitude: number, periodSeconds: number): number => {
    const rounds = Math.max(1, Math.round((durationSeconds / periodSeconds) * (0.8 + 0.4 * random())));
    return amplitude * Math.sin((2 * Math.PI * rounds * seconds) / durationSeconds);
  };
  return {
    yawDegrees: wave(1.2, 9) + wave(0.6, 3.1),
    pitchDegrees: wave(0.8, 11) + wave(0.4, 2.3),
    rollDegrees: wave(0.9, 13) + wave(0.4, 4),
    cm: [wave(0.5, 8) + wave(0.06, 0.7), wave(0.25, 12) + wave(0.07, 0.5)] as const,
  };
}

/** How often something was so. */
interface Count {
  /** In the frames of a loop up to each, it included; one more in front. */
  readonly until: Uint32Array;
  /** Frames in a row up to each, it included. */
  readonly runs: Uint32Array;
}

function countOf(flags: readonly boolean[]): Count {
  const until = new Uint32Array(flags.length + 1);
  const runs = new Uint32Array(flags.length);
  flags.forEach((flag, at) => {
    until[at + 1] = until[at]! + (flag ? 1 : 0);
    runs[at] = flag ? 1 + (runs[at - 1] ?? 0) : 0;
  });
  return { until, runs };
}

/** In so many frames up to one, it included; counted over loops. */
function within({ until }: Count, frameIndex: number, frames: number): number {
  const loop = until.length - 1;
  const total = (end: number): number => Math.floor(end / loop) * until[loop]! + until[end % loop]!;
  return total(frameIndex + 1) - total(Math.max(0, frameIndex + 1 - frames));
}
