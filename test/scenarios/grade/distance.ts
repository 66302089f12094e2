import { following, rolling } from '../build-drives.ts';

/** Behind one whose distance swings between 6 and 60 m, on flat and on rolling roads. */
export const distanceDrives = [
  following({ name: 'grade-distance-flat', seed: 1201, egoKmh: 50, seconds: 40, distancesMeters: [10, 60, 25, 6, 20, 10] }),
  following({
    name: 'grade-distance-flat-motorway-truck',
    seed: 1202,
    egoKmh: 80,
    seconds: 40,
    distancesMeters: [20, 60, 12, 40, 20],
    road: 'motorway',
    model: 'truck',
  }),
  following({
    name: 'grade-distance-hills',
    seed: 1203,
    egoKmh: 60,
    seconds: 40,
    distancesMeters: [15, 55, 30, 8, 15],
    hills: rolling(1.2, 660),
  }),
  following({
    name: 'grade-distance-hills-van',
    seed: 1204,
    egoKmh: 70,
    seconds: 40,
    distancesMeters: [40, 12, 50, 25, 40],
    model: 'van',
    hills: rolling(0.8, 770),
  }),
  following({
    name: 'grade-distance-bends',
    seed: 1205,
    egoKmh: 60,
    seconds: 40,
    distancesMeters: [20, 50, 10, 30, 20],
    curvature: [
      [80, 0],
      [150, 0.004],
      [260, 0.004],
      [330, 0],
      [400, -0.004],
      [500, -0.004],
      [560, 0],
    ],
  }),
];
