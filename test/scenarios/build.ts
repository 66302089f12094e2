import type { ModelName } from '../../ingest/simulator/bodies.ts';
import { randomFrom } from '../../ingest/simulator/drawing/noise.ts';
import type { Profile } from '../../ingest/simulator/profile.ts';
import {
  type ActorPlan,
  dashcam,
  framesPerSecond,
  kmh,
  laneWidthMeters,
  paints,
  type RoadKind,
  type Scenario,
  steady,
  type Weather,
} from '../../ingest/simulator/scenario.ts';

/** What every family's rows have in common; weather and road are as in a scenario. */
export interface Common extends Weather {
  readonly name: string;
  readonly seed: number;
  readonly road?: RoadKind;
  readonly curvature?: Profile;
  readonly hills?: Profile;
  readonly lines?: Scenario['lines'];
}

/** A drive ends this long before contact: what is not warned of by then is missed (NHTSA's and Euro NCAP's limits all lie before). */
const endTtcSeconds = 0.9;
/** Approaches begin this long before contact, or where a car is 10 px high. */
const beginTtcSeconds = 7;
const farthestMeters = 130;

/** A whole number of frames. */
export const wholeFrames = (seconds: number): number => Math.floor(seconds * framesPerSecond) / framesPerSecond;

/** A scenario of what a row says, on a straight country road unless it says otherwise. */
export function scenarioOf(
  { name, seed, ...row }: Common,
  rest: Pick<Scenario, 'description' | 'durationSeconds' | 'ego' | 'actors'> & Partial<Scenario>,
): Scenario {
  const { road = 'country', curvature = steady(0), hills, lines, light, rain, fog, hasShadows } = row;
  const given = Object.fromEntries(
    Object.entries({ hills, lines, light, rain, fog, hasShadows }).filter(([, value]) => value !== undefined),
  );
  return { name, seed, camera: dashcam, road, curvature, ...given, ...rest };
}

const paintOf = (seed: number) => paints[seed % paints.length]!;
/** A driver keeps within 0.15 m of the lane's middle. */
const offsetOf = (seed: number): number => (randomFrom(seed)() - 0.5) * 0.3;

/** Cars the other way, which concern nobody. */
export function oncoming(road: RoadKind, seed: number, reachMeters: number, speedMps: number, everyMeters = 95): ActorPlan[] {
  const random = randomFrom(seed * 7 + 1);
  const models: readonly ModelName[] = ['saloon', 'hatchback', 'suv', 'van', 'truck', 'hatchback', 'saloon', 'bus', 'motorcycle'];
  const actors: ActorPlan[] = [];
  for (let at = 60 + 60 * random(), index = 1; at < reachMeters; at += everyMeters * (0.6 + 0.8 * random()), index++)
    actors.push({
      actorId: `oncoming-${index}`,
      model: models[Math.floor(random() * models.length)]!,
      paint: paintOf(Math.floor(random() * 100)),
      startMeters: at,
      // All at one speed: nobody drives through another.
      speedMps: steady(-speedMps),
      lateralMeters: steady(road === 'motorway' ? -16 + (random() < 0.5 ? 0 : laneWidthMeters) : -laneWidthMeters),
    });
  return actors;
}

export interface ApproachRow extends Common {
  readonly closingKmh: number;
  /** Of the one ahead; 0 stands. */
  readonly targetKmh: number;
  readonly model?: ModelName;
}

/** After Euro NCAP CCRs and CCRm: towards one who stands or drives slower, without braking. */
export function approach(row: ApproachRow): Scenario {
  const { closingKmh, targetKmh, seed, model = 'hatchback', road = 'country' } = row;
  const closing = kmh(closingKmh);
  const startMeters = Math.min(farthestMeters, closing * beginTtcSeconds);
  const offset = offsetOf(seed);
  return scenarioOf(row, {
    description: `Closing at ${closingKmh} km/h on a ${model} that drives at ${targetKmh} km/h.`,
    durationSeconds: wholeFrames(startMeters / closing - endTtcSeconds),
    ego: { speedMps: steady(kmh(targetKmh + closingKmh)), laneOffsetMeters: steady(offset) },
    actors: [
      {
        actorId: 'target',
        model,
        paint: paintOf(seed),
        startMeters,
        speedMps: steady(kmh(targetKmh)),
        lateralMeters: steady(offset + offsetOf(seed + 1)),
      },
      ...oncoming(road, seed, 400, kmh(60)),
    ],
  });
}

export interface BrakingRow extends Common {
  readonly speedKmh: number;
  readonly gapMeters: number;
  /** After 3 s. */
  readonly brakesMps2: number;
  readonly model?: ModelName;
}

/** After Euro NCAP CCRb: the lead brakes to a standstill, the own vehicle drives on. */
export function braking(row: BrakingRow): Scenario {
  const { speedKmh, gapMeters, brakesMps2, seed, model = 'saloon', road = 'country' } = row;
  const speed = kmh(speedKmh);
  const begins = 3;
  const stops = begins + speed / brakesMps2;
  // Until it stops, the gap closes by half the braking times time squared.
  const ttcAt = (seconds: number): number => {
    const time = seconds - begins;
    const brakingFor = Math.min(time, stops - begins);
    const gap = gapMeters - (brakesMps2 * brakingFor ** 2) / 2 - speed * Math.max(0, seconds - stops);
    return gap / Math.min(speed, brakesMps2 * brakingFor);
  };
  let end = begins + 0.1;
  while (ttcAt(end) > endTtcSeconds) end += 1 / framesPerSecond;
  return scenarioOf(row, {
    description: `Following a ${model} at ${speedKmh} km/h and ${gapMeters} m, which brakes by ${brakesMps2} m/s2.`,
    durationSeconds: wholeFrames(end),
    ego: { speedMps: steady(speed), laneOffsetMeters: steady(offsetOf(seed)) },
    actors: [
      {
        actorId: 'lead',
        model,
        paint: paintOf(seed),
        startMeters: gapMeters,
        speedMps: [
          [0, speed],
          [begins, speed],
          [stops, 0],
        ],
        lateralMeters: steady(0),
      },
      ...oncoming(road, seed, 400, kmh(70)),
    ],
  });
}

export interface CutInRow extends Common {
  readonly egoKmh: number;
  readonly closingKmh: number;
  readonly side: 'left' | 'right';
  /** Time to collision when it has come over. */
  readonly ttcSeconds: number;
  readonly changeSeconds: number;
  readonly model?: ModelName;
}

/** A slower vehicle comes over from the next lane of a motorway (UN R157, 4.1 of annex 3: cut-in). */
export function cutIn(row: CutInRow): Scenario {
  const { egoKmh, closingKmh, side, ttcSeconds, changeSeconds, seed, model = 'hatchback' } = row;
  const from = side === 'left' ? -laneWidthMeters : laneWidthMeters;
  const begins = 3;
  const over = begins + changeSeconds;
  const closing = kmh(closingKmh);
  return scenarioOf(
    { road: 'motorway', ...row },
    {
      description: `A ${model} ${closingKmh} km/h slower comes over from the ${side}, ${ttcSeconds} s ahead.`,
      durationSeconds: wholeFrames(over + ttcSeconds - endTtcSeconds),
      ego: { speedMps: steady(kmh(egoKmh)), laneOffsetMeters: steady(offsetOf(seed)) },
      actors: [
        {
          actorId: 'cutting-in',
          model,
          paint: paintOf(seed),
          startMeters: closing * (over + ttcSeconds),
          speedMps: steady(kmh(egoKmh - closingKmh)),
          lateralMeters: eased(begins, over, from, 0),
        },
        ...oncoming('motorway', seed, 600, kmh(110)),
      ],
    },
  );
}

/** From one value to another, beginning and ending gently. */
export function eased(fromSeconds: number, toSeconds: number, from: number, to: number): Profile {
  return Array.from({ length: 9 }, (_, step) => {
    const share = step / 8;
    return [fromSeconds + (toSeconds - fromSeconds) * share, from + (to - from) * share * share * (3 - 2 * share)] as const;
  });
}

export interface CrossingRow extends Common {
  readonly who: 'person' | 'bicycle';
  readonly egoKmh: number;
  readonly crossingKmh: number;
  readonly side: 'left' | 'right';
  /** Share of the vehicle's width that has been crossed at contact (Euro NCAP CPNA-25, -50, -75). Undefined: stops 1.2 m beside the path. */
  readonly impactShare?: number;
}

/** After Euro NCAP CPNA, CPFA and CBNA: somebody walks or rides across; the own vehicle drives on. */
export function crossing(row: CrossingRow): Scenario {
  const { who, egoKmh, crossingKmh, side, impactShare, seed } = row;
  const contact = 6;
  const sign = side === 'right' ? 1 : -1;
  const across = kmh(crossingKmh);
  const vehicleMeters = 1.8;
  const kerb = vehicleMeters / 2 + 1.2;
  const at = (seconds: number): number =>
    impactShare === undefined
      ? sign * Math.max(kerb, kerb + across * (contact - 2.5 - seconds))
      : sign * (vehicleMeters * (0.5 - impactShare) + across * (contact - seconds));
  const lateralMeters: Profile = Array.from({ length: contact * 10 + 1 }, (_, step) => [step / 10, at(step / 10)] as const);
  return scenarioOf(row, {
    description: `A ${who} crosses from the ${side} at ${crossingKmh} km/h${impactShare === undefined ? ' and stops beside the path' : ''}.`,
    // Contact, or passing by, is a quarter of a second away: nearer ones leave the picture.
    durationSeconds: wholeFrames(contact - 0.25),
    ego: { speedMps: steady(kmh(egoKmh)), laneOffsetMeters: steady(0) },
    actors: [{ actorId: who, model: who, paint: paintOf(seed), startMeters: kmh(egoKmh) * contact, speedMps: steady(0), lateralMeters }],
  });
}
