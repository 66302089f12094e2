import { quiet } from '../build-drives.ts';

/** 10 minutes in which nothing is dangerous. */
export const quietDrives = [
  quiet({ name: 'tune-quiet-country', seed: 800, minutes: 3, egoKmh: 75 }),
  quiet({ name: 'tune-quiet-country-night', seed: 801, minutes: 2, egoKmh: 60, light: 'night' }),
  quiet({ name: 'tune-quiet-motorway', seed: 802, minutes: 3, egoKmh: 115, road: 'motorway' }),
  quiet({ name: 'tune-quiet-motorway-rain', seed: 803, minutes: 2, egoKmh: 100, road: 'motorway', rain: 0.5 }),
];
