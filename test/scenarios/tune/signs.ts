import { signDrive } from '../build-drives.ts';

/** Speed limits, their ends, stop signs and traffic lights. */
export const signDrives = [
  signDrive({ name: 'tune-signs-country', seed: 1501, egoKmh: 75, signs: ['60', '80', '50', '/60', '100', '70', '30'] }),
  signDrive({ name: 'tune-signs-motorway', seed: 1502, egoKmh: 105, signs: ['100', '130', '120', '80'], road: 'motorway' }),
  signDrive({ name: 'tune-signs-town', seed: 1503, egoKmh: 45, signs: ['50', 'red', 'stop', '30', 'green'] }),
  signDrive({ name: 'tune-signs-night', seed: 1504, egoKmh: 65, signs: ['80', '40', '60'], light: 'night' }),
];
