import type { Truth } from '../../ingest/simulator/truth.ts';
import { type Family, nothingGraded } from '../family.ts';
import { isCut, pairActors } from '../road.ts';
import { errors, samplesOf } from '../summary.ts';
import type { Trace } from '../trace.ts';
import { everyNth, followingDrives, roadDrives } from './road-drives.ts';

const nearestMeters = 5;
const farthestMeters = 60;
/** Below it a time to collision matters for a warning. */
const dangerTtcSeconds = 4;
/** A box that is covered more than this does not show how large it is. */
const mostHiddenFraction = 0.3;
const percent = 100;

export const distance: Family = {
  name: 'distance',
  description: 'distance of road users 5 to 60 m ahead, and time to collision below 4 s of those in the path',
  needsDetector: true,
  drives: (scope) => [...followingDrives(scope), ...everyNth(roadDrives('forward-collision'), scope.isQuick ? 7 : 1)],
  grade(trace) {
    const inPath: number[] = [];
    const beside: number[] = [];
    const ttc: number[] = [];
    for (const frame of (trace as Trace<Truth>).frames) {
      const { width, height } = frame.perception;
      for (const { truth: actor, track } of pairActors(frame)) {
        if (actor.distanceMeters < nearestMeters || actor.distanceMeters > farthestMeters) continue;
        if (actor.occludedFraction > mostHiddenFraction || isCut(actor, width, height)) continue;
        if (track.distanceMeters !== null) (actor.inPath ? inPath : beside).push(track.distanceMeters / actor.distanceMeters - 1);
        if (!actor.inPath || actor.ttcSeconds === null || actor.ttcSeconds >= dangerTtcSeconds) continue;
        if (track.ttcSeconds !== null) ttc.push(track.ttcSeconds / actor.ttcSeconds - 1);
      }
    }
    return { ...nothingGraded, samples: { inPath, beside, ttc } };
  },
  figures: (drives) => [
    ...errors([...samplesOf(drives, 'inPath'), ...samplesOf(drives, 'beside')], {
      name: 'distance 5-60 m, relative error',
      unit: '%',
      scale: percent,
      medianAtMost: 6,
      p95AtMost: 20,
    }),
    ...errors(samplesOf(drives, 'inPath'), { name: 'of these, in the own path', unit: '%', scale: percent }),
    ...errors(samplesOf(drives, 'ttc'), { name: 'TTC below 4 s, relative error', unit: '%', scale: percent, medianAtMost: 10 }),
  ],
};
