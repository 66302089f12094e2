import { dashcam, kmh, laneWidthMeters, type Scenario, steady, traffic, wandering } from '../scenario.ts';

/** After UN R157's cut-in: a slower van comes over close ahead; the driver brakes. */
export const cutIn: Scenario = {
  name: 'cut-in',
  description: 'A van 40 km/h slower comes over from the right lane; the driver brakes late and there is no contact. Repeats every 24 s.',
  durationSeconds: 24,
  seed: 43,
  camera: dashcam,
  road: 'motorway',
  curvature: steady(0),
  ego: {
    speedMps: [
      [0, kmh(100)],
      [6.4, kmh(100)],
      [8.37, kmh(54)],
      [12, kmh(54)],
      [22, kmh(100)],
    ],
    laneOffsetMeters: wandering(24),
  },
  actors: [
    {
      actorId: 'cutting-in',
      model: 'van',
      paint: 'blue',
      startMeters: 90,
      speedMps: steady(kmh(60)),
      lateralMeters: [
        [0, laneWidthMeters],
        [4, laneWidthMeters],
        [4.5, laneWidthMeters - 0.5],
        [5.5, 0.5],
        [6, 0],
        [14, 0],
        [15, 0.8],
        [16, laneWidthMeters],
      ],
    },
    ...traffic({ prefix: 'oncoming', count: 24, firstMeters: 60, everyMeters: 70, speedMps: -kmh(100), lateralMeters: -16 }),
  ],
};
