import { blinks, mirrorGlances } from '../cabin/acts.ts';
import type { CabinScenario } from '../cabin/scenario.ts';
import { kmh, steady } from '../scenario.ts';

/** Drivers with whom nothing is wrong, so nothing may be warned of. */
function attentive(who: Pick<CabinScenario, 'name' | 'description' | 'seed' | 'look' | 'light' | 'glasses'>): CabinScenario {
  return {
    ...who,
    kind: 'cabin',
    durationSeconds: 75,
    speedMps: steady(kmh(70)),
    acts: [
      ...blinks({ fromSeconds: 0, toSeconds: 75, seed: who.seed }),
      ...mirrorGlances({ fromSeconds: 0, toSeconds: 74, seed: who.seed + 1 }),
    ],
  };
}

export const attentiveDrivers: readonly CabinScenario[] = [
  attentive({
    name: 'cabin-attentive',
    description: 'An attentive driver: blinks, looks into the mirrors and at the instruments; nothing to warn of.',
    seed: 5,
    look: 'tan',
    light: 'day',
  }),
  attentive({
    name: 'cabin-glasses',
    description: 'An attentive driver with glasses; nothing to warn of.',
    seed: 6,
    look: 'fair',
    light: 'day',
    glasses: 'clear',
  }),
  attentive({
    name: 'cabin-night',
    description: 'An attentive driver by night, in what light there is; nothing to warn of.',
    seed: 8,
    look: 'tan',
    light: 'night',
  }),
  attentive({
    name: 'cabin-infrared',
    description: 'An attentive driver by night, before an infrared camera; nothing to warn of.',
    seed: 7,
    look: 'dark',
    light: 'infrared',
  }),
];
