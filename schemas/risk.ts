import type { Driver, Perception } from './messages.ts';
import { sureSpeed } from './sure-speed.ts';

// How risky a second of driving is. Recorders sum it up a stream and second, the database and the gateway put a vehicle's streams together.

/** What makes a second risky; each has its column in sql/005-risk-and-incidents.sql. */
export const riskParts = ['collision', 'headway', 'lane', 'gaze', 'drowsiness', 'speed', 'unseen'] as const;
export type RiskPart = (typeof riskParts)[number];

/** Whole points from 0 to 99, as if the part were alone; null where nobody can say. */
export type RiskParts = Readonly<Record<RiskPart, number | null>>;

/** What one camera, or all of a vehicle, says of a moment. */
export interface RiskSigns {
  readonly parts: RiskParts;
  /** Null where nobody tells it. */
  readonly egoSpeedMps: number | null;
}

/** A vehicle's risk at a moment. */
export interface Risk extends RiskSigns {
  readonly vehicleId: string;
  readonly atUs: number;
  /** 0 to 100; null where nothing is known. */
  readonly score: number | null;
}

/** Drivers brake so long after a lead's brake lights come on, seconds: mean and deviation, in traffic (Ergonomics 36, 1993, 391-395). */
const brakeReaction = { meanSeconds: 1.25, sigmaSeconds: 0.46 };
/** The logistic that is within 0.01 of the normal distribution everywhere (Camilli 1994). */
const logisticSlope = 1.702;
/** Least that the service brake of a goods vehicle must reach (UN Regulation 13, annex 4). */
const brakingMps2 = 5;
/** Share of what takes somebody else as well to become a crash: a lead that brakes hard, traffic beside a crossed line. Chosen; no study says. */
const takesAnotherShare = 0.5;

/** Odds of a crash or near-crash with the eyes off the road for two seconds (Klauer et al. 2006, How risky is it?, AAA Foundation). */
const glance = { odds: 1.9, seconds: 2 };
/** A blink is over by then (0.1 to 0.4 s: Schiffman 2001, Sensation and Perception). */
const blinkSeconds = 0.5;
/** Odds of driving drowsy (ibidem), as which the PERCLOS and the microsleep count that are warned of (driver.ts); from half a caution's PERCLOS on. */
const drowsy = { odds: 2.9, perclos: 0.2, restedPerclos: 0.05, eyesClosedSeconds: 1 };
/** Fatal crashes go with this power of the speed (Nilsson 2004). */
const speedPower = 4;
/** The only fault of a camera that does not keep it from seeing. */
const stillSeeing = 'camera:moved';
/** A camera that sees nothing is no all-clear. Points; chosen, no study says. */
const unseenPoints = 20;
/** Slower than walking pace nothing is lost by not looking. */
const standingMps = 1.4;
const mostPoints = 99;

const unknownParts: RiskParts = { collision: null, headway: null, lane: null, gaze: null, drowsiness: null, speed: null, unseen: null };

/** Where nobody says anything. */
export const unknownRisk: RiskSigns = { parts: unknownParts, egoSpeedMps: null };

/**
 * What a picture says of its vehicle's risk.
 * @returns Undefined of cameras that are no vehicle's, and that look neither at its road nor at its driver.
 */
export function riskOf(perception: Perception): RiskSigns | undefined {
  const { kind, vehicleId, degraded, driver } = perception;
  if (vehicleId === null || (kind !== 'dashcam' && kind !== 'cabin')) return undefined;
  const isBlind = degraded.some((what) => what.startsWith('camera:') && what !== stillSeeing);
  const seen = isBlind ? {} : kind === 'dashcam' ? roadParts(perception) : driver ? driverParts(driver) : {};
  // A frozen picture looks as if the vehicle stood.
  const isSpeedUnseen = isBlind && perception.egoSpeedSigmaMps !== null;
  return {
    parts: { ...unknownParts, ...seen, unseen: isBlind ? unseenPoints : 0 },
    egoSpeedMps: isSpeedUnseen ? null : perception.egoSpeedMps,
  };
}

/** The worse of each part: of a second's pictures, and of a vehicle's cameras. */
export function worseOf(one: RiskSigns, other: RiskSigns): RiskSigns {
  const parts = Object.fromEntries(riskParts.map((part) => [part, greater(one.parts[part], other.parts[part])]));
  return { parts: parts as RiskParts, egoSpeedMps: greater(one.egoSpeedMps, other.egoSpeedMps) };
}

/**
 * The share of risk that would not be there on a clear road with an attentive driver, in percent. A part of p points leaves 1 - p/100 of
 * the crashes to chance, and risks of different origin multiply. The view vehicle_risk (sql/005) says the same in SQL.
 * Source: attributable fraction among the exposed, (RR - 1) / RR (Miettinen 1974).
 * @returns 0 to 100, whole; 0 where the vehicle is known to stand; null where no part is known.
 */
export function scoreOf({ parts, egoSpeedMps }: RiskSigns): number | null {
  const known = riskParts.map((part) => parts[part]).filter((points) => points !== null);
  if (known.length === 0) return null;
  if (egoSpeedMps !== null && egoSpeedMps < standingMps) return 0;
  // Whole numbers, so that SQL and this agree to the last point.
  const left = known.reduce((product, points) => product * (100 - points), 1);
  return 100 - Math.floor(left / 100 ** (known.length - 1));
}

function roadParts({ tracks, lanes, egoSpeedMps, egoSpeedSigmaMps, speedLimitKmh }: Perception): Partial<RiskParts> {
  const speedMps = sureSpeed(egoSpeedMps, egoSpeedSigmaMps);
  const lead = tracks.find(({ isLead }) => isLead);
  const chances = tracks
    .filter(({ inPath, isLead }) => inPath || isLead)
    .map(({ ttcSeconds, closingSpeedMps }) =>
      ttcSeconds === null || closingSpeedMps === null ? 0 : tooLate(ttcSeconds - closingSpeedMps / (2 * brakingMps2)),
    );
  const headway = lead && speedMps && lead.distanceMeters !== null ? tooLate(lead.distanceMeters / speedMps) : 0;
  const crossing = lanes?.crossingSeconds;
  return {
    collision: points(Math.max(0, ...chances)),
    headway: speedMps === null ? null : points(takesAnotherShare * headway),
    lane: lanes && lanes.lines.length > 0 ? points(takesAnotherShare * (crossing == null ? 0 : tooLate(crossing))) : null,
    speed:
      speedMps === null || speedLimitKmh === null
        ? null
        : points(attributable(Math.max(1, (speedMps * 3.6) / speedLimitKmh) ** speedPower)),
  };
}

function driverParts({
  presence,
  isLookingAway,
  lookingAwaySeconds,
  isEyesClosed,
  eyesClosedSeconds,
  perclos,
}: Driver): Partial<RiskParts> {
  if (presence !== 'present') return {};
  const shutSeconds = eyesClosedSeconds < blinkSeconds ? 0 : eyesClosedSeconds;
  const awaySeconds = Math.max(isLookingAway ? lookingAwaySeconds : 0, shutSeconds);
  const tired = Math.max(
    ((perclos ?? 0) - drowsy.restedPerclos) / (drowsy.perclos - drowsy.restedPerclos),
    shutSeconds >= drowsy.eyesClosedSeconds ? 1 : 0,
  );
  return {
    gaze: isLookingAway === null && isEyesClosed === null ? null : points(attributable(glance.odds ** (awaySeconds / glance.seconds))),
    drowsiness: perclos === null && isEyesClosed === null ? null : points(attributable(drowsy.odds ** Math.max(0, tired))),
  };
}

/** The share of drivers whose foot is not on the brake by then. */
function tooLate(seconds: number): number {
  const { meanSeconds, sigmaSeconds } = brakeReaction;
  return 1 / (1 + Math.exp((logisticSlope * (seconds - meanSeconds)) / sigmaSeconds));
}

function attributable(ratio: number): number {
  return 1 - 1 / ratio;
}

function points(share: number): number {
  return Math.min(mostPoints, Math.round(100 * share));
}

function greater(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.max(one, other);
}
