import { crossing } from '../build.ts';

/** People and cyclists who cross before the vehicle; those without impactShare stop beside its path and are no danger. */
export const crossings = [
  crossing({ name: 'tune-walker-near-50', seed: 701, who: 'person', egoKmh: 45, crossingKmh: 5, side: 'right', impactShare: 0.5 }),
  crossing({ name: 'tune-walker-far-50', seed: 702, who: 'person', egoKmh: 55, crossingKmh: 6, side: 'left', impactShare: 0.5 }),
  crossing({
    name: 'tune-walker-near-75',
    seed: 703,
    who: 'person',
    egoKmh: 40,
    crossingKmh: 6,
    side: 'right',
    impactShare: 0.75,
    light: 'dusk',
  }),
  crossing({ name: 'tune-cyclist-near-50', seed: 704, who: 'bicycle', egoKmh: 45, crossingKmh: 14, side: 'right', impactShare: 0.5 }),
  crossing({ name: 'tune-walker-stops', seed: 705, who: 'person', egoKmh: 55, crossingKmh: 5, side: 'right' }),
];
