import { drowsy, glancer, sleeper, writer, yawner } from '../build-drivers.ts';

export const sleepers = [
  sleeper({ name: 'grade-microsleep-tan', seed: 711, look: 'tan', shutSeconds: [1.3, 2.1, 1.6, 3.4] }),
  sleeper({ name: 'grade-microsleep-dark', seed: 712, look: 'dark', shutSeconds: [1.8, 1.4, 2.6, 1.5] }),
  sleeper({ name: 'grade-microsleep-fair', seed: 713, look: 'fair', glasses: 'clear', shutSeconds: [2.4, 1.4, 1.7, 2] }),
  sleeper({ name: 'grade-microsleep-infrared', seed: 714, look: 'dark', light: 'infrared', shutSeconds: [1.4, 2.2, 1.7, 3] }),
  sleeper({ name: 'grade-microsleep-infrared-fair', seed: 715, look: 'fair', light: 'infrared', shutSeconds: [2.5, 1.5, 1.9, 1.4] }),
];

/** The first of each are allowed. */
export const glancers = [
  glancer({
    name: 'grade-glance-tan',
    seed: 721,
    look: 'tan',
    looks: [
      [48, 0, 1.8],
      [-52, 0, 4.6],
      [55, -8, 5.2],
      [6, -38, 4.8],
    ],
  }),
  glancer({
    name: 'grade-glance-dark',
    seed: 722,
    look: 'dark',
    looks: [
      [4, -36, 2],
      [-4, -37, 5],
      [50, -4, 4.7],
      [-58, 0, 6],
    ],
  }),
  glancer({
    name: 'grade-glance-infrared',
    seed: 723,
    look: 'fair',
    light: 'infrared',
    looks: [
      [-45, 0, 2],
      [54, 0, 5],
      [-54, -4, 4.6],
      [8, -38, 5.4],
    ],
  }),
];

export const writers = [
  writer({ name: 'grade-writing-tan', seed: 731, look: 'tan', awaySeconds: 1.6, roadSeconds: 1.4, yawDegrees: 6, pitchDegrees: -37 }),
  writer({ name: 'grade-writing-dark', seed: 732, look: 'dark', awaySeconds: 2, roadSeconds: 1.8, yawDegrees: -4, pitchDegrees: -36 }),
  writer({ name: 'grade-screen-fair', seed: 733, look: 'fair', awaySeconds: 1.9, roadSeconds: 1.5, yawDegrees: 46, pitchDegrees: -12 }),
];

export const tiredDrivers = [
  yawner({ name: 'grade-yawning-dark', seed: 741, look: 'dark', yawns: 4 }),
  yawner({ name: 'grade-yawning-fair', seed: 742, look: 'fair', yawns: 4 }),
  drowsy({ name: 'grade-perclos-15-tan', seed: 743, look: 'tan', everySeconds: 5.2, shutSeconds: 0.6 }),
  drowsy({ name: 'grade-perclos-25-fair', seed: 744, look: 'fair', everySeconds: 2.7, shutSeconds: 0.62 }),
];
