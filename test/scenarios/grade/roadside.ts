import { passingTraffic } from '../../../ingest/simulator/roadside/passing-traffic.ts';
import { type Mast, type RoadsideScenario, siteOf } from '../../../ingest/simulator/roadside/roadside-scenario.ts';
import { laneWidthMeters as lane, steady, type Weather } from '../../../ingest/simulator/scenario.ts';

const durationSeconds = 30;
const half = lane / 2;

interface Row extends Weather {
  readonly name: string;
  readonly seed: number;
  readonly mast: Mast;
}

/** One lane each way, 40 to 90 km/h. */
function country({ name, seed, mast, ...weather }: Row): RoadsideScenario {
  const models = ['hatchback', 'saloon', 'suv', 'van', 'truck'] as const;
  const common = { count: 5, speedsKmh: [40, 90], models } as const;
  return {
    name,
    description: 'A country road from a mast, both ways.',
    durationSeconds,
    seed,
    road: 'country',
    curvature: steady(0),
    ...seenFrom(mast),
    ...weather,
    site: siteOf(mast, { leftMeters: -half - lane, rightMeters: half, nearMeters: 14, farMeters: 48 }, [
      { id: 'away', leftMeters: -half, rightMeters: half + 0.5, nearMeters: 16, farMeters: 44, isAway: true },
      { id: 'towards', leftMeters: -half - lane - 0.5, rightMeters: -half, nearMeters: 16, farMeters: 44, isAway: false },
    ]),
    actors: passingTraffic(
      [
        { name: 'away', lateralMeters: 0, isAway: true, ...common },
        { name: 'towards', lateralMeters: -lane, isAway: false, ...common },
      ],
      durationSeconds,
      seed,
    ),
  };
}

/** Three lanes one way, 75 to 135 km/h. */
function motorway({ name, seed, mast, ...weather }: Row): RoadsideScenario {
  return {
    name,
    description: 'Three lanes of a motorway from a bridge.',
    durationSeconds,
    seed,
    road: 'motorway',
    curvature: steady(0),
    ...seenFrom(mast),
    ...weather,
    site: siteOf(mast, { leftMeters: -1.5 * lane, rightMeters: 1.5 * lane, nearMeters: 16, farMeters: 58 }, [
      { id: 'carriageway', leftMeters: -1.5 * lane - 0.5, rightMeters: 1.5 * lane + 1, nearMeters: 18, farMeters: 52, isAway: true },
    ]),
    actors: passingTraffic(
      [
        { name: 'right', lateralMeters: lane, isAway: true, count: 5, speedsKmh: [75, 90], models: ['truck', 'van', 'bus'] },
        { name: 'middle', lateralMeters: 0, isAway: true, count: 6, speedsKmh: [95, 115], models: ['saloon', 'hatchback', 'suv'] },
        { name: 'left', lateralMeters: -lane, isAway: true, count: 4, speedsKmh: [115, 135], models: ['saloon', 'suv', 'hatchback'] },
      ],
      durationSeconds,
      seed,
    ),
  };
}

function seenFrom({ heightMeters, pitchDegrees, offsetMeters }: Mast): Pick<RoadsideScenario, 'camera' | 'ego'> {
  return { camera: { heightMeters, pitchDegrees }, ego: { speedMps: steady(0), laneOffsetMeters: steady(offsetMeters) } };
}

/** Traffic that passes a fixed camera, from other masts than the built-in scenes. */
export const roadsideScenes = [
  country({ name: 'grade-roadside-country', seed: 1801, mast: { heightMeters: 7, pitchDegrees: 15, offsetMeters: 4.5 } }),
  country({ name: 'grade-roadside-country-rain', seed: 1802, mast: { heightMeters: 5.5, pitchDegrees: 13, offsetMeters: 4 }, rain: 0.5 }),
  motorway({ name: 'grade-roadside-motorway', seed: 1803, mast: { heightMeters: 7, pitchDegrees: 15, offsetMeters: -1 } }),
  motorway({
    name: 'grade-roadside-motorway-dusk',
    seed: 1804,
    mast: { heightMeters: 9, pitchDegrees: 17, offsetMeters: 0 },
    light: 'dusk',
  }),
];
