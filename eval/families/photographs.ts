import { type Family, nothingGraded } from '../family.ts';
import { type PhotographLabel, photographsMissing, photographsName } from '../photographs.ts';
import { countOf, share } from '../summary.ts';
import type { Trace } from '../trace.ts';

export const photographs: Family = {
  name: 'photographs',
  description: 'photographs of drivers at the wheel, each the first picture of its stream: nothing is known of the driver yet',
  needsDetector: false,
  missing: photographsMissing,
  drives: () => [photographsName],
  grade(trace) {
    const counts = { photographs: 0, found: 0, judged: 0, seen: 0, right: 0 };
    for (const { truth, perception } of (trace as Trace<PhotographLabel>).frames) {
      counts.photographs++;
      const { faceBoxPx = null, isEyesClosed = null } = perception.driver ?? {};
      if (isInside(faceBoxPx, truth.faceBoxPx)) counts.found++;
      // Yawns narrow the eyes by more or less.
      if (truth.state === 'yawning') continue;
      counts.judged++;
      if (isEyesClosed === null) continue;
      counts.seen++;
      if (isEyesClosed === (truth.state === 'microsleep')) counts.right++;
    }
    return { ...nothingGraded, counts };
  },
  figures: (drives) => [
    ...share(countOf(drives, 'found'), countOf(drives, 'photographs'), 'face found', { atLeast: 95 }),
    ...share(countOf(drives, 'seen'), countOf(drives, 'judged'), 'eyes seen, of those who do not yawn'),
    ...share(countOf(drives, 'right'), countOf(drives, 'seen'), 'eyes open or shut told right, of those that are seen', { atLeast: 85 }),
  ],
};

/** Whether the middle of what was found lies in what was marked. */
function isInside(found: readonly [number, number, number, number] | null, { x, y, width, height }: PhotographLabel['faceBoxPx']): boolean {
  if (!found) return false;
  const [middleX, middleY] = [(found[0] + found[2]) / 2, (found[1] + found[3]) / 2];
  return middleX > x && middleX < x + width && middleY > y && middleY < y + height;
}
