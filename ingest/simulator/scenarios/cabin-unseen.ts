import { away, blinks, held } from '../cabin/acts.ts';
import type { Act, CabinScenario } from '../cabin/scenario.ts';
import { kmh, steady } from '../scenario.ts';

/** Drivers whom the camera cannot see. */
function unseen(who: Pick<CabinScenario, 'name' | 'description' | 'seed' | 'look'>, act: Act): CabinScenario {
  const calm = blinks({ fromSeconds: 0, toSeconds: 50, seed: who.seed });
  return { ...who, kind: 'cabin', durationSeconds: 50, light: 'day', speedMps: steady(kmh(60)), acts: [...calm, act] };
}

export const unseenDrivers: readonly CabinScenario[] = [
  unseen(
    { name: 'cabin-no-driver', description: 'The seat is empty for 20 s, in a car that drives.', seed: 31, look: 'tan' },
    away(15, 20),
  ),
  unseen({ name: 'cabin-covered', description: 'Something covers the lens for 15 s.', seed: 32, look: 'fair' }, held('cover', 18, 15)),
  unseen({ name: 'cabin-hidden', description: 'Hands are over the face for 8 s.', seed: 33, look: 'dark' }, held('hands', 18, 8)),
];
