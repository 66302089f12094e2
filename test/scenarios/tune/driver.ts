import { attentive, drowsy, glancer, sleeper, writer, yawner } from '../build-drivers.ts';

export const attentiveDrivers = [
  attentive({ name: 'tune-attentive-fair', seed: 801, look: 'fair', seconds: 120 }),
  attentive({ name: 'tune-attentive-infrared', seed: 802, look: 'dark', light: 'infrared', seconds: 120 }),
];

export const inattentiveDrivers = [
  sleeper({ name: 'tune-microsleep-tan', seed: 811, look: 'tan', shutSeconds: [1.5, 2.5] }),
  sleeper({ name: 'tune-microsleep-infrared', seed: 812, look: 'tan', light: 'infrared', shutSeconds: [1.5, 2.5] }),
  glancer({
    name: 'tune-glance-fair',
    seed: 821,
    look: 'fair',
    looks: [
      [50, 0, 2],
      [-50, 0, 5],
      [4, -37, 5],
    ],
  }),
  writer({ name: 'tune-writing-tan', seed: 831, look: 'tan', awaySeconds: 1.8, roadSeconds: 1.6, yawDegrees: 5, pitchDegrees: -36 }),
  yawner({ name: 'tune-yawning-tan', seed: 841, look: 'tan', yawns: 3 }),
  drowsy({ name: 'tune-perclos-20-dark', seed: 842, look: 'dark', everySeconds: 3.2, shutSeconds: 0.6 }),
];
