import type { Truth } from '../../ingest/simulator/truth.ts';
import type { Family } from '../family.ts';
import { countOf, falseAlerts } from '../summary.ts';
import type { Trace } from '../trace.ts';
import { gradeCollisions } from './collision-grade.ts';
import { quietDrives } from './road-drives.ts';

export const quiet: Family = {
  name: 'quiet',
  description: 'drives in which nothing is dangerous: what is warned of all the same?',
  needsDetector: true,
  drives: quietDrives,
  grade: (trace) => gradeCollisions(trace as Trace<Truth>),
  figures: (drives) =>
    drives.length === 0
      ? []
      : [
          ...falseAlerts(drives, 'false warnings', 1),
          { name: 'of these, critical', value: countOf(drives, 'criticalFalse'), unit: 'alerts', atMost: 0 },
        ],
};
