import type { ModelName } from '../../ingest/simulator/bodies.ts';
import { randomFrom } from '../../ingest/simulator/drawing/noise.ts';
import { integralTo, type Profile } from '../../ingest/simulator/profile.ts';
import {
  type ActorPlan,
  kmh,
  laneWidthMeters,
  paints,
  type RoadKind,
  type Scenario,
  type SignPlan,
  steady,
  wandering,
} from '../../ingest/simulator/scenario.ts';
import { type Common, eased, oncoming, scenarioOf } from './build.ts';

export interface DriftRow extends Common {
  readonly side: 'left' | 'right';
  /** ISO 17361, 6.3: 0.1 to 0.8 m/s. */
  readonly rateMps: number;
  readonly egoKmh: number;
}

/** So far that the wheel is 0.45 m past the line's middle: 0.15 m beyond the latest warning line (ISO 17361, 4.3.2). */
const driftedMeters = 1.3;
const driftBeginsSeconds = 6;

/** After ISO 17361: drives straight on for a while, then drifts over a line at a steady rate, and comes back. */
export function drift(row: DriftRow): Scenario {
  const { side, rateMps, egoKmh, seed, road = 'motorway' } = row;
  const sign = side === 'right' ? 1 : -1;
  const over = driftBeginsSeconds + driftedMeters / rateMps;
  return scenarioOf(
    { road, ...row },
    {
      description: `Drifts over the ${side} line at ${rateMps} m/s.`,
      durationSeconds: Math.ceil(over + 5),
      ego: {
        speedMps: steady(kmh(egoKmh)),
        laneOffsetMeters: [
          [driftBeginsSeconds, 0],
          [over, sign * driftedMeters],
          [over + 0.5, sign * driftedMeters],
          [over + 4, 0],
        ],
      },
      actors: oncoming(road, seed, 1500, kmh(road === 'motorway' ? 110 : 80)),
    },
  );
}

export interface LaneChangeRow extends Common {
  readonly to: 'left' | 'right';
  readonly egoKmh: number;
  readonly seconds: number;
}

/** A change of lane that is meant: the indicator is on from a second before (German StVO 7 (5)) until it is done. */
export function laneChange(row: LaneChangeRow): Scenario {
  const { to, egoKmh, seconds, seed } = row;
  const begins = 6;
  const across = to === 'right' ? laneWidthMeters : -laneWidthMeters;
  return scenarioOf(
    { road: 'motorway', ...row },
    {
      description: `Changes to the ${to} lane within ${seconds} s, indicating.`,
      durationSeconds: begins + seconds + 4,
      ego: {
        speedMps: steady(kmh(egoKmh)),
        laneOffsetMeters: eased(begins, begins + seconds, 0, across),
        indicator: [
          [begins - 1, to],
          [begins + seconds, 'off'],
        ],
      },
      actors: oncoming('motorway', seed, 1200, kmh(110)),
    },
  );
}

export interface FollowingRow extends Common {
  readonly egoKmh: number;
  readonly seconds: number;
  /** Distances at equal times; the way between them is smooth. */
  readonly distancesMeters: readonly number[];
  readonly model?: ModelName;
}

/** Behind one whose distance swings: what distance and closing speed are judged by. */
export function following(row: FollowingRow): Scenario {
  const { egoKmh, seconds, distancesMeters, model = 'saloon', seed, road = 'country' } = row;
  const step = seconds / (distancesMeters.length - 1);
  // The relative speed of each section is a triangle, so that it changes without a jump.
  const speed: (readonly [number, number])[] = [];
  distancesMeters.slice(1).forEach((distance, index) => {
    const mean = (distance - distancesMeters[index]!) / step;
    speed.push([index * step, kmh(egoKmh)], [(index + 0.5) * step, kmh(egoKmh) + 2 * mean], [(index + 1) * step, kmh(egoKmh)]);
  });
  return scenarioOf(row, {
    description: `Behind a ${model} at ${distancesMeters.join(', ')} m.`,
    durationSeconds: seconds,
    ego: { speedMps: steady(kmh(egoKmh)), laneOffsetMeters: wandering(seconds) },
    actors: [
      {
        actorId: 'lead',
        model,
        paint: paints[seed % paints.length]!,
        startMeters: distancesMeters[0]!,
        speedMps: speed,
        lateralMeters: steady(0),
      },
      ...oncoming(road, seed, 60 * seconds, kmh(70)),
    ],
  });
}

/** A rolling road: the vehicle looks up and down by as much as this, each some 80 m long. */
export function rolling(degrees: number, lengthMeters: number): Profile {
  const points: (readonly [number, number])[] = [[0, 0]];
  for (let at = 40, index = 0; at < lengthMeters - 80; at += 80, index++) points.push([at, index % 2 ? -degrees : degrees]);
  points.push([lengthMeters - 40, 0]);
  return points;
}

export interface SignRow extends Common {
  readonly egoKmh: number;
  /** One after the other; a number alone is a limit, `/60` its end. */
  readonly signs: readonly (string | 'stop' | 'red' | 'amber' | 'green')[];
  readonly everyMeters?: number;
}

/** Past signs and lights. */
export function signDrive(row: SignRow): Scenario {
  const { egoKmh, seed, everyMeters = 180, road = 'country' } = row;
  const signs = row.signs.map((text, index): SignPlan => {
    const atMeters = 120 + everyMeters * index;
    if (text === 'stop') return { class: 'stop', atMeters };
    if (text === 'red' || text === 'amber' || text === 'green') return { class: 'traffic-light', atMeters, states: [[0, text]] };
    return text.startsWith('/')
      ? { class: 'end-of-limit', value: text.slice(1), atMeters }
      : { class: 'speed-limit', value: text, atMeters };
  });
  const meters = 120 + everyMeters * row.signs.length;
  return scenarioOf(row, {
    description: `Past ${row.signs.join(', ')} at ${egoKmh} km/h.`,
    durationSeconds: Math.ceil(meters / kmh(egoKmh)),
    ego: { speedMps: steady(kmh(egoKmh)), laneOffsetMeters: steady((randomFrom(seed)() - 0.5) * 0.4) },
    actors: oncoming(road, seed, meters * 2.2, kmh(70)),
    signs,
  });
}

export interface QuietRow extends Omit<Common, 'hills'> {
  readonly minutes: number;
  readonly egoKmh: number;
  /** How far a rolling road makes the vehicle look up and down; without it, the road is flat. */
  readonly hillsDegrees?: number;
  /** People beside the road and parked cars as close as in a town. */
  readonly isTown?: boolean;
}

/** A drive in which nothing is dangerous: bends, a lead at a distance, traffic both ways, parked cars, people beside the road, gantries. */
export function quiet(row: QuietRow): Scenario {
  const { minutes, egoKmh, hillsDegrees, isTown = false, seed, road = 'country' } = row;
  const random = randomFrom(seed * 1009 + 17);
  const durationSeconds = minutes * 60;
  const speed: (readonly [number, number])[] = [[0, kmh(egoKmh)]];
  for (let at = 12; at < durationSeconds - 12; at += 12) speed.push([at, kmh(egoKmh * (0.92 + 0.16 * random()))]);
  speed.push([durationSeconds, kmh(egoKmh)]);
  const lengthMeters = integralTo(speed, durationSeconds);
  const curvature = bends(random, lengthMeters, road === 'motorway' ? 0.0011 : 0.003);
  return scenarioOf(
    { ...row, curvature, hills: hillsDegrees === undefined ? undefined : rolling(hillsDegrees, lengthMeters) },
    {
      description: `${minutes} min of quiet driving on a ${road} at about ${egoKmh} km/h.`,
      durationSeconds,
      ego: { speedMps: speed, laneOffsetMeters: wandering(durationSeconds) },
      actors: [
        // Two and a half seconds ahead (more than the 1.8 s of the German rule of half the speedometer), doing what we do.
        lead(speed, kmh(egoKmh) * 2.5, random),
        ...oncoming(
          road,
          seed,
          (kmh(road === 'motorway' ? 110 : 75) + kmh(egoKmh)) * durationSeconds,
          kmh(road === 'motorway' ? 110 : 75),
          140,
        ),
        ...(road === 'motorway' ? beside(random, egoKmh) : parkedAndWalking(random, lengthMeters, isTown ? 0.3 : 1)),
      ],
      signs: signsAlong(road, random, lengthMeters),
    },
  );
}

function bends(random: () => number, lengthMeters: number, sharpest: number): Profile {
  const points: (readonly [number, number])[] = [];
  for (let at = 100; at < lengthMeters - 500; at += 320 + 200 * random()) {
    const bend = (random() < 0.5 ? -1 : 1) * sharpest * (0.3 + 0.7 * random());
    points.push([at, 0], [at + 70, bend], [at + 190, bend], [at + 260, 0]);
  }
  return points;
}

function lead(speed: Profile, gapMeters: number, random: () => number): ActorPlan {
  return {
    actorId: 'lead',
    model: (['suv', 'saloon', 'van', 'truck', 'bus'] as const)[Math.floor(random() * 5)]!,
    paint: paints[Math.floor(random() * paints.length)]!,
    startMeters: gapMeters,
    speedMps: speed,
    lateralMeters: steady((random() - 0.5) * 0.3),
  };
}

/** Slower trucks at the right, faster cars at the left; all keep their lanes. */
function beside(random: () => number, egoKmh: number): ActorPlan[] {
  const lanes = [
    { prefix: 'slow', speedKmh: egoKmh - 22, lateral: laneWidthMeters, from: 40, every: 160, count: 9, models: ['truck', 'bus', 'van'] },
    {
      prefix: 'fast',
      speedKmh: egoKmh + 18,
      lateral: -laneWidthMeters,
      from: -700,
      every: 120,
      count: 7,
      models: ['saloon', 'suv', 'motorcycle'],
    },
  ] as const;
  return lanes.flatMap(({ prefix, speedKmh, lateral, from, every, count, models }) =>
    Array.from({ length: count }, (_, index) => ({
      actorId: `${prefix}-${index + 1}`,
      model: models[Math.floor(random() * models.length)]!,
      paint: paints[Math.floor(random() * paints.length)]!,
      startMeters: from + every * (index + 0.3 * random()),
      speedMps: steady(kmh(speedKmh)),
      lateralMeters: steady(lateral + (random() - 0.5) * 0.3),
    })),
  );
}

/** Parked half on the verge, 1.1 m beside the vehicle's path; people at least 2 m beside it. @param gaps Between them, of a country road's. */
function parkedAndWalking(random: () => number, lengthMeters: number, gaps: number): ActorPlan[] {
  const actors: ActorPlan[] = [];
  for (let at = 150, index = 1; at < lengthMeters - 50; at += gaps * (90 + 260 * random()), index++) {
    const isPerson = random() < 0.35;
    actors.push({
      actorId: `${isPerson ? 'walker' : 'parked'}-${index}`,
      model: isPerson ? 'person' : (['hatchback', 'saloon', 'suv', 'van'] as const)[Math.floor(random() * 4)]!,
      paint: paints[Math.floor(random() * paints.length)]!,
      startMeters: at,
      speedMps: steady(isPerson ? 1.3 : 0),
      lateralMeters: steady(isPerson ? 3.2 + 1.4 * random() : 2.95 + 0.5 * random()),
    });
  }
  return actors;
}

function signsAlong(road: RoadKind, random: () => number, lengthMeters: number): SignPlan[] {
  const signs: SignPlan[] = [];
  const values = road === 'motorway' ? ['100', '120', '130', '80'] : ['50', '70', '60', '80', '100'];
  for (let atMeters = 200; atMeters < lengthMeters - 200; atMeters += 350 + 500 * random()) {
    if (road === 'motorway' && random() < 0.45) signs.push({ class: 'gantry', atMeters });
    else signs.push({ class: 'speed-limit', value: values[Math.floor(random() * values.length)]!, atMeters });
  }
  return signs;
}
