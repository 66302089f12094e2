import { dashcam, kmh, laneWidthMeters, type Scenario, steady, traffic } from '../scenario.ts';

/** After Euro NCAP CPNA-50 (car-to-pedestrian, nearside adult): 5 km/h from the right; the driver stops in time. */
export const pedestrianCrossing: Scenario = {
  name: 'pedestrian-crossing',
  description: 'A person walks across from the right in front of the car, which brakes late and stops.',
  durationSeconds: 14,
  seed: 17,
  camera: dashcam,
  road: 'country',
  curvature: steady(0),
  ego: {
    speedMps: [
      [0, kmh(42)],
      [3.9, kmh(42)],
      [5.7, 0],
      [9.5, 0],
      [14, kmh(42)],
    ],
    laneOffsetMeters: steady(0),
  },
  actors: [
    {
      actorId: 'walker',
      model: 'person',
      paint: 'red',
      startMeters: 62,
      speedMps: steady(0),
      lateralMeters: [
        [0, 6],
        [0.4, 6],
        [10, -kmh(5) * 9.6 + 6],
      ],
    },
    ...traffic({ prefix: 'oncoming', count: 3, firstMeters: 130, everyMeters: 60, speedMps: -kmh(45), lateralMeters: -laneWidthMeters }),
  ],
};
