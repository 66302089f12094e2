import type { Point } from '../../../schemas/polygon.ts';

/** What the rules of the roadside are asked about: one road user in one frame. */
export interface MovingUser {
  /** For a dispatcher: Car 7. */
  readonly name: string;
  /** Over the ground; null while they are not known. */
  readonly velocityMps: Point | null;
  readonly speedMps: number | null;
  readonly speedSigmaMps: number;
  /** For how long it has not moved. */
  readonly standingSeconds: number;
  /** Whether its box was measured in this very frame. */
  readonly isSeen: boolean;
  /** Whether an engine drives it, so that the rules of driving are its rules. */
  readonly isMotor: boolean;
}
