import { busShape, type Corner } from '../bodies.ts';
import { bothSides, disc, type Easel, symmetric } from './easel.ts';
import type { PaintTones } from './paint-tones.ts';

const { widthMeters, heightMeters, lengthMeters, overhangMeters: overhang, barFootMeters: foot } = busShape;
const half = widthMeters / 2;
const glassTones = [
  [0, '#6b7d8a'],
  [0.5, '#2c353b'],
  [1, '#14191d'],
] as const;

/** Paints a bus as seen from behind or, coming towards us, from the front. */
export function paintBus(easel: Easel, tones: PaintTones, look: { readonly towards: boolean; readonly braking: boolean }): void {
  const ground = (across: number, deep: number): Corner => [across, 0, deep];
  easel.soften(
    [ground(-half - 0.1, -0.3), ground(half + 0.45, -0.3), ground(half + 0.45, lengthMeters), ground(-half, lengthMeters)],
    '#000',
    0.16,
    0.55,
  );
  easel.soften([ground(-half, -0.02), ground(half, -0.02), ground(half, lengthMeters), ground(-half, lengthMeters)], '#000', 0.06, 0.72);
  for (const deep of [lengthMeters - overhang, overhang])
    for (const wheel of bothSides([
      [half * 0.68, 0, deep],
      [half * 0.97, 0, deep],
      [half * 0.97, 0.9, deep],
      [half * 0.68, 0.9, deep],
    ]))
      easel.fill(wheel, '#131414');
  if (Math.abs(easel.lateralMeters) > half) flank(easel, tones, easel.lateralMeters > 0 ? -1 : 1, look.towards);
  end(easel, tones, look.towards, look.braking);
}

function flank(easel: Easel, tones: PaintTones, side: -1 | 1, towards: boolean): void {
  const deepOf = (fromRear: number): number => (towards ? lengthMeters - fromRear : fromRear);
  const at = (up: number, fromRear: number): Corner => [side * half, up, deepOf(fromRear)];
  const wall = easel.gradient(at(heightMeters, 4), at(foot, 4), [0, tones.bright], [0.35, tones.middle], [1, tones.dark]);
  easel.fill([at(foot, 0), at(heightMeters, 0), at(heightMeters, lengthMeters), at(foot, lengthMeters)], wall);
  easel.fill(
    [at(1.25, 0.5), at(2.55, 0.5), at(2.55, lengthMeters - 0.2), at(1.25, lengthMeters - 0.2)],
    easel.gradient(at(2.55, 4), at(1.25, 4), ...glassTones),
  );
  for (let post = 1.9; post < lengthMeters - 1; post += 1.45) easel.line([at(1.25, post), at(2.55, post)], '#0c0d0e', 0.07);
  // Doors are on the right in the direction of driving.
  if (side > 0 !== towards)
    for (const door of [overhang + 2.6, lengthMeters - 1.9]) {
      easel.fill([at(foot + 0.05, door - 0.65), at(2.45, door - 0.65), at(2.45, door + 0.65), at(foot + 0.05, door + 0.65)], '#20272c');
      easel.line([at(foot + 0.05, door), at(2.45, door)], '#0a0b0c', 0.05);
    }
  for (const axle of [overhang, lengthMeters - overhang]) {
    easel.fill(disc(side * half, 0.48, deepOf(axle), 0.56), '#070707');
    easel.fill(disc(side * half, 0.47, deepOf(axle), 0.47), '#161616');
    easel.fill(disc(side * half, 0.47, deepOf(axle), 0.27), '#7d8185');
  }
}

/** Rear or front: both are one wall with a large window; lamps and plate differ. */
function end(easel: Easel, tones: PaintTones, towards: boolean, braking: boolean): void {
  const at = (share: number, up: number): Corner => [half * share, up, 0.12 * Math.abs(share) ** 6];
  easel.fill(
    symmetric([at(0.95, foot), at(1, foot + 0.2), at(1, heightMeters - 0.25), at(0.93, heightMeters - 0.03), at(0.6, heightMeters)]),
    easel.gradient(at(0, heightMeters), at(0, foot), [0, tones.bright], [0.3, tones.middle], [0.8, tones.middle], [1, tones.dark]),
  );
  const [sill, head] = towards ? [1.05, 2.55] : [1.75, 2.55];
  easel.fill(symmetric([at(0.93, sill), at(0.95, head)]), '#0a0b0c');
  easel.fill(symmetric([at(0.91, sill + 0.03), at(0.93, head - 0.03)]), easel.gradient(at(0, head), at(0, sill), ...glassTones));
  if (towards) easel.line([at(0, sill + 0.05), at(0, head - 0.05)], '#0a0b0c', 0.03, 0.6);
  // The line's number, in amber dots on black.
  const [boardFoot, boardHead, wide] = towards ? [2.62, 2.94, 0.8] : [2.62, 2.92, 0.4];
  easel.fill(symmetric([at(wide, boardFoot), at(wide, boardHead)]), '#0b0b0a');
  for (const mark of towards ? [-0.55, -0.4, -0.1, 0.05, 0.2, 0.35] : [-0.2, 0])
    easel.fill(
      [at(mark, boardFoot + 0.07), at(mark + 0.1, boardFoot + 0.07), at(mark + 0.1, boardHead - 0.07), at(mark, boardHead - 0.07)],
      '#d98a1e',
    );
  easel.fill(symmetric([at(0.97, foot + 0.28), at(0.95, foot)]), '#2a2c2e');
  if (!towards) {
    // The engine's cover.
    easel.fill(symmetric([at(0.62, 0.8), at(0.62, 1.55)]), tones.dark, 0.55);
    for (const up of [0.9, 1.02, 1.14, 1.26, 1.38]) easel.line([at(-0.56, up), at(0.56, up)], '#0d0e0f', 0.03, 0.8);
  }
  easel.fill(symmetric([at(0.21, 0.66), at(0.21, 0.54)]), '#eef0ee');
  for (const mark of [-0.16, -0.08, 0.02, 0.1])
    easel.fill([at(mark, 0.63), at(mark + 0.05, 0.63), at(mark + 0.05, 0.57), at(mark, 0.57)], '#222427');
  for (const side of [-1, 1] as const) {
    if (towards) {
      easel.fill([at(side * 0.6, 0.8), at(side * 0.9, 0.84), at(side * 0.92, 0.6), at(side * 0.62, 0.6)], '#e8edf0');
      easel.glow(at(side * 0.78, 0.7), 0.25, '#fff6e0', 0.55);
      easel.fill([at(side * 1, 1.6), at(side * 1.02, 1.6), at(side * 1.02, 2.1), at(side * 0.98, 2.1)], '#15171a');
      continue;
    }
    easel.fill([at(side * 0.78, 1.15), at(side * 0.94, 1.15), at(side * 0.94, 0.75), at(side * 0.78, 0.75)], '#1a1112');
    easel.fill([at(side * 0.79, 1.1), at(side * 0.93, 1.1), at(side * 0.93, 0.95), at(side * 0.79, 0.95)], braking ? '#ff4a35' : '#a8191b');
    easel.fill([at(side * 0.79, 0.93), at(side * 0.93, 0.93), at(side * 0.93, 0.86), at(side * 0.79, 0.86)], '#d7802a');
    if (braking) easel.glow(at(side * 0.86, 1.02), 0.4, '#ff2a18', 0.7);
  }
}
