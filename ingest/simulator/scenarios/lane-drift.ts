import { dashcam, kmh, laneWidthMeters, type Scenario, steady, traffic } from '../scenario.ts';

/** After ISO 17361: over the left and the right line without indicating, and a change of lane that is meant. */
export const laneDrift: Scenario = {
  name: 'lane-drift',
  description: 'Drifts over the left line at 0.4 m/s, over the right one at 0.6 m/s, then changes lanes and back, indicating.',
  durationSeconds: 45,
  seed: 37,
  camera: dashcam,
  road: 'motorway',
  curvature: [
    [150, 0],
    [230, 0.0008],
    [330, 0.0008],
    [410, 0],
  ],
  ego: {
    speedMps: steady(kmh(100)),
    laneOffsetMeters: [
      [5, 0],
      [8.25, -1.3],
      [8.75, -1.3],
      [12, 0],
      [17, 0],
      [19.2, 1.3],
      [19.7, 1.3],
      [23, 0],
      [28, 0],
      [32, -laneWidthMeters],
      [37, -laneWidthMeters],
      [41, 0],
    ],
    indicator: [
      [27, 'left'],
      [32, 'off'],
      [36, 'right'],
      [41, 'off'],
    ],
  },
  actors: [
    ...traffic({ prefix: 'oncoming', count: 30, firstMeters: 60, everyMeters: 90, speedMps: -kmh(110), lateralMeters: -16 }),
    {
      actorId: 'ahead',
      model: 'van',
      paint: 'white',
      startMeters: 70,
      speedMps: steady(kmh(100)),
      lateralMeters: steady(0),
    },
  ],
};
