import { blinks, glance, timeSharing } from '../cabin/acts.ts';
import type { Act, CabinScenario } from '../cabin/scenario.ts';
import { kmh, steady } from '../scenario.ts';

/** Drivers who look somewhere else, above 50 km/h, where 3.5 s are too long (EU 2023/2590). */
function distracted(
  who: Pick<CabinScenario, 'name' | 'description' | 'durationSeconds' | 'seed' | 'look'>,
  acts: readonly Act[],
): CabinScenario {
  const calm = blinks({ fromSeconds: 0, toSeconds: who.durationSeconds, seed: who.seed });
  return { ...who, kind: 'cabin', light: 'day', speedMps: steady(kmh(80)), acts: [...calm, ...acts] };
}

export const distractedDrivers: readonly CabinScenario[] = [
  distracted(
    {
      name: 'cabin-long-glance',
      description: 'The driver looks out of the side windows: 2 s, which is allowed, then 5 s to the right and 5 s to the left.',
      durationSeconds: 75,
      seed: 21,
      look: 'fair',
    },
    [...glance(12, 2, 50), ...glance(26, 5, 55), ...glance(54, 5, -55)],
  ),
  distracted(
    {
      name: 'cabin-phone',
      description: 'The driver looks down at a telephone: 4.5 s in the lap, and 6 s beside the seat.',
      durationSeconds: 75,
      seed: 22,
      look: 'tan',
    },
    [...glance(22, 4.5, 4, -36), ...glance(50, 6, 26, -34)],
  ),
  distracted(
    {
      name: 'cabin-time-sharing',
      description: 'The driver writes a message: 1.7 s down, 1.6 s up, for 40 s; no single look is too long, all together are.',
      durationSeconds: 90,
      seed: 23,
      look: 'dark',
    },
    timeSharing({ fromSeconds: 25, toSeconds: 65, awaySeconds: 1.7, roadSeconds: 1.6, yawDegrees: 8, pitchDegrees: -36 }),
  ),
];
