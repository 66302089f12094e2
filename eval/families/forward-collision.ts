import type { Figure } from '../../bench/figure.ts';
import type { Truth } from '../../ingest/simulator/truth.ts';
import type { Family, Grade, GradedDrive } from '../family.ts';
import { hits, requiredEvents } from '../summary.ts';
import type { Trace } from '../trace.ts';
import { gradeCollisions } from './collision-grade.ts';
import { everyNth, isPlainDay, roadDrives } from './road-drives.ts';

const vehicles = ['stationary', 'slower', 'braking'];
const crossings = ['person', 'bicycle'];

export const forwardCollision: Family = {
  name: 'forward-collision',
  description: 'cars that stand, are slower, brake or cut in, and people who cross: when is the driver warned?',
  needsDetector: true,
  drives: ({ isQuick }) => everyNth(roadDrives('forward-collision', 'cut-ins', 'crossings'), isQuick ? 7 : 1),
  grade: (trace) => gradeCollisions(trace as Trace<Truth>),
  figures(drives) {
    const day = drives.filter(({ scenario }) => isPlainDay(scenario));
    const other = drives.filter(({ scenario }) => !isPlainDay(scenario));
    const inTtc = { toldUnit: 's TTC' };
    return [
      ...hits(requiredEvents(day, vehicles), { name: 'day: warned at TTC ≥ 2.1 s', atLeast: 95, ...inTtc }),
      ...vehicles.flatMap((kind) => hits(requiredEvents(day, [kind]), { name: `day: of these, ${kind}`, ...inTtc })),
      ...hits(requiredEvents(other, vehicles), { name: 'dusk, rain, night: warned at TTC ≥ 2.1 s', atLeast: 85, ...inTtc }),
      ...hits(requiredEvents(drives, crossings), { name: 'crossing: warned before TTC 1.5 s', atLeast: 85, ...inTtc }),
      ...hits(requiredEvents(drives, ['cut-in']), { name: 'cut-ins: warned at TTC ≥ 2.1 s, or within 1 s', ...inTtc }),
      ...alerts(drives, 'warned above TTC 4.0 s', ({ counts }) => counts.early ?? 0, 0),
      ...alerts(drives, 'warned of nothing', ({ falseAlerts }) => falseAlerts.length, 0),
      ...alerts(drives, 'told twice of one danger', ({ counts }) => counts.repeated ?? 0),
    ];
  },
};

function alerts(drives: readonly GradedDrive[], name: string, countIn: (grade: Grade) => number, atMost?: number): Figure[] {
  if (drives.length === 0) return [];
  const value = drives.reduce((sum, { grade }) => sum + countIn(grade), 0);
  return [{ name, value, unit: 'alerts', ...(atMost !== undefined && { atMost }), note: `${drives.length} drives` }];
}
