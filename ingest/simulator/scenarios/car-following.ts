import { dashcam, kmh, laneWidthMeters, type Scenario, steady, traffic, wandering } from '../scenario.ts';

/** Following one car after another between 8 and 60 m: what a detector must see. */
export const carFollowing: Scenario = {
  name: 'car-following',
  description: 'Slow-and-go behind a car whose distance swings between 8 and 60 m, with cars in the next lanes.',
  durationSeconds: 60,
  seed: 11,
  camera: dashcam,
  road: 'motorway',
  curvature: [
    [250, 0],
    [330, -0.0008],
    [420, -0.0008],
    [500, 0],
  ],
  ego: { speedMps: steady(kmh(45)), laneOffsetMeters: wandering(60) },
  actors: [
    {
      actorId: 'lead',
      model: 'saloon',
      paint: 'silver',
      startMeters: 10,
      speedMps: [
        [0, kmh(45) - 0.8],
        [4, kmh(45)],
        [14, kmh(45) + 3],
        [22, kmh(45) + 3],
        [30, kmh(45)],
        [38, kmh(45) - 2.35],
        [48, kmh(45) - 2.13],
        [60, kmh(45) - 0.8],
      ],
      lateralMeters: steady(0),
    },
    {
      actorId: 'left',
      model: 'suv',
      paint: 'red',
      startMeters: 14,
      speedMps: [
        [0, kmh(46)],
        [15, kmh(49)],
        [30, kmh(45)],
        [45, kmh(41)],
        [60, kmh(44)],
      ],
      lateralMeters: steady(-laneWidthMeters),
    },
    {
      actorId: 'right',
      model: 'hatchback',
      paint: 'white',
      startMeters: 42,
      speedMps: [
        [0, kmh(43)],
        [30, kmh(43)],
        [60, kmh(48)],
      ],
      lateralMeters: steady(laneWidthMeters),
    },
    ...traffic({ prefix: 'oncoming', count: 40, firstMeters: 40, everyMeters: 60, speedMps: -kmh(70), lateralMeters: -16 }),
  ],
};
