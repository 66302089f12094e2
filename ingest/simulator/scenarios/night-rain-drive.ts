import { dashcam, kmh, laneWidthMeters, type Scenario, traffic, wandering } from '../scenario.ts';

/** The hardest light there is: a lead that brakes in the rain at night, between oncoming lamps and their mirror images. */
export const nightRainDrive: Scenario = {
  name: 'night-rain-drive',
  description: 'A country road at night in the rain; the car ahead brakes hard once, and there is no contact. Repeats every 30 s.',
  durationSeconds: 30,
  seed: 31,
  camera: dashcam,
  road: 'country',
  light: 'night',
  rain: 0.5,
  curvature: [
    [220, 0],
    [280, 0.002],
    [340, 0.002],
    [400, 0],
  ],
  ego: {
    speedMps: [
      [0, kmh(60)],
      [9.3, kmh(60)],
      [11.4, kmh(20)],
      [13, kmh(20)],
      [24, kmh(63)],
      [30, kmh(60)],
    ],
    laneOffsetMeters: wandering(30),
  },
  actors: [
    {
      actorId: 'lead',
      model: 'saloon',
      paint: 'silver',
      startMeters: 22,
      speedMps: [
        [0, kmh(60)],
        [8, kmh(60)],
        [9.9, kmh(22)],
        [12.4, kmh(22)],
        [22.4, kmh(62.3)],
        [30, kmh(60)],
      ],
      lateralMeters: [[0, 0]],
    },
    ...traffic({ prefix: 'oncoming', count: 10, firstMeters: 90, everyMeters: 95, speedMps: -kmh(60), lateralMeters: -laneWidthMeters }),
  ],
};
