import type { Truth } from '../../ingest/simulator/truth.ts';
import { intersectionOverUnion } from '../../schemas/box.ts';
import { type Family, nothingGraded } from '../family.ts';
import { countOf } from '../summary.ts';
import type { Trace, TracedFrame } from '../trace.ts';
import { countTracking, type TrackingCounts, type TrackingFrame, trackingMetrics } from '../tracking-metrics.ts';
import { followingDrives, roadDrives } from './road-drives.ts';

/** What is lower or hidden more need not be tracked, but may be. KITTI's `moderate`: 25 px, and at most partly occluded. */
const leastHeightPx = 25;
const mostHiddenFraction = 0.5;
/** As MOTChallenge matches. */
const sameThingOverlap = 0.5;
const secondsPerMinute = 60;

export const tracking: Family = {
  name: 'tracking',
  description: 'road users of simulated traffic, 25 px high and more, by the metrics of multiple object tracking',
  needsDetector: true,
  drives: (scope) => [...followingDrives(scope), ...(scope.isQuick ? [] : roadDrives('cut-ins', 'traffic'))],
  grade(trace) {
    const counts = countTracking((trace as Trace<Truth>).frames.map(trackedFrame));
    return {
      ...nothingGraded,
      counts: flatten(counts),
      samples: { switchesPerMinute: [(counts.identitySwitches * secondsPerMinute) / trace.seconds] },
    };
  },
  figures(drives) {
    if (drives.length === 0) return [];
    const minutes = drives.reduce((sum, { seconds }) => sum + seconds, 0) / secondsPerMinute;
    const { mota, idf1, hota, detA, assA, identitySwitches } = trackingMetrics(unflatten((name) => countOf(drives, name)));
    return [
      { name: 'IDF1', value: idf1, unit: '', atLeast: 0.9 },
      { name: 'MOTA', value: mota, unit: '' },
      { name: 'HOTA', value: hota, unit: '', note: `DetA ${detA.toFixed(3)}, AssA ${assA.toFixed(3)}` },
      {
        name: 'identity switches a minute',
        value: identitySwitches / minutes,
        unit: '1/min',
        atMost: 1,
        note: `${identitySwitches} in ${minutes.toFixed(1)} min; worst scene ${Math.max(...drives.flatMap(({ grade }) => grade.samples.switchesPerMinute ?? [])).toFixed(1)} a minute`,
      },
    ];
  },
};

/** Tracks of what need not be tracked count neither for nor against. */
function trackedFrame({ truth, perception }: TracedFrame<Truth>): TrackingFrame {
  const isDue = ({ boxPx, occludedFraction }: Truth['actors'][number]) =>
    boxPx[3] - boxPx[1] >= leastHeightPx && occludedFraction <= mostHiddenFraction;
  const due = truth.actors.filter(isDue);
  const optional = truth.actors.filter((actor) => !isDue(actor));
  const isOf = (actors: Truth['actors'], boxPx: (typeof due)[number]['boxPx']) =>
    actors.some((actor) => intersectionOverUnion(actor.boxPx, boxPx) >= sameThingOverlap);
  return {
    truth: due.map(({ actorId, boxPx }) => ({ id: actorId, boxPx })),
    tracks: perception.tracks
      .filter(({ boxPx }) => isOf(due, boxPx) || (!isOf(optional, boxPx) && boxPx[3] - boxPx[1] >= leastHeightPx))
      .map(({ trackId, boxPx }) => ({ id: trackId, boxPx })),
  };
}

function flatten({ hota, ...sums }: TrackingCounts): Record<string, number> {
  const flat: Record<string, number> = { ...sums };
  for (const [index, { truePositives, associationSum }] of hota.entries()) {
    flat[`hota${index}`] = truePositives;
    flat[`association${index}`] = associationSum;
  }
  return flat;
}

function unflatten(count: (name: string) => number): TrackingCounts {
  return {
    truthBoxes: count('truthBoxes'),
    misses: count('misses'),
    falsePositives: count('falsePositives'),
    identitySwitches: count('identitySwitches'),
    identityTruePositives: count('identityTruePositives'),
    trackBoxes: count('trackBoxes'),
    hota: Array.from({ length: hotaLevels }, (_, index) => ({
      truePositives: count(`hota${index}`),
      associationSum: count(`association${index}`),
    })),
  };
}
const hotaLevels = 19;
