import { attentive } from '../build-drivers.ts';

/** Twenty minutes in which nothing is wrong. */
export const attentiveDrivers = [
  attentive({ name: 'grade-attentive-tan', seed: 701, look: 'tan', seconds: 200 }),
  attentive({ name: 'grade-attentive-dark', seed: 702, look: 'dark', seconds: 200, speedKmh: 110 }),
  attentive({ name: 'grade-attentive-fair', seed: 703, look: 'fair', seconds: 200, speedKmh: 60 }),
  attentive({ name: 'grade-attentive-glasses', seed: 704, look: 'dark', glasses: 'clear', seconds: 200 }),
  attentive({ name: 'grade-attentive-night', seed: 705, look: 'fair', light: 'night', seconds: 200 }),
  attentive({ name: 'grade-attentive-infrared', seed: 706, look: 'tan', light: 'infrared', seconds: 200 }),
];
