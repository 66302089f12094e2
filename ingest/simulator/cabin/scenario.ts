import type { Profile } from '../profile.ts';
import type { LightName } from './light.ts';
import type { LookName } from './looks.ts';
import type { Glasses } from './wearing.ts';

/** A driver's drive as data: whoever does nothing looks ahead, wide awake, and sways a little with the road. */
export interface CabinScenario {
  readonly kind: 'cabin';
  readonly name: string;
  readonly description: string;
  /** A whole number of frames; then it begins again. */
  readonly durationSeconds: number;
  /** Chooses skin, sway and scenery. */
  readonly seed: number;
  readonly look: LookName;
  readonly glasses?: Glasses;
  readonly light: LightName;
  readonly speedMps: Profile;
  readonly acts: readonly Act[];
}

/**
 * Something the driver does, or is done to the camera, from one time to another; seconds from the scenario's beginning. Angles of acts
 * at the same time add up; of lids, mouth, hands and cover the furthest counts.
 */
export interface Act {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  /** Of both eyes: 0 shut, 1 wide awake. */
  readonly eyeOpenness?: Profile;
  /** 0 shut, 1 the widest yawn. */
  readonly mouthOpenness?: Profile;
  /** Of the head, positive to the driver's right. */
  readonly yawDegrees?: Profile;
  /** Of the head, positive up. */
  readonly pitchDegrees?: Profile;
  /** Of the head, positive to the driver's right shoulder. */
  readonly rollDegrees?: Profile;
  /** Of the eyes against the head, signs as above. */
  readonly eyeYawDegrees?: Profile;
  readonly eyePitchDegrees?: Profile;
  /** 0 hands away, 1 both over the face. */
  readonly hands?: Profile;
  /** Of the driver's head to their right, in metres; nobody is in the picture beyond 0.6. */
  readonly leanMeters?: Profile;
  /** Share of the lens that something covers, from above. */
  readonly cover?: Profile;
}
