import { passingTraffic } from '../roadside/passing-traffic.ts';
import { type Mast, type RoadsideScenario, siteOf } from '../roadside/roadside-scenario.ts';
import { laneWidthMeters, steady } from '../scenario.ts';

const half = laneWidthMeters / 2;
/** On the verge, as high as a street lamp. */
const mast: Mast = { heightMeters: 6, pitchDegrees: 14, offsetMeters: 4 };
export const countryMast = {
  camera: { heightMeters: mast.heightMeters, pitchDegrees: mast.pitchDegrees },
  ego: { speedMps: steady(0), laneOffsetMeters: steady(mast.offsetMeters) },
  site: siteOf(mast, { leftMeters: -half - laneWidthMeters, rightMeters: half, nearMeters: 14, farMeters: 50 }, [
    { id: 'away', leftMeters: -half, rightMeters: half + 0.5, nearMeters: 15, farMeters: 45, isAway: true },
    { id: 'towards', leftMeters: -half - laneWidthMeters - 0.5, rightMeters: -half, nearMeters: 15, farMeters: 45, isAway: false },
  ]),
} as const;

/** A country road from a mast: both ways, 35 to 95 km/h. @param seed Chooses who passes when and how fast. */
export function roadsideCountryOf(seed: number): RoadsideScenario {
  const durationSeconds = 60;
  return {
    ...countryMast,
    name: 'roadside-country',
    description: 'A country road from a mast beside it: cars both ways at 35 to 95 km/h, where 60 are allowed.',
    durationSeconds,
    seed,
    road: 'country',
    curvature: steady(0),
    actors: passingTraffic(
      [
        {
          name: 'away',
          lateralMeters: 0,
          isAway: true,
          count: 9,
          speedsKmh: [35, 95],
          models: ['saloon', 'hatchback', 'suv', 'van'],
        },
        {
          name: 'towards',
          lateralMeters: -laneWidthMeters,
          isAway: false,
          count: 9,
          speedsKmh: [35, 95],
          models: ['saloon', 'hatchback', 'suv', 'van'],
        },
      ],
      durationSeconds,
      seed,
    ),
  };
}

export const roadsideCountry = roadsideCountryOf(61);
