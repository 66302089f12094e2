import { signDrive } from '../build-drives.ts';

/** At 130 km/h more than three seconds, of which two are left for telling. */
const everyMeters = 120;

/** Speed limits, their ends, stop signs and traffic lights. */
export const signDrives = [
  signDrive({ name: 'grade-signs-country-1', seed: 1401, everyMeters, egoKmh: 70, signs: ['50', '70', '/70', '100', '30', '60'] }),
  signDrive({ name: 'grade-signs-country-2', seed: 1402, everyMeters, egoKmh: 80, signs: ['80', '60', '40', '70', '/80', '50'] }),
  signDrive({ name: 'grade-signs-town', seed: 1403, everyMeters, egoKmh: 50, signs: ['30', 'stop', 'red', 'green', '50', 'amber'] }),
  signDrive({
    name: 'grade-signs-motorway-1',
    seed: 1404,
    everyMeters,
    egoKmh: 110,
    signs: ['120', '100', '80', '130', '/120', '110'],
    road: 'motorway',
  }),
  signDrive({
    name: 'grade-signs-motorway-2',
    seed: 1405,
    everyMeters,
    egoKmh: 100,
    signs: ['130', '60', '90', '120', '100'],
    road: 'motorway',
  }),
  signDrive({ name: 'grade-signs-dusk', seed: 1406, everyMeters, egoKmh: 70, signs: ['70', '50', '100', '80', 'red'], light: 'dusk' }),
  signDrive({ name: 'grade-signs-rain', seed: 1407, everyMeters, egoKmh: 70, signs: ['60', '30', '80', '100', 'green'], rain: 0.5 }),
  signDrive({ name: 'grade-signs-night', seed: 1408, everyMeters, egoKmh: 70, signs: ['50', '100', '70', '60', 'red'], light: 'night' }),
  signDrive({
    name: 'grade-signs-bend',
    seed: 1409,
    everyMeters,
    egoKmh: 60,
    signs: ['40', '60', '30', '70'],
    curvature: [
      [80, 0],
      [150, 0.003],
      [260, 0.003],
      [330, 0],
      [400, -0.003],
      [500, -0.003],
      [560, 0],
    ],
  }),
  signDrive({ name: 'grade-signs-shadows', seed: 1410, everyMeters, egoKmh: 70, signs: ['90', '50', '80', '70'], hasShadows: true }),
];
