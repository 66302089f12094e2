import { dashcam, kmh, laneWidthMeters, type Scenario, traffic, wandering } from '../scenario.ts';

/** Signs and lights of a country road; the last limit is broken. */
export const speedLimits: Scenario = {
  name: 'speed-limits',
  description: 'Past limits of 70, 50 and 100 km/h and the end of one, a light and a stop sign; too fast behind the 50.',
  durationSeconds: 48,
  seed: 41,
  camera: dashcam,
  road: 'country',
  hasShadows: true,
  curvature: [
    [430, 0],
    [490, -0.002],
    [560, -0.002],
    [620, 0],
  ],
  ego: {
    speedMps: [
      [0, kmh(70)],
      [14, kmh(70)],
      [18, kmh(62)],
      [30, kmh(62)],
      [40, kmh(75)],
      [48, kmh(70)],
    ],
    laneOffsetMeters: wandering(48),
  },
  actors: traffic({
    prefix: 'oncoming',
    count: 14,
    firstMeters: 120,
    everyMeters: 110,
    speedMps: -kmh(70),
    lateralMeters: -laneWidthMeters,
  }),
  signs: [
    { class: 'speed-limit', value: '70', atMeters: 110 },
    { class: 'speed-limit', value: '50', atMeters: 280 },
    {
      class: 'traffic-light',
      atMeters: 420,
      states: [
        [0, 'red'],
        [18, 'green'],
      ],
    },
    { class: 'end-of-limit', value: '50', atMeters: 590 },
    { class: 'speed-limit', value: '100', atMeters: 690 },
    { class: 'stop', atMeters: 800, offsetMeters: 5.5 },
  ],
};
