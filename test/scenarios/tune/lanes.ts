import { following } from '../build-drives.ts';

/** Lines of every kind, straight on and through bends; nobody drifts. */
export const laneDrives = [
  following({
    name: 'tune-lanes-country-bends',
    seed: 1101,
    egoKmh: 65,
    seconds: 40,
    distancesMeters: [40, 55, 40],
    curvature: [
      [80, 0],
      [150, -0.003],
      [260, -0.003],
      [330, 0],
      [400, 0.003],
      [500, 0.003],
      [560, 0],
    ],
  }),
  following({
    name: 'tune-lanes-motorway-solid',
    seed: 1102,
    egoKmh: 105,
    seconds: 25,
    distancesMeters: [60, 75, 60],
    road: 'motorway',
    lines: { left: { type: 'solid' }, right: { type: 'solid' } },
  }),
  following({
    name: 'tune-lanes-worn',
    seed: 1103,
    egoKmh: 75,
    seconds: 25,
    distancesMeters: [50, 60, 50],
    lines: { left: { type: 'dashed', wear: 0.5 }, right: { type: 'solid', wear: 0.6 } },
  }),
  following({
    name: 'tune-lanes-right-missing',
    seed: 1104,
    egoKmh: 75,
    seconds: 20,
    distancesMeters: [50, 60, 50],
    lines: { left: { type: 'dashed' }, right: { type: 'missing' } },
  }),
  following({ name: 'tune-lanes-rain', seed: 1105, egoKmh: 75, seconds: 25, distancesMeters: [50, 60, 50], rain: 0.5 }),
  following({ name: 'tune-lanes-night', seed: 1106, egoKmh: 75, seconds: 25, distancesMeters: [50, 60, 50], light: 'night' }),
];
