import type { Severity } from '../../schemas/messages.ts';
import type { AlertPolicy, DangerSign } from './alert-policy.ts';
import type { Approach } from './collision.ts';

export interface ForwardCollisionThresholds {
  readonly warnTtcSeconds: number;
  readonly criticalTtcSeconds: number;
  /** Most alerts raised within an hour. */
  readonly hourlyBudget: number;
}

/**
 * By how many seconds the warning comes earlier to a driver who does not look at the road: who looks away reacts up to a second later
 * (Lee, McGehee, Brown and Reyes 2002: 0.8 to 1.0 s in a simulator).
 */
const inattentionSeconds = 1;

/** The thresholds for a driver who looks there; the same where it is not known. */
export function forAttention(
  thresholds: ForwardCollisionThresholds,
  attention: 'road' | 'away' | 'asleep' | null,
): ForwardCollisionThresholds {
  if (attention !== 'away' && attention !== 'asleep') return thresholds;
  const { warnTtcSeconds, criticalTtcSeconds, hourlyBudget } = thresholds;
  return { warnTtcSeconds: warnTtcSeconds + inattentionSeconds, criticalTtcSeconds: criticalTtcSeconds + inattentionSeconds, hourlyBudget };
}

/** A road user in the path. */
export interface Hazard {
  readonly trackId: number;
  readonly class: string;
  readonly approach: Approach;
  /** For how long its approach has been measured from frame to frame. */
  readonly knownSeconds: number;
  /** Whether it was measured in this frame: what others hide tells nothing. */
  readonly isSeen: boolean;
  /** For how long it has been on its way into the path, which it is beside of still; null where it is in it. */
  readonly comingSeconds: number | null;
}

export const forwardCollisionType = 'forward-collision';

/** Named in every alert. */
export const forwardCollisionRule = 'Time to collision as in ISO 15623:2013; NHTSA NCAP FCW confirmation test (2013): no later than 2.1 s';

/** Two frames are 0.13 s at 15 frames/s. Boxes that stop growing for a second and then go on are one danger. */
export const forwardCollisionPolicy: Omit<AlertPolicy, 'hourlyBudget'> = { confirmFrames: 2, clearSeconds: 1.2, cooldownSeconds: 3 };

/** Of the warning's time to collision, within which an open alert stays: who has eased off a little is in the same danger still. */
const holdFactor = 1.75;
/** m/s below which nobody is warned: with 2.7 s that is a gap of 4 m, which is creeping up in a queue; the tests' slowest danger is 5. */
const leastClosingSpeedMps = 1.5;
/**
 * m/s beyond which it is oncoming traffic, or an error: 144 km/h towards a standing car. ISO 15623 is about vehicles that stand or
 * go the same way; on a curve, oncoming ones point at the own car for a moment.
 */
const mostClosingSpeedMps = 40;
/** Meters beyond which no detector here has been seen to find a car (70 m) with a good margin. */
const mostDistanceMeters = 120;
/** Seconds that an approach must have been followed: what a detector does wrong it does for a few frames, and it looks like motion. */
const leastKnownSeconds = 0.4;
/**
 * Doubt counts against the gap: by this many sigmas of the time to collision the warning comes earlier, but by no more than so many
 * seconds for each m/s. What closes in fast came into sight late and is least known when the warning is due; slow approaches have
 * been watched for long. Tuned so that a car first seen 70 m ahead at 80 km/h is warned of before 2.1 s.
 */
const earlySigmas = 0.75;
const mostEarlySecondsPerMps = 0.02;
/** Sigmas by which the closing rate must stand out of its noise: one in a thousand frames by chance, and two are needed. */
const leastSigmas = 3;
/**
 * Seconds for which who is beside the path must be on the way into it: where somebody who stops at the kerb will be when met moves across
 * the whole path, and for the two frames that the filter takes to see the stop they seem to be met.
 */
const leastComingSeconds = 0.12;
/** A speedometer shows up to a tenth and 4 km/h too much, never too little (UN Regulation 39); telemetry may do either. */
const speedDoubt = 1.1;
const speedDoubtMps = 1.1;
/**
 * A gap that shrinks faster and faster is judged by the enhanced time to collision, once the plain one is below this multiple of
 * the threshold: earlier, every lead that slows down for a junction would raise it.
 */
const brakingFactor = 1.2;

/**
 * The shortest time to collision that can be, with who stands or goes the same way: boxes that jump, far ahead, tell of shorter ones.
 * @param egoSpeedMps As the vehicle tells it; where it does not, nothing is known.
 */
function soonestSeconds({ distanceMeters, distanceSigmaMeters }: Approach, egoSpeedMps: number | null): number {
  if (egoSpeedMps === null) return 0;
  return Math.max(0, distanceMeters - distanceSigmaMeters) / (speedDoubt * Math.max(0, egoSpeedMps) + speedDoubtMps);
}

/**
 * What the approach to one road user in the path means.
 * When the gap's own deceleration certainly ends the approach before contact, the driver is braking already, and is left alone.
 * @param egoSpeedMps As the vehicle tells it; null where it does not.
 */
export function judgeApproach(
  { approach, knownSeconds, isSeen, comingSeconds }: Hazard,
  thresholds: ForwardCollisionThresholds,
  egoSpeedMps: number | null,
): DangerSign {
  const { distanceMeters, closingSpeedMps, ttcSeconds, ttcSigmaSeconds, enhancedTtcSeconds } = approach;
  if (ttcSeconds === null || ttcSigmaSeconds === null || closingSpeedMps < leastClosingSpeedMps)
    return { severity: null, isHeld: false, isSeen };
  const isBelievable =
    knownSeconds >= leastKnownSeconds &&
    (comingSeconds === null || comingSeconds >= leastComingSeconds) &&
    ttcSeconds >= leastSigmas * ttcSigmaSeconds &&
    closingSpeedMps <= mostClosingSpeedMps &&
    distanceMeters <= mostDistanceMeters;
  const nearSeconds = ttcSeconds - Math.min(mostEarlySecondsPerMps * closingSpeedMps, earlySigmas * ttcSigmaSeconds);
  const soonest = soonestSeconds(approach, egoSpeedMps);
  const isWithin = (threshold: number) =>
    enhancedTtcSeconds !== null &&
    soonest <= threshold &&
    (nearSeconds <= threshold || (enhancedTtcSeconds <= threshold && ttcSeconds <= brakingFactor * threshold));
  const severity: Severity | null = !isBelievable
    ? null
    : isWithin(thresholds.criticalTtcSeconds)
      ? 'critical'
      : isWithin(thresholds.warnTtcSeconds)
        ? 'warning'
        : null;
  return { severity, isHeld: ttcSeconds <= holdFactor * thresholds.warnTtcSeconds, isSeen };
}

/** The figures that an alert rests on; the time to collision is the shorter of the plain and the enhanced one. */
export interface CollisionEvidence {
  readonly distanceMeters: number;
  readonly closingSpeedMps: number;
  readonly ttcSeconds: number;
}

/** Of an approach that closes in. */
export function evidenceOf({ distanceMeters, closingSpeedMps, ttcSeconds, enhancedTtcSeconds }: Approach): CollisionEvidence {
  return { distanceMeters, closingSpeedMps, ttcSeconds: Math.min(ttcSeconds!, enhancedTtcSeconds ?? ttcSeconds!) };
}

/** One sentence for a dispatcher: `Closing on the car 18 m ahead: 2.1 s to collision.` */
export function describeApproach(className: string, { distanceMeters, ttcSeconds }: CollisionEvidence): string {
  return `Closing on the ${className} ${Math.round(distanceMeters)} m ahead: ${ttcSeconds.toFixed(1)} s to collision.`;
}

/** @param leastTtcSeconds The nearest to a collision that it came. */
export function describeEnd(durationSeconds: number, leastTtcSeconds: number): string {
  return `Forward collision danger over after ${durationSeconds.toFixed(1)} s; at worst ${leastTtcSeconds.toFixed(1)} s to collision.`;
}
