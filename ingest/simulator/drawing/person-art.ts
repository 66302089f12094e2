import { type Corner, strideMeters } from '../bodies.ts';
import type { Paint } from '../scenario.ts';
import { disc, type Easel } from './easel.ts';

/** Coats; trousers, hair and skin go with each. */
export const outfits: Record<Paint, { readonly coat: string; readonly trousers: string; readonly hair: string }> = {
  silver: { coat: '#8d9499', trousers: '#2c3442', hair: '#4b3a2b' },
  graphite: { coat: '#3d4248', trousers: '#5a5148', hair: '#1d1712' },
  red: { coat: '#a32d2a', trousers: '#27303f', hair: '#2b1f16' },
  white: { coat: '#d9d6cd', trousers: '#3b4a66', hair: '#6b4f33' },
  blue: { coat: '#2d4e82', trousers: '#33353a', hair: '#241a13' },
  black: { coat: '#1f2225', trousers: '#3a4557', hair: '#0f0d0b' },
  green: { coat: '#4d6647', trousers: '#4a4238', hair: '#3a2a1c' },
};
export const skin = '#c2927a';
const shoes = '#191817';

/**
 * Paints a person.
 * @param facing 1 walks to the right, -1 to the left, 0 stands or walks along the road.
 * @param phase Of the step, radians.
 */
export function paintPerson(easel: Easel, paint: Paint, facing: -1 | 0 | 1, phase: number): void {
  const { coat, trousers, hair } = outfits[paint];
  const stride = Math.sin(phase);
  const turn = facing === 0 ? 1 : facing;
  // Toes reach farther than heels: half of that makes the feet the middle.
  const lean = facing === 0 ? 0 : 0.045;
  const at = (across: number, up: number): Corner => [(across - lean) * turn, up, 0];
  const limb = (points: readonly (readonly [number, number])[], colour: string, thick: number): void =>
    easel.line(
      points.map(([across, up]) => at(across, up)),
      colour,
      thick,
    );

  const reach = facing === 0 ? 0.2 : Math.max(0.2, Math.abs(strideMeters(phase)));
  easel.soften(
    [
      [-reach, 0, -0.1],
      [reach + 0.2, 0, -0.1],
      [reach + 0.3, 0, 0.25],
      [-reach, 0, 0.25],
    ],
    '#000',
    0.06,
    0.5,
  );
  const spread = facing === 0 ? 0.09 : 0;
  const foot = facing === 0 ? 0 : strideMeters(phase);
  const lift = facing === 0 ? Math.max(0, stride) * 0.09 : 0;
  // The far leg and arm lie in the body's own shade.
  limb(
    [
      [-spread, 0.88],
      [-foot * 0.45 - spread + 0.03, 0.48],
      [-foot - spread, 0.09 + lift],
    ],
    shaded(trousers),
    0.15,
  );
  limb(
    [
      [-foot - spread - 0.03, 0.045 + lift],
      [-foot - spread + 0.12, 0.045 + lift],
    ],
    shoes,
    0.08,
  );
  limb(
    [
      [facing === 0 ? -0.19 : 0, 1.38],
      [facing === 0 ? -0.23 : foot * 0.55, 1.1],
      [facing === 0 ? -0.21 : foot * 0.75 + 0.05, 0.88],
    ],
    shaded(coat),
    0.09,
  );
  limb(
    [
      [spread, 0.88],
      [foot * 0.45 + spread + 0.05, 0.48],
      [foot + spread, 0.09],
    ],
    trousers,
    0.16,
  );
  limb(
    [
      [foot + spread - 0.03, 0.045],
      [foot + spread + 0.12, 0.045],
    ],
    shoes,
    0.085,
  );

  const wide = facing === 0 ? 0.22 : 0.155;
  const torso = [
    at(-wide * 0.85, 1.42),
    at(-wide * 0.3, 1.5),
    at(wide * 0.4, 1.5),
    at(wide * 0.9, 1.41),
    at(wide, 1.1),
    at(wide * 0.92, 0.84),
    at(-wide * 0.95, 0.84),
    at(-wide, 1.15),
  ];
  easel.fill(torso, coat);
  easel.fill(
    torso,
    easel.gradient(
      at(-wide * turn, 1.2),
      at(wide * turn, 1.2),
      [0, 'rgba(255,255,255,.14)'],
      [0.5, 'rgba(0,0,0,0)'],
      [1, 'rgba(0,0,0,.34)'],
    ),
  );
  easel.line([at(-wide * 0.9, 0.86), at(wide * 0.9, 0.86)], '#000', 0.02, 0.4);
  limb(
    [
      [facing === 0 ? 0.19 : -0.01, 1.38],
      [facing === 0 ? 0.23 : -foot * 0.55, 1.1],
      [facing === 0 ? 0.21 : -foot * 0.75 + 0.06, 0.9],
    ],
    coat,
    0.1,
  );
  easel.fill(disc3(at(facing === 0 ? 0.21 : -foot * 0.75 + 0.07, 0.86), 0.045), skin);

  easel.line([at(0.01, 1.48), at(0.015, 1.56)], skin, 0.1);
  easel.fill(oval(at(0.02, 1.625), 0.085, 0.115), skin);
  easel.fill([...oval(at(0.0, 1.665), 0.098, 0.085)], hair);
  // From behind, hair is all there is to see; from the side it covers the back of the head.
  easel.fill(facing === 0 ? oval(at(0.015, 1.64), 0.092, 0.105) : oval(at(-0.035, 1.63), 0.06, 0.09), hair);
}

function disc3([across, up]: Corner, radius: number): Corner[] {
  return disc(0, up, 0, radius, 12).map(([, height, deep]): Corner => [across + deep, height, 0]);
}

/** An upright oval, seen from the front. */
export function oval([across, up]: Corner, wide: number, tall: number): Corner[] {
  return Array.from({ length: 20 }, (_, index): Corner => {
    const angle = (index * Math.PI) / 10;
    return [across + Math.cos(angle) * wide, up + Math.sin(angle) * tall, 0];
  });
}

/** As in the body's own shade. */
export function shaded(colour: string): string {
  const value = Number.parseInt(colour.slice(1), 16);
  const channels = [value >> 16, (value >> 8) & 255, value & 255].map((channel) => Math.round(channel * 0.62));
  return `rgb(${channels.join(',')})`;
}
