import { quiet } from '../build-drives.ts';

/** Among many who are to be told apart. */
export const trafficDrives = [
  quiet({ name: 'grade-traffic-motorway', seed: 1701, minutes: 0.5, egoKmh: 100, road: 'motorway' }),
  quiet({ name: 'grade-traffic-town', seed: 1702, minutes: 0.5, egoKmh: 45, isTown: true }),
];
