import type { Place } from './solids.ts';

export type LightName = 'day' | 'night' | 'infrared';

/** What shines on the driver, and what comes back. Directions are towards the lamp, of length 1. */
export interface Light {
  readonly ambient: number;
  readonly key: { readonly towards: Place; readonly strength: number /** How far around an edge it reaches. */; readonly wrap: number };
  readonly fill: { readonly towards: Place; readonly strength: number };
  /** Shine of skin: luma added, and how narrow it is. */
  readonly gloss: { readonly towards: Place; readonly luma: number; readonly power: number };
}

const towardsCamera: Place = [0, 0, 1];

/** Chosen by eye, so that the drawn face is as bright as real ones are in such pictures. */
export const lights: Readonly<Record<LightName, Light>> = {
  // The sky through the windscreen, more from the driver's right.
  day: {
    ambient: 0.4,
    key: { towards: direction(-0.45, 0.5, 0.75), strength: 0.62, wrap: 0.35 },
    fill: { towards: direction(0.6, 0.1, 0.6), strength: 0.14 },
    gloss: { towards: direction(-0.23, 0.26, 0.93), luma: 22, power: 22 },
  },
  // Instruments from below, and lamps of the road, which a camera makes the most of by a long exposure.
  night: {
    ambient: 0.16,
    key: { towards: direction(0.35, -0.15, 0.9), strength: 0.36, wrap: 0.4 },
    fill: { towards: direction(-0.6, 0.6, 0.4), strength: 0.12 },
    gloss: { towards: direction(0.18, -0.08, 0.98), luma: 8, power: 16 },
  },
  // A lamp beside the lens.
  infrared: {
    ambient: 0.1,
    key: { towards: towardsCamera, strength: 0.78, wrap: 0.05 },
    fill: { towards: towardsCamera, strength: 0 },
    gloss: { towards: towardsCamera, luma: 26, power: 24 },
  },
};

/** How much a surface sends back, 0 to about 1.2. */
export function brightness({ ambient, key, fill }: Light, x: number, y: number, z: number): number {
  const facing = x * key.towards[0] + y * key.towards[1] + z * key.towards[2];
  const beside = x * fill.towards[0] + y * fill.towards[1] + z * fill.towards[2];
  return ambient + key.strength * within01((facing + key.wrap) / (1 + key.wrap)) + fill.strength * within01(beside);
}

/** Luma that a shining surface adds. */
export function glossOf({ gloss }: Light, x: number, y: number, z: number): number {
  const facing = x * gloss.towards[0] + y * gloss.towards[1] + z * gloss.towards[2];
  return facing <= 0.5 ? 0 : gloss.luma * facing ** gloss.power;
}

const within01 = (value: number): number => Math.min(1, Math.max(0, value));

function direction(x: number, y: number, z: number): Place {
  const length = Math.hypot(x, y, z);
  return [x / length, y / length, z / length];
}
