import { passingTraffic } from '../roadside/passing-traffic.ts';
import { type Mast, type RoadsideScenario, siteOf } from '../roadside/roadside-scenario.ts';
import { laneWidthMeters as lane, steady } from '../scenario.ts';

/** On a bridge above the middle lane. */
const mast: Mast = { heightMeters: 8, pitchDegrees: 16, offsetMeters: 0 };

/** Three lanes of a motorway from a bridge, 75 to 140 km/h. @param seed Chooses who passes when and how fast. */
export function roadsideMotorwayOf(seed: number): RoadsideScenario {
  const durationSeconds = 60;
  const strip = { leftMeters: -1.5 * lane - 0.5, rightMeters: 1.5 * lane + 1, nearMeters: 18, farMeters: 55 };
  return {
    name: 'roadside-motorway',
    description: 'Three lanes of a motorway from a bridge: lorries on the right, cars at 95 to 140 km/h.',
    durationSeconds,
    seed,
    road: 'motorway',
    curvature: steady(0),
    camera: { heightMeters: mast.heightMeters, pitchDegrees: mast.pitchDegrees },
    ego: { speedMps: steady(0), laneOffsetMeters: steady(mast.offsetMeters) },
    site: siteOf(mast, { leftMeters: -1.5 * lane, rightMeters: 1.5 * lane, nearMeters: 15, farMeters: 60 }, [
      { id: 'carriageway', ...strip, isAway: true },
    ]),
    actors: passingTraffic(
      [
        { name: 'right', lateralMeters: lane, isAway: true, count: 8, speedsKmh: [75, 92], models: ['truck', 'van', 'truck', 'suv'] },
        { name: 'middle', lateralMeters: 0, isAway: true, count: 10, speedsKmh: [95, 120], models: ['saloon', 'hatchback', 'suv', 'van'] },
        { name: 'left', lateralMeters: -lane, isAway: true, count: 7, speedsKmh: [115, 140], models: ['saloon', 'suv'] },
      ],
      durationSeconds,
      seed,
    ),
  };
}

export const roadsideMotorway = roadsideMotorwayOf(67);
