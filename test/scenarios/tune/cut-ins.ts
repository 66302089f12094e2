import { cutIn } from '../build.ts';

/** Slower vehicles that come over from the next lane. */
export const cutIns = [
  cutIn({ name: 'tune-cut-in-right-35', seed: 601, egoKmh: 105, closingKmh: 35, side: 'right', ttcSeconds: 3.3, changeSeconds: 2 }),
  cutIn({
    name: 'tune-cut-in-left-30',
    seed: 602,
    egoKmh: 95,
    closingKmh: 30,
    side: 'left',
    ttcSeconds: 3.2,
    changeSeconds: 1.8,
    model: 'suv',
  }),
  cutIn({
    name: 'tune-cut-in-right-45',
    seed: 603,
    egoKmh: 110,
    closingKmh: 45,
    side: 'right',
    ttcSeconds: 3.4,
    changeSeconds: 2,
    rain: 0.4,
  }),
];
