import { following, rolling } from '../build-drives.ts';

/** Behind one whose distance swings between 6 and 60 m, on flat and on rolling roads. */
export const distanceDrives = [
  following({ name: 'tune-distance-flat', seed: 1301, egoKmh: 55, seconds: 40, distancesMeters: [12, 58, 20, 7, 25, 12] }),
  following({
    name: 'tune-distance-hills',
    seed: 1302,
    egoKmh: 65,
    seconds: 40,
    distancesMeters: [18, 50, 25, 10, 18],
    model: 'suv',
    hills: rolling(1, 720),
  }),
];
