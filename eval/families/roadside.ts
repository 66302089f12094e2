import type { RoadsideScenario } from '../../ingest/simulator/roadside/roadside-scenario.ts';
import { countPassers, type RoadsideTruth } from '../../ingest/simulator/roadside/roadside-truth.ts';
import { roadsideScenarios } from '../../ingest/simulator/scenarios/index.ts';
import { type Family, nothingGraded } from '../family.ts';
import { pairBoxes } from '../road.ts';
import { gradingScenarios, scenarioOf } from '../scenarios.ts';
import { countOf, errors, samplesOf } from '../summary.ts';
import type { Trace } from '../trace.ts';

const kmhPerMps = 3.6;
/** Walkers are counted, but their speed is nobody's question. */
const leastSpeedMps = 3;
const percent = 100;

export const roadside: Family = {
  name: 'roadside',
  description: 'speeds and counts of a fixed camera above a road',
  needsDetector: true,
  drives({ isQuick, isSecond }) {
    const grading = gradingScenarios.get('roadside')!;
    if (isQuick) return [grading[0]!.name];
    return [...grading, ...(isSecond ? [] : roadsideScenarios)].map(({ name }) => name);
  },
  grade(trace) {
    const { scenario, frames } = trace as Trace<RoadsideTruth>;
    const speed: number[] = [];
    for (const { truth, perception } of frames)
      for (const { truth: passer, track } of pairBoxes(truth.passers, perception.tracks)) {
        // Where nobody counts, the ground is not measured either.
        if (passer.regions.length === 0 || track.speedMps === null || passer.speedMps < leastSpeedMps) continue;
        speed.push(kmhPerMps * (track.speedMps - passer.speedMps));
      }
    const { site } = scenarioOf(scenario) as RoadsideScenario;
    const due = countPassers(
      site,
      frames.map(({ truth }) => truth),
    );
    const counts = { due: 0, counted: 0, off: 0 };
    for (const { regionId, entered } of frames.at(-1)!.perception.regions) {
      const [expected, seen] = [total(due.get(regionId)!.entered), total(entered)];
      counts.due += expected;
      counts.counted += seen;
      counts.off += Math.abs(expected - seen);
    }
    return { ...nothingGraded, samples: { speed }, counts };
  },
  figures(drives) {
    const due = countOf(drives, 'due');
    return [
      ...errors(samplesOf(drives, 'speed'), { name: 'speed in the regions, error', unit: 'km/h', medianAtMost: 3 }),
      ...(due === 0
        ? []
        : [
            {
              name: 'entered, error of the counts by region',
              value: (percent * countOf(drives, 'off')) / due,
              unit: '%',
              atMost: 2,
              note: `${countOf(drives, 'counted')} counted, ${due} came in`,
            },
          ]),
    ];
  },
};

function total(byClass: Readonly<Record<string, number>>): number {
  return Object.values(byClass).reduce((sum, count) => sum + count, 0);
}
