import { drift, laneChange } from '../build-drives.ts';

/** Drifts over a line at the rates of ISO 17361. */
export const laneDepartures = [
  drift({ name: 'grade-drift-left-01', seed: 901, side: 'left', rateMps: 0.1, egoKmh: 90 }),
  drift({ name: 'grade-drift-right-02', seed: 902, side: 'right', rateMps: 0.2, egoKmh: 90 }),
  drift({ name: 'grade-drift-left-04', seed: 903, side: 'left', rateMps: 0.4, egoKmh: 100 }),
  drift({ name: 'grade-drift-right-06', seed: 904, side: 'right', rateMps: 0.6, egoKmh: 100 }),
  drift({ name: 'grade-drift-left-08', seed: 905, side: 'left', rateMps: 0.8, egoKmh: 110 }),
  drift({ name: 'grade-drift-right-08', seed: 906, side: 'right', rateMps: 0.8, egoKmh: 80 }),
  drift({ name: 'grade-drift-right-03-country', seed: 907, side: 'right', rateMps: 0.3, egoKmh: 80, road: 'country' }),
  drift({ name: 'grade-drift-left-05-country', seed: 908, side: 'left', rateMps: 0.5, egoKmh: 70, road: 'country' }),
  drift({
    name: 'grade-drift-right-04-bend',
    seed: 909,
    side: 'right',
    rateMps: 0.4,
    egoKmh: 90,
    curvature: [
      [40, 0],
      [120, 0.0016],
      [2000, 0.0016],
    ],
  }),
  drift({
    name: 'grade-drift-left-03-bend',
    seed: 910,
    side: 'left',
    rateMps: 0.3,
    egoKmh: 80,
    curvature: [
      [40, 0],
      [120, -0.002],
      [2000, -0.002],
    ],
  }),
  drift({
    name: 'grade-drift-right-05-solid',
    seed: 911,
    side: 'right',
    rateMps: 0.5,
    egoKmh: 100,
    lines: { left: { type: 'dashed' }, right: { type: 'solid' } },
  }),
  drift({
    name: 'grade-drift-left-04-worn',
    seed: 912,
    side: 'left',
    rateMps: 0.4,
    egoKmh: 90,
    lines: { left: { type: 'dashed', wear: 0.6 }, right: { type: 'solid', wear: 0.6 } },
  }),
  drift({
    name: 'grade-drift-right-03-worn',
    seed: 913,
    side: 'right',
    rateMps: 0.3,
    egoKmh: 100,
    lines: { left: { type: 'dashed', wear: 0.6 }, right: { type: 'dashed', wear: 0.6 } },
  }),
  drift({ name: 'grade-drift-left-04-dusk', seed: 914, side: 'left', rateMps: 0.4, egoKmh: 90, light: 'dusk' }),
  drift({ name: 'grade-drift-right-06-dusk', seed: 915, side: 'right', rateMps: 0.6, egoKmh: 100, light: 'dusk' }),
  drift({ name: 'grade-drift-left-03-rain', seed: 916, side: 'left', rateMps: 0.3, egoKmh: 90, rain: 0.5 }),
  drift({ name: 'grade-drift-right-05-rain', seed: 917, side: 'right', rateMps: 0.5, egoKmh: 80, rain: 0.6 }),
  drift({ name: 'grade-drift-left-05-night', seed: 918, side: 'left', rateMps: 0.5, egoKmh: 90, light: 'night' }),
  drift({ name: 'grade-drift-right-03-night', seed: 919, side: 'right', rateMps: 0.3, egoKmh: 90, light: 'night' }),
  drift({ name: 'grade-drift-left-04-shadows', seed: 920, side: 'left', rateMps: 0.4, egoKmh: 80, road: 'country', hasShadows: true }),
];

/** Meant, so nothing to warn of. */
export const laneChanges = [
  laneChange({ name: 'grade-change-left', seed: 921, to: 'left', egoKmh: 100, seconds: 4 }),
  laneChange({ name: 'grade-change-right', seed: 922, to: 'right', egoKmh: 110, seconds: 5 }),
  laneChange({ name: 'grade-change-left-rain', seed: 923, to: 'left', egoKmh: 90, seconds: 4.5, rain: 0.5 }),
  laneChange({ name: 'grade-change-right-night', seed: 924, to: 'right', egoKmh: 100, seconds: 3.5, light: 'night' }),
];
