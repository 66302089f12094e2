import type { SignTruth, Truth } from '../../ingest/simulator/truth.ts';
import { type Family, nothingGraded } from '../family.ts';
import { countOf, share } from '../summary.ts';
import { frameAt, type Trace } from '../trace.ts';
import { roadDrives } from './road-drives.ts';

/** (EU) 2021/1958: the limit is told no later than this after the sign. */
const decidedSeconds = 2;
/** Farther signs are not read by anybody. */
const nearMeters = 30;

export const signs: Family = {
  name: 'signs',
  description: 'speed limits told within 2.0 s of passing their sign, and held; lights',
  needsDetector: false,
  drives: ({ isQuick }) => roadDrives('signs').slice(isQuick ? -1 : 0),
  grade(trace) {
    const road = trace as Trace<Truth>;
    const counts = { passed: 0, right: 0, values: 0, wrong: 0, lights: 0, lightsRight: 0 };
    const seen = new Set<string>();
    for (const { sign, lastSeconds } of passedSigns(road)) {
      if (sign.class !== 'speed-limit' && sign.class !== 'end-of-limit') continue;
      seen.add(String(sign.value));
      if (lastSeconds + decidedSeconds > road.frames.at(-1)!.timeSeconds) continue;
      counts.passed++;
      const told = frameAt(road, lastSeconds + decidedSeconds).perception.speedLimitKmh;
      if (told === (sign.class === 'end-of-limit' ? null : Number(sign.value))) counts.right++;
    }
    let before: number | null = null;
    for (const { timeSeconds, truth, perception } of road.frames) {
      const told = perception.speedLimitKmh;
      if (told !== null && told !== before) {
        counts.values++;
        // Whatever it says must stand there, or have been passed just now.
        const isThere = [truth, frameAt(road, timeSeconds - decidedSeconds).truth].some(({ signs: all }) =>
          all.some((sign) => sign.class === 'speed-limit' && Number(sign.value) === told),
        );
        if (!isThere) counts.wrong++;
      }
      before = told;
      for (const light of truth.signs.filter((sign) => sign.class === 'traffic-light' && sign.distanceMeters < nearMeters)) {
        counts.lights++;
        if (perception.signs.some((sign) => sign.class === 'traffic-light' && sign.value === light.value)) counts.lightsRight++;
      }
    }
    return { ...nothingGraded, counts };
  },
  figures: (drives) => [
    ...share(countOf(drives, 'right'), countOf(drives, 'passed'), 'limits right within 2.0 s of the sign', { atLeast: 95 }),
    ...share(countOf(drives, 'wrong'), Math.max(1, countOf(drives, 'values')), 'told limits that are on no sign', { atMost: 1 }),
    ...share(countOf(drives, 'lightsRight'), countOf(drives, 'lights'), "frames in which a light's colour is told right, below 30 m"),
  ],
};

/** Each sign as it was seen last, and when. */
function passedSigns({ frames }: Trace<Truth>): { readonly sign: SignTruth; readonly lastSeconds: number }[] {
  const last = new Map<number, { sign: SignTruth; lastSeconds: number }>();
  for (const { timeSeconds, truth } of frames) for (const sign of truth.signs) last.set(sign.atMeters, { sign, lastSeconds: timeSeconds });
  return [...last.values()].filter(({ sign }) => sign.distanceMeters < nearMeters);
}
