import { type Corner, truckShape } from '../bodies.ts';
import { bothSides, disc, type Easel, symmetric } from './easel.ts';
import type { PaintTones } from './paint-tones.ts';

const { widthMeters, heightMeters, lengthMeters, overhangMeters: overhang } = truckShape;
const half = widthMeters / 2;
const floor = 1.05;

/** Paints a box truck as seen from behind or, coming towards us, from the front. */
export function paintTruck(easel: Easel, tones: PaintTones, look: { readonly towards: boolean; readonly braking: boolean }): void {
  const ground = (across: number, deep: number): Corner => [across, 0, deep];
  easel.soften(
    [ground(-half - 0.1, -0.3), ground(half + 0.5, -0.3), ground(half + 0.5, lengthMeters), ground(-half, lengthMeters)],
    '#000',
    0.16,
    0.55,
  );
  easel.soften([ground(-half, -0.02), ground(half, -0.02), ground(half, lengthMeters), ground(-half, lengthMeters)], '#000', 0.06, 0.72);
  underside(easel);
  if (easel.cameraMeters > heightMeters)
    easel.fill(
      symmetric([
        [half, heightMeters, 0],
        [half, heightMeters, lengthMeters],
      ]),
      easel.gradient([-half, heightMeters, 4], [half, heightMeters, 4], [0, tones.middle], [0.4, tones.bright], [1, tones.middle]),
    );
  if (Math.abs(easel.lateralMeters) > half) flank(easel, tones, easel.lateralMeters > 0 ? -1 : 1, look.towards);
  if (look.towards) cab(easel, tones);
  else doors(easel, tones, look.braking);
}

function underside(easel: Easel): void {
  easel.fill(
    symmetric([
      [half * 0.9, floor, 0.3],
      [half * 0.82, 0.3, 0.6],
    ]),
    '#0b0c0d',
  );
  for (const deep of [lengthMeters - overhang, overhang])
    for (const wheel of bothSides([
      [half * 0.52, 0, deep],
      [half * 0.97, 0, deep],
      [half * 0.97, 0.98, deep],
      [half * 0.52, 0.98, deep],
    ]))
      easel.fill(wheel, '#131414');
  for (const groove of [0.62, 0.74, 0.86])
    for (const line of bothSides([
      [half * groove, 0.04, overhang],
      [half * groove, 0.7, overhang],
    ]))
      easel.line(line, '#2b2c2d', 0.03);
  for (const flap of bothSides([
    [half * 0.5, 0.2, 1.0],
    [half * 0.98, 0.2, 1.0],
    [half * 0.98, 0.75, 1.0],
    [half * 0.5, 0.75, 1.0],
  ]))
    easel.fill(flap, '#1b1c1e');
  easel.fill(
    symmetric([
      [half * 0.12, 0.62, overhang],
      [half * 0.12, 0.42, overhang],
    ]),
    '#2a2b2c',
  );
}

function flank(easel: Easel, tones: PaintTones, side: -1 | 1, towards: boolean): void {
  const deepOf = (fromRear: number): number => (towards ? lengthMeters - fromRear : fromRear);
  const at = (up: number, fromRear: number, share = 1): Corner => [side * half * share, up, deepOf(fromRear)];
  const boxEnd = lengthMeters - 2;
  const wall = easel.gradient(at(heightMeters, 2), at(floor, 2), [0, tones.bright], [0.4, tones.middle], [1, tones.dark]);
  easel.fill([at(floor, 0), at(heightMeters, 0), at(heightMeters, boxEnd), at(floor, boxEnd)], wall);
  for (let post = 0.6; post < boxEnd; post += 0.6) easel.line([at(floor, post), at(heightMeters - 0.1, post)], '#000', 0.015, 0.16);
  easel.fill([at(1.75, 0.8), at(2.5, 0.8), at(2.5, boxEnd - 0.6), at(1.75, boxEnd - 0.6)], '#1f5f8f', 0.85);
  easel.fill([at(1.98, 1.3), at(2.28, 1.3), at(2.28, boxEnd - 1.4), at(1.98, boxEnd - 1.4)], '#fff', 0.8);
  easel.fill([at(floor, 0), at(floor + 0.1, 0), at(floor + 0.1, boxEnd), at(floor, boxEnd)], '#4d5155');
  easel.fill([at(0.55, 2.4, 0.97), at(0.95, 2.4, 0.97), at(0.95, boxEnd - 0.6, 0.97), at(0.55, boxEnd - 0.6, 0.97)], '#5b6064');
  easel.fill(
    [at(0.5, boxEnd + 0.15), at(2.75, boxEnd + 0.15), at(2.75, lengthMeters - 0.35), at(1.6, lengthMeters), at(0.5, lengthMeters)],
    easel.gradient(at(2.8, 7), at(0.5, 7), [0, '#5f86b8'], [1, '#1b3257']),
  );
  easel.fill([at(1.65, boxEnd + 0.5), at(2.5, boxEnd + 0.5), at(2.5, lengthMeters - 0.5), at(1.65, lengthMeters - 0.2)], '#1a2026');
  for (const axle of [overhang, lengthMeters - overhang]) {
    easel.fill(disc(side * half, 0.52, deepOf(axle), 0.58), '#070707');
    easel.fill(disc(side * half, 0.5, deepOf(axle), 0.5), '#151515');
    easel.fill(disc(side * half, 0.5, deepOf(axle), 0.28), '#74787c');
    easel.fill(disc(side * half, 0.5, deepOf(axle), 0.12), '#2c2e30');
  }
}

/** Two doors with bars, hinges and handles in a frame; lamps, plate and underrun bar below. */
function doors(easel: Easel, tones: PaintTones, braking: boolean): void {
  const at = (share: number, up: number, deep = 0): Corner => [half * share, up, deep];
  const wall = easel.gradient(
    at(0, heightMeters),
    at(0, floor),
    [0, tones.bright],
    [0.3, tones.middle],
    [0.8, tones.middle],
    [1, tones.dark],
  );
  easel.fill(symmetric([at(1, heightMeters), at(1, floor)]), '#8c9296');
  easel.fill(symmetric([at(0.955, heightMeters - 0.09), at(0.955, floor + 0.06)]), wall);
  const round = easel.gradient(
    [-half, 2, 0],
    [half, 2, 0],
    [0, 'rgba(0,0,0,.25)'],
    [0.2, 'rgba(255,255,255,.06)'],
    [0.8, 'rgba(0,0,0,.03)'],
    [1, 'rgba(0,0,0,.3)'],
  );
  easel.fill(symmetric([at(1, heightMeters), at(1, floor)]), round);
  easel.line([at(0, heightMeters - 0.09), at(0, floor + 0.06)], '#1c1e20', 0.03, 0.9);
  for (const share of [0.16, 0.6]) {
    for (const bar of bothSides([at(share, heightMeters - 0.06, -0.02), at(share, floor + 0.02, -0.02)])) {
      easel.line(bar, '#55595d', 0.05);
      easel.line(bar, '#d5d9dc', 0.018);
    }
    for (const up of [1.3, 2.2, 3.1])
      for (const bracket of bothSides([at(share - 0.04, up, -0.02), at(share + 0.04, up, -0.02)])) easel.line(bracket, '#3a3d40', 0.05);
    for (const handle of bothSides([at(share, 1.62, -0.03), at(share - 0.13, 1.62, -0.03)])) easel.line(handle, '#2d2f32', 0.05);
  }
  for (const up of [1.4, 2.0, 2.6, 3.2]) for (const hinge of bothSides([at(0.9, up), at(0.985, up)])) easel.line(hinge, '#44484b', 0.07);
  easel.fill([at(-0.5, 2.62), at(-0.2, 2.62), at(-0.2, 2.3), at(-0.5, 2.3)], '#1f5f8f', 0.9);
  easel.fill([at(0.24, 2.62), at(0.52, 2.62), at(0.52, 2.3), at(0.24, 2.3)], '#1f5f8f', 0.9);
  for (const tape of bothSides([at(0.94, floor + 0.1), at(0.94, 1.6)])) easel.line(tape, '#c9302c', 0.04, 0.9);
  easel.line([at(-0.94, floor + 0.1), at(0.94, floor + 0.1)], '#c9302c', 0.05, 0.9);
  for (const lamp of bothSides([
    at(0.9, heightMeters - 0.04),
    at(0.96, heightMeters - 0.04),
    at(0.96, heightMeters - 0.08),
    at(0.9, heightMeters - 0.08),
  ]))
    easel.fill(lamp, '#b3241f');

  easel.fill(symmetric([at(0.97, floor), at(0.97, floor - 0.12)]), '#2b2d2f');
  easel.fill(symmetric([at(0.96, 0.62, 0.1), at(0.96, 0.46, 0.1)]), '#b7bcc0');
  for (const stripe of [-0.8, -0.4, 0, 0.4, 0.8])
    easel.fill(
      [at(stripe - 0.08, 0.62, 0.09), at(stripe + 0.1, 0.62, 0.09), at(stripe + 0.02, 0.46, 0.09), at(stripe - 0.16, 0.46, 0.09)],
      '#c02a26',
    );
  for (const [side, lamp] of bothSides([
    at(0.6, floor - 0.14),
    at(0.95, floor - 0.14),
    at(0.95, floor - 0.32),
    at(0.6, floor - 0.32),
  ]).entries()) {
    const sign = side === 0 ? -1 : 1;
    easel.fill(lamp, '#16181a');
    easel.fill(
      [at(sign * 0.8, floor - 0.16), at(sign * 0.94, floor - 0.16), at(sign * 0.94, floor - 0.3), at(sign * 0.8, floor - 0.3)],
      braking ? '#ff4a35' : '#b01a1c',
    );
    easel.fill(
      [at(sign * 0.7, floor - 0.16), at(sign * 0.79, floor - 0.16), at(sign * 0.79, floor - 0.3), at(sign * 0.7, floor - 0.3)],
      '#d7802a',
    );
    easel.fill(
      [at(sign * 0.62, floor - 0.17), at(sign * 0.69, floor - 0.17), at(sign * 0.69, floor - 0.29), at(sign * 0.62, floor - 0.29)],
      '#e6e4de',
    );
    if (braking) easel.glow(at(sign * 0.87, floor - 0.23), 0.4, '#ff2a18', 0.7);
  }
  easel.fill(symmetric([at(0.22, floor - 0.15), at(0.22, floor - 0.28)]), '#eef0ee');
  for (const mark of [-0.16, -0.08, 0.02, 0.1])
    easel.fill([at(mark, floor - 0.18), at(mark + 0.05, floor - 0.18), at(mark + 0.05, floor - 0.25), at(mark, floor - 0.25)], '#222427');
}

function cab(easel: Easel, tones: PaintTones): void {
  const at = (share: number, up: number, deep = 0): Corner => [half * share, up, deep + 0.2 * Math.abs(share) ** 6];
  easel.fill(
    symmetric([
      [half, heightMeters, 2],
      [half, floor, 2],
    ]),
    easel.gradient([0, heightMeters, 2], [0, floor, 2], [0, tones.bright], [1, tones.middle]),
  );
  easel.fill(
    symmetric([at(0.94, 0.35), at(0.97, 0.9), at(0.95, 1.6), at(0.9, 2.75, 0.35), at(0.5, 2.8, 0.35)]),
    easel.gradient(at(0, 2.8), at(0, 0.35), [0, '#7ea3d0'], [0.4, '#2d5590'], [1, '#152845']),
  );
  easel.fill(
    symmetric([at(0.88, 1.6), at(0.84, 2.5, 0.3)]),
    easel.gradient(at(0, 2.5), at(0, 1.6), [0, '#83939e'], [0.5, '#343e45'], [1, '#171c20']),
  );
  easel.fill(symmetric([at(0.7, 1.4), at(0.7, 0.85)]), '#16181a');
  for (const up of [0.98, 1.12, 1.26]) easel.line([at(-0.66, up), at(0.66, up)], '#565c61', 0.03);
  easel.fill(symmetric([at(0.95, 0.72), at(0.95, 0.36)]), '#33373a');
  for (const lamp of bothSides([at(0.6, 0.7), at(0.9, 0.7), at(0.9, 0.54), at(0.6, 0.54)])) easel.fill(lamp, '#e8edf0');
  for (const side of [-1, 1]) easel.glow(at(side * 0.75, 0.62), 0.25, '#fff6e0', 0.6);
  easel.fill(symmetric([at(0.2, 0.52), at(0.2, 0.42)]), '#eef0ee');
  for (const mirror of bothSides([at(0.99, 1.7), at(1, 1.7), at(1, 2.3), at(0.97, 2.3)])) easel.fill(mirror, '#15171a');
}
