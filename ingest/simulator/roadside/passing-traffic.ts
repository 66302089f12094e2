import type { ModelName } from '../bodies.ts';
import { randomFrom } from '../drawing/noise.ts';
import { type ActorPlan, kmh, paints, steady } from '../scenario.ts';

/** A lane of traffic that passes a mast. */
export interface PassingLane {
  readonly name: string;
  readonly lateralMeters: number;
  readonly isAway: boolean;
  readonly count: number;
  readonly speedsKmh: readonly [slowest: number, fastest: number];
  readonly models: readonly ModelName[];
}

/** Seconds from front to front that are kept wherever they can be seen: drivers keep about that on free roads. */
const leastHeadwaySeconds = 2;
/** Metres from the camera along which nobody comes nearer than that. */
const watchedMeters = 120;
const attempts = 200;

interface Passage {
  /** When its nearest face is beside the camera. */
  readonly atSeconds: number;
  readonly speedMps: number;
}

/**
 * Traffic at many speeds that goes on without a seam when the scenario begins again: whoever leaves at its end comes in at its beginning.
 * @param seed Chooses speeds, gaps, models and paints.
 */
export function passingTraffic(lanes: readonly PassingLane[], durationSeconds: number, seed: number): ActorPlan[] {
  const random = randomFrom(seed);
  return lanes.flatMap((lane) => {
    const passages: Passage[] = [];
    for (let index = 0; index < lane.count; index++) passages.push(...nextPassage(lane, index, passages, durationSeconds, random));
    return passages.flatMap((passage, index) => {
      const model = lane.models[Math.floor(random() * lane.models.length)]!;
      const paint = paints[Math.floor(random() * paints.length)]!;
      return [-1, 0, 1].map((turn): ActorPlan => {
        const along = lane.isAway ? passage.speedMps : -passage.speedMps;
        return {
          actorId: `${lane.name}-${index + 1}`,
          model,
          paint,
          startMeters: -along * (passage.atSeconds + turn * durationSeconds),
          speedMps: steady(along),
          lateralMeters: steady(lane.lateralMeters),
        };
      });
    });
  });
}

/** @returns In its own share of the time, at a speed at which nobody is caught up with; nothing where none is found. */
function nextPassage(
  { isAway, count, speedsKmh: [slowest, fastest] }: PassingLane,
  index: number,
  others: readonly Passage[],
  durationSeconds: number,
  random: () => number,
): Passage[] {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const atSeconds = ((index + random() * 0.5) / count) * durationSeconds;
    const passage = { atSeconds, speedMps: kmh(slowest + random() * (fastest - slowest)) };
    if (others.every((other) => headway(passage, other, durationSeconds, isAway) >= leastHeadwaySeconds)) return [passage];
  }
  return [];
}

/** The least time between two, at the camera and at the watched end, over all loops; negative when one overtakes the other between. */
function headway(one: Passage, other: Passage, durationSeconds: number, isAway: boolean): number {
  const later = (isAway ? watchedMeters : -watchedMeters) * (1 / one.speedMps - 1 / other.speedMps);
  return Math.min(
    ...[-1, 0, 1].map((turn) => {
      const near = one.atSeconds - other.atSeconds + turn * durationSeconds;
      const far = near + later;
      return Math.sign(near) === Math.sign(far) ? Math.min(Math.abs(near), Math.abs(far)) : -1;
    }),
  );
}
