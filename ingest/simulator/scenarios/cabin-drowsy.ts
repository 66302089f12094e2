import { blinks, heavyLids, microsleep, yawn } from '../cabin/acts.ts';
import type { Act, CabinScenario } from '../cabin/scenario.ts';
import { kmh, steady } from '../scenario.ts';

/** Drivers who fall asleep. */
function drowsy(
  who: Pick<CabinScenario, 'name' | 'description' | 'durationSeconds' | 'seed' | 'look' | 'light'>,
  acts: readonly Act[],
): CabinScenario {
  const calm = blinks({ fromSeconds: 0, toSeconds: who.durationSeconds, seed: who.seed, perMinute: 12 });
  return { ...who, kind: 'cabin', speedMps: steady(kmh(90)), acts: [...calm, ...acts] };
}

export const drowsyDrivers: readonly CabinScenario[] = [
  drowsy(
    {
      name: 'cabin-microsleep',
      description: 'The driver falls asleep twice: for 1.6 s, and for 3 s.',
      durationSeconds: 50,
      seed: 11,
      look: 'tan',
      light: 'day',
    },
    [...microsleep(20, 1.6), ...microsleep(36, 3)],
  ),
  drowsy(
    {
      name: 'cabin-microsleep-infrared',
      description: 'By night, before an infrared camera, the driver falls asleep twice: for 1.5 s, and for 2.5 s.',
      durationSeconds: 50,
      seed: 12,
      look: 'fair',
      light: 'infrared',
    },
    [...microsleep(22, 1.5), ...microsleep(38, 2.5)],
  ),
  drowsy(
    {
      name: 'cabin-drowsy',
      description: 'Lids grow heavy: eyes closed for a tenth of the time, then for a quarter of it (PERCLOS), never for a second at once.',
      durationSeconds: 200,
      seed: 13,
      look: 'dark',
      light: 'day',
    },
    [
      ...heavyLids({ fromSeconds: 45, toSeconds: 110, seed: 14, everySeconds: 5, shutSeconds: 0.55 }),
      ...heavyLids({ fromSeconds: 110, toSeconds: 185, seed: 15, everySeconds: 2.6, shutSeconds: 0.6 }),
    ],
  ),
  drowsy(
    {
      name: 'cabin-yawning',
      description: 'The driver yawns three times within a minute and a half.',
      durationSeconds: 90,
      seed: 16,
      look: 'tan',
      light: 'day',
    },
    [...yawn(25), ...yawn(48), ...yawn(70)],
  ),
];
