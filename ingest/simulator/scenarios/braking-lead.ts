import { dashcam, kmh, type Scenario, steady } from '../scenario.ts';

/**
 * One danger every 8 s and nothing else on the road: the lead brakes by 6 m/s2 to 19 km/h, the driver reacts 1.3 s later, and both are as far
 * apart at the end as at the beginning. Made for counting alerts: from 2.8 to 4.3 s it is dangerous, quiet for the other six seconds.
 */
export const brakingLead: Scenario = {
  name: 'braking-lead',
  description: 'The only car ahead brakes hard, once every 8 s; for counting alerts.',
  durationSeconds: 8,
  seed: 29,
  camera: dashcam,
  road: 'motorway',
  curvature: steady(0),
  ego: {
    speedMps: [
      [0, kmh(50)],
      [3.3, kmh(50)],
      [4.5, kmh(17)],
      [5, kmh(17)],
      [8, kmh(50)],
    ],
    laneOffsetMeters: steady(0),
  },
  actors: [
    {
      actorId: 'lead',
      model: 'hatchback',
      paint: 'blue',
      startMeters: 18,
      speedMps: [
        [0, kmh(50)],
        [2, kmh(50)],
        [3.4, kmh(19)],
        [4.2, kmh(19)],
        [6.6, kmh(48.9)],
        [8, kmh(50)],
      ],
      lateralMeters: steady(0),
    },
  ],
};
