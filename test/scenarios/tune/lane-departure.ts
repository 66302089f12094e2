import { drift, laneChange } from '../build-drives.ts';

/** Drifts over a line at the rates of ISO 17361. */
export const laneDepartures = [
  drift({ name: 'tune-drift-left-03', seed: 951, side: 'left', rateMps: 0.3, egoKmh: 95 }),
  drift({ name: 'tune-drift-right-05', seed: 952, side: 'right', rateMps: 0.5, egoKmh: 95 }),
  drift({ name: 'tune-drift-left-07', seed: 953, side: 'left', rateMps: 0.7, egoKmh: 85 }),
  drift({ name: 'tune-drift-right-04-country', seed: 954, side: 'right', rateMps: 0.4, egoKmh: 75, road: 'country' }),
  drift({
    name: 'tune-drift-left-05-bend',
    seed: 955,
    side: 'left',
    rateMps: 0.5,
    egoKmh: 85,
    curvature: [
      [40, 0],
      [120, 0.0012],
      [2000, 0.0012],
    ],
  }),
  drift({
    name: 'tune-drift-right-04-worn',
    seed: 956,
    side: 'right',
    rateMps: 0.4,
    egoKmh: 95,
    lines: { left: { type: 'dashed', wear: 0.6 }, right: { type: 'solid', wear: 0.6 } },
  }),
  drift({ name: 'tune-drift-left-05-dusk', seed: 957, side: 'left', rateMps: 0.5, egoKmh: 95, light: 'dusk' }),
  drift({ name: 'tune-drift-right-04-rain', seed: 958, side: 'right', rateMps: 0.4, egoKmh: 95, rain: 0.4 }),
];

/** Meant, so nothing to warn of. */
export const laneChanges = [
  laneChange({ name: 'tune-change-left', seed: 959, to: 'left', egoKmh: 105, seconds: 4.5 }),
  laneChange({ name: 'tune-change-right', seed: 960, to: 'right', egoKmh: 95, seconds: 4 }),
];
