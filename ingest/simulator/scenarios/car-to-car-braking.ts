import { dashcam, kmh, laneWidthMeters, type Scenario, steady, traffic, wandering } from '../scenario.ts';

/** After Euro NCAP CCRb (car-to-car rear, braking): the lead brakes with 6 m/s2 in front of a driver who looks up late. */
export const carToCarBraking: Scenario = {
  name: 'car-to-car-braking',
  description: 'The car ahead brakes hard; the driver reacts late and there is no contact. Repeats every 30 s.',
  durationSeconds: 30,
  seed: 7,
  camera: dashcam,
  road: 'motorway',
  curvature: [
    [150, 0],
    [220, 0.0012],
    [300, 0.0012],
    [360, 0],
  ],
  ego: {
    speedMps: [
      [0, kmh(66)],
      [5.1, kmh(66)],
      [7.2, kmh(14)],
      [8.6, kmh(14)],
      [18, kmh(70)],
      [24, kmh(66)],
    ],
    laneOffsetMeters: wandering(30),
  },
  actors: [
    {
      actorId: 'lead',
      model: 'hatchback',
      paint: 'blue',
      startMeters: 22,
      speedMps: [
        [0, kmh(66)],
        [3.6, kmh(66)],
        [5.6, kmh(22.8)],
        [8, kmh(22.8)],
        [16, kmh(63.335)],
        [24, kmh(66)],
      ],
      lateralMeters: steady(0),
    },
    {
      actorId: 'truck',
      model: 'truck',
      paint: 'white',
      startMeters: 52,
      speedMps: steady(kmh(54)),
      lateralMeters: steady(laneWidthMeters),
    },
    ...traffic({
      prefix: 'passing',
      count: 6,
      firstMeters: -30,
      everyMeters: 42,
      speedMps: kmh(72),
      lateralMeters: -laneWidthMeters,
    }),
    ...traffic({ prefix: 'oncoming', count: 26, firstMeters: 60, everyMeters: 55, speedMps: -kmh(80), lateralMeters: -16 }),
  ],
};
