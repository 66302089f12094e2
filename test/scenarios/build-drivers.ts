import { blinks, glance, heavyLids, microsleep, mirrorGlances, type Span, timeSharing, yawn } from '../../ingest/simulator/cabin/acts.ts';
import type { Act, CabinScenario } from '../../ingest/simulator/cabin/scenario.ts';
import { randomFrom } from '../../ingest/simulator/drawing/noise.ts';
import { kmh, steady } from '../../ingest/simulator/scenario.ts';

/** Who sits there, and what speed they drive at. */
export interface DriverPlan extends Pick<CabinScenario, 'name' | 'seed' | 'look' | 'glasses'> {
  readonly light?: CabinScenario['light'];
  readonly speedKmh?: number;
}

/** What is normal for a driver is learned before anything happens. */
const calmSeconds = 32;

/** Blinks and mirrors, for so long. */
export function attentive(plan: DriverPlan & { readonly seconds: number }): CabinScenario {
  return drive(plan, plan.seconds, [], [{ fromSeconds: 0, toSeconds: plan.seconds }]);
}

/** Falls asleep for so long each time, every 14 to 20 s. */
export function sleeper(plan: DriverPlan & { readonly shutSeconds: readonly number[] }): CabinScenario {
  return oneByOne(plan, plan.shutSeconds, (at, seconds) => [microsleep(at, seconds), seconds]);
}

/** Looks away so far and for so long each time, every 23 to 29 s, so that no two of them together are too much. */
export function glancer(
  plan: DriverPlan & { readonly looks: readonly (readonly [yawDegrees: number, pitchDegrees: number, seconds: number])[] },
): CabinScenario {
  return oneByOne(plan, plan.looks, (at, [yaw, pitch, seconds]) => [glance(at, seconds, yaw, pitch), seconds], 23);
}

/** Yawns so often, every 14 to 20 s. */
export function yawner(plan: DriverPlan & { readonly yawns: number }): CabinScenario {
  return oneByOne(plan, Array.from({ length: plan.yawns }), (at) => [yawn(at), 5]);
}

/** Looks to and fro between the road and something else, for 36 s. */
export function writer(
  plan: DriverPlan & Pick<Parameters<typeof timeSharing>[0], 'awaySeconds' | 'roadSeconds' | 'yawDegrees' | 'pitchDegrees'>,
): CabinScenario {
  const sharing = { ...plan, fromSeconds: calmSeconds, toSeconds: calmSeconds + 36 };
  return drive(plan, 90, timeSharing(sharing), [{ fromSeconds: 0, toSeconds: calmSeconds }]);
}

/** Lids that fall again and again, for 80 s. */
export function drowsy(plan: DriverPlan & { readonly everySeconds: number; readonly shutSeconds: number }): CabinScenario {
  const lids = heavyLids({ ...plan, seed: plan.seed + 3, fromSeconds: calmSeconds, toSeconds: calmSeconds + 80 });
  return drive(plan, calmSeconds + 100, lids, [{ fromSeconds: 0, toSeconds: calmSeconds }]);
}

/** @param pauseSeconds At least so long from one thing to the next. */
function oneByOne<T>(
  plan: DriverPlan,
  things: readonly T[],
  actsOf: (atSeconds: number, thing: T) => readonly [Act[], number],
  pauseSeconds = 14,
): CabinScenario {
  const random = randomFrom(plan.seed + 5);
  const acts: Act[] = [];
  const calm: Span[] = [];
  let at = calmSeconds;
  let since = 0;
  for (const thing of things) {
    const [done, seconds] = actsOf(at, thing);
    acts.push(...done);
    // Looks into the mirrors before and after it, not during it.
    calm.push({ fromSeconds: since, toSeconds: at - 3 });
    since = at + seconds + 3;
    at += seconds + pauseSeconds + 6 * random();
  }
  return drive(plan, Math.ceil(at), acts, [...calm, { fromSeconds: since, toSeconds: Math.ceil(at) }]);
}

/** @param calm When mirrors are looked into. */
function drive(plan: DriverPlan, durationSeconds: number, acts: readonly Act[], calm: readonly Span[]): CabinScenario {
  const { name, seed, look, glasses, light = 'day', speedKmh = 80 } = plan;
  return {
    kind: 'cabin',
    name,
    description: 'A drawn driver, made for grading.',
    durationSeconds,
    seed,
    look,
    ...(glasses ? { glasses } : {}),
    light,
    speedMps: steady(kmh(speedKmh)),
    acts: [
      ...blinks({ fromSeconds: 0, toSeconds: durationSeconds, seed: seed + 1 }),
      ...calm.flatMap((span, index) => mirrorGlances({ ...span, seed: seed + 10 + index })),
      ...acts,
    ],
  };
}
