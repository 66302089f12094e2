import { quiet } from '../build-drives.ts';

/** 60 minutes in which nothing is dangerous. */
export const quietDrives = [
  quiet({ name: 'grade-quiet-country-1', seed: 400, minutes: 5, egoKmh: 70 }),
  quiet({ name: 'grade-quiet-country-2', seed: 401, minutes: 4, egoKmh: 80 }),
  quiet({ name: 'grade-quiet-country-hills', seed: 402, minutes: 4, egoKmh: 60, hillsDegrees: 1 }),
  quiet({ name: 'grade-quiet-country-shadows', seed: 403, minutes: 4, egoKmh: 70, hasShadows: true }),
  quiet({ name: 'grade-quiet-country-dusk', seed: 404, minutes: 4, egoKmh: 70, light: 'dusk' }),
  quiet({ name: 'grade-quiet-country-rain', seed: 405, minutes: 4, egoKmh: 60, rain: 0.5 }),
  quiet({ name: 'grade-quiet-country-night', seed: 406, minutes: 4, egoKmh: 65, light: 'night' }),
  quiet({ name: 'grade-quiet-motorway-1', seed: 407, minutes: 5, egoKmh: 110, road: 'motorway' }),
  quiet({ name: 'grade-quiet-motorway-2', seed: 408, minutes: 3, egoKmh: 120, road: 'motorway' }),
  quiet({ name: 'grade-quiet-motorway-dusk', seed: 409, minutes: 4, egoKmh: 110, road: 'motorway', light: 'dusk' }),
  quiet({ name: 'grade-quiet-motorway-rain', seed: 410, minutes: 4, egoKmh: 95, road: 'motorway', rain: 0.6 }),
  quiet({ name: 'grade-quiet-motorway-night', seed: 411, minutes: 5, egoKmh: 100, road: 'motorway', light: 'night' }),
  quiet({ name: 'grade-quiet-motorway-night-rain', seed: 412, minutes: 3, egoKmh: 90, road: 'motorway', light: 'night', rain: 0.5 }),
  quiet({ name: 'grade-quiet-motorway-fog', seed: 413, minutes: 2, egoKmh: 70, road: 'motorway', fog: 0.35 }),
  quiet({ name: 'grade-quiet-town', seed: 414, minutes: 3, egoKmh: 45, isTown: true }),
  quiet({ name: 'grade-quiet-town-rain', seed: 415, minutes: 2, egoKmh: 40, isTown: true, rain: 0.4 }),
];
