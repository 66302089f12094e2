import { dashcam, kmh, laneWidthMeters, type Scenario, traffic, wandering } from '../scenario.ts';

/** A drive in which nothing is dangerous, so nothing may be warned of. */
export const quietDrive: Scenario = {
  name: 'quiet-drive',
  description: 'A free lane, cars in the lane beside and coming towards, bends both ways, people beside the road; nothing dangerous.',
  durationSeconds: 40,
  seed: 23,
  camera: dashcam,
  road: 'country',
  curvature: [
    [120, 0],
    [190, 0.0022],
    [290, 0.0022],
    [360, 0],
    [420, -0.0018],
    [520, -0.0018],
    [590, 0],
  ],
  ego: {
    speedMps: [
      [0, kmh(62)],
      [12, kmh(70)],
      [26, kmh(66)],
      [40, kmh(62)],
    ],
    laneOffsetMeters: wandering(40),
  },
  actors: [
    {
      actorId: 'ahead',
      model: 'suv',
      paint: 'green',
      startMeters: 48,
      speedMps: [
        [0, kmh(64)],
        [12, kmh(70)],
        [26, kmh(64)],
        [40, kmh(64)],
      ],
      lateralMeters: [
        [0, 0],
        [20, 0.15],
        [40, 0],
      ],
    },
    ...traffic({ prefix: 'oncoming', count: 16, firstMeters: 90, everyMeters: 95, speedMps: -kmh(66), lateralMeters: -laneWidthMeters }),
    {
      actorId: 'walker',
      model: 'person',
      paint: 'blue',
      startMeters: 160,
      speedMps: [[0, 1.3]],
      lateralMeters: [[0, 4.6]],
    },
  ],
};
