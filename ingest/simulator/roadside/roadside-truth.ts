import type { Box } from '../../../schemas/messages.ts';
import { depthInside, type Point } from '../../../schemas/polygon.ts';
import type { Truth } from '../truth.ts';
import type { RoadsideSite } from './roadside-scenario.ts';

export interface PasserTruth {
  readonly actorId: string;
  /** COCO's name. */
  readonly class: string;
  /** What of its outline is inside the picture. */
  readonly boxPx: Box;
  /** Along the road, whichever way. */
  readonly speedMps: number;
  /** Where the middle of its nearest face is: right of the camera's axis, and along the road. */
  readonly groundMeters: Point;
  /** Those in which the foot of its box stands. */
  readonly regions: readonly string[];
  readonly occludedFraction: number;
}

/** What is so in one frame of a roadside camera. */
export interface RoadsideTruth {
  readonly frameIndex: number;
  readonly timeSeconds: number;
  /** The nearest first. */
  readonly passers: readonly PasserTruth[];
}

/** @param truth Of the same frame, as a vehicle that stands there would have it. */
export function roadsideTruthOf(
  { frameIndex, timeSeconds, actors }: Truth,
  site: RoadsideSite,
  width: number,
  height: number,
): RoadsideTruth {
  return {
    frameIndex,
    timeSeconds,
    passers: actors.map(({ actorId, class: className, boxPx, distanceMeters, lateralMeters, closingSpeedMps, occludedFraction }) => {
      const foot: Point = [(boxPx[0] + boxPx[2]) / 2 / width, boxPx[3] / height];
      return {
        actorId,
        class: className,
        boxPx,
        speedMps: Math.abs(closingSpeedMps),
        groundMeters: [lateralMeters, distanceMeters],
        regions: site.regions.filter(({ polygon }) => depthInside(foot, polygon) > 0).map(({ id }) => id),
        occludedFraction,
      };
    }),
  };
}

/** What one region's counts must be. */
export interface RegionTruth {
  readonly entered: Record<string, number>;
  readonly left: Record<string, number>;
}

interface Stay {
  readonly className: string;
  readonly regionId: string;
}

/** Counts who goes in and out, by region and class, over frames in their order. Whoever is in at the first frame has entered. */
export function countPassers(site: RoadsideSite, frames: Iterable<RoadsideTruth>): Map<string, RegionTruth> {
  const counts = new Map(site.regions.map(({ id }): [string, RegionTruth] => [id, { entered: {}, left: {} }]));
  let before = new Map<string, Stay>();
  for (const { passers } of frames) {
    const now = new Map<string, Stay>();
    for (const { actorId, class: className, regions } of passers)
      for (const regionId of regions) now.set(`${actorId} ${regionId}`, { className, regionId });
    for (const [key, { className, regionId }] of now) if (!before.has(key)) add(counts.get(regionId)!.entered, className);
    for (const [key, { className, regionId }] of before) if (!now.has(key)) add(counts.get(regionId)!.left, className);
    before = now;
  }
  return counts;
}

function add(counts: Record<string, number>, className: string): void {
  counts[className] = (counts[className] ?? 0) + 1;
}
