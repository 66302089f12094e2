import { laneTruthAtMeters } from '../../ingest/simulator/lane-truth.ts';
import type { Truth } from '../../ingest/simulator/truth.ts';
import { laneDepartureType } from '../../processors/core/lanes/lane-departure.ts';
import type { LaneLine } from '../../schemas/messages.ts';
import { type ExpectedEvent, isInTime, matchEvents } from '../events.ts';
import type { Family, GradedDrive, Plot } from '../family.ts';
import { plotOf } from '../plots.ts';
import { countOf, errors, falseAlerts, hits, requiredEvents, samplesOf, share } from '../summary.ts';
import { frameAt, raisedIn, stretchesOf, type Trace, type TracedFrame } from '../trace.ts';
import { everyNth, isPlainDay, quietDrives, roadDrives } from './road-drives.ts';

/** ISO 17361:2017: earliest and latest warning line, metres from the wheel to the line; below 0 is past it. */
const earliestMeters = 0.75;
const latestMeters = -0.3;
/** Rates of departure of the standard's tests. Faster is a change of lane that is meant. */
const mostRateMps = 0.85;
/** Of the standard's class I systems: 17 m/s; here the configuration's 60 km/h. */
const leastSpeedMps = 60 / 3.6;
/** A line is found when it is drawn within half a car's width of where it is: then it cannot be another one. */
const sameLineMeters = 0.5;
/** Where that is looked at: 10 m ahead. */
const lookedAtMeters = 10;
/** What lane is meant is open while the vehicle stands across a line. */
const acrossMeters = 0.3;

type Frame = TracedFrame<Truth>;

export const lanes: Family = {
  name: 'lanes',
  description: "the own lane's lines and offset, and warnings before it is left without meaning to (ISO 17361)",
  needsDetector: false,
  drives: (scope) => [
    ...everyNth(roadDrives('lane-departure'), scope.isQuick ? 6 : 1),
    ...(scope.isQuick ? [] : roadDrives('lanes')),
    ...quietDrives(scope),
  ],
  grade(trace) {
    const road = trace as Trace<Truth>;
    const offsets: number[] = [];
    const counts = { drawn: 0, found: 0, invented: 0, missing: 0 };
    for (const { truth, perception } of road.frames) {
      if (truth.lane.lines.some(({ wheelMeters }) => wheelMeters < -acrossMeters)) continue;
      if (perception.lanes?.offsetMeters != null) offsets.push(perception.lanes.offsetMeters - truth.lane.offsetMeters);
      for (const line of truth.lane.lines) {
        const seen = perception.lanes?.lines.find(({ side }) => side === line.side);
        if (line.type === 'missing') {
          counts.missing++;
          if (seen) counts.invented++;
          continue;
        }
        counts.drawn++;
        const lateral = line.lateralMeters[laneTruthAtMeters.indexOf(lookedAtMeters)]!;
        if (seen && Math.abs(lateralOf(seen) - lateral) <= sameLineMeters) counts.found++;
      }
    }
    const { told, repeated, surplus } = matchEvents(departures(road), raisedIn(trace, [laneDepartureType]));
    return {
      events: told.map(({ event, alert }) => ({
        event,
        alert,
        toldAt: alert ? wheelMeters(frameAt(road, alert.atSeconds), event.kind) : null,
        ...(event.isRequired && !isInTime(event, alert) && { plot: plotDeparture(road, alert ? 'told late' : 'missed', event) }),
      })),
      falseAlerts: surplus.map((alert) => ({
        ...alert,
        plot: plotDeparture(road, 'false', { fromSeconds: alert.atSeconds, toSeconds: alert.atSeconds }),
      })),
      samples: { offsets },
      counts: { ...counts, repeated: repeated.length },
    };
  },
  figures(drives) {
    const day = drives.filter(({ scenario }) => isPlainDay(scenario));
    const other = drives.filter(({ scenario }) => !isPlainDay(scenario));
    const before = { toldUnit: 'm to the line', toldDecimals: 2 };
    return [
      ...errors(samplesOf(drives, 'offsets'), { name: 'offset in the lane', unit: 'm', medianAtMost: 0.1, p95AtMost: 0.25 }),
      ...foundLines(day, 'day: lines found where drawn', 97),
      ...foundLines(other, 'other: lines found where drawn'),
      ...share(countOf(drives, 'invented'), countOf(drives, 'missing'), 'lines found where none is'),
      ...hits(requiredEvents(day), { name: 'day: departures warned in the window', atLeast: 95, ...before }),
      ...hits(requiredEvents(other), { name: 'other: departures warned in the window', atLeast: 85, ...before }),
      ...falseAlerts(drives, 'false departure warnings', 1),
    ];
  },
};

function foundLines(drives: readonly GradedDrive[], name: string, atLeast?: number) {
  return share(countOf(drives, 'found'), countOf(drives, 'drawn'), name, atLeast === undefined ? {} : { atLeast });
}

function lateralOf({ coefficients: [c0 = 0, c1 = 0, c2 = 0] }: LaneLine): number {
  return c0 + c1 * lookedAtMeters + c2 * lookedAtMeters ** 2;
}

const sides = ['left', 'right'] as const;

function wheelMeters({ truth }: Frame, side: string): number {
  return truth.lane.lines.find((line) => line.side === side)!.wheelMeters;
}

/** Sideways speed towards a side. */
function rateTo({ truth }: Frame, side: (typeof sides)[number]): number {
  return side === 'right' ? truth.lane.offsetRateMps : -truth.lane.offsetRateMps;
}

/** Whether the vehicle is on its way over this side's line without meaning it. */
function isDrifting(frame: Frame, side: (typeof sides)[number]): boolean {
  const { truth } = frame;
  const rate = rateTo(frame, side);
  const line = truth.lane.lines.find((one) => one.side === side)!;
  return (
    line.wheelMeters <= earliestMeters &&
    (rate > 0 || line.wheelMeters <= 0) &&
    rate <= mostRateMps &&
    truth.indicator !== side &&
    truth.egoSpeedMps >= leastSpeedMps &&
    line.type !== 'missing'
  );
}

/** What comes to the line is an event; what goes as far as the latest warning line must have been warned of. */
function departures(trace: Trace<Truth>): ExpectedEvent[] {
  return sides.flatMap((side) =>
    stretchesOf(trace, (frame) => isDrifting(frame, side))
      // After a change of lanes the vehicle comes away from the line that lies behind it.
      .filter(({ frames }) => rateTo(frames[0]!, side) > 0 && frames.some((frame) => wheelMeters(frame, side) <= 0))
      .map(({ fromSeconds, toSeconds, frames }) => {
        const due = frames.find((frame) => wheelMeters(frame, side) <= latestMeters)?.timeSeconds;
        return { kind: side, fromSeconds, toSeconds, deadlineSeconds: due ?? toSeconds, isRequired: due !== undefined };
      }),
  );
}

function plotDeparture(
  trace: Trace<Truth>,
  title: string,
  span: { fromSeconds: number; toSeconds: number; deadlineSeconds?: number },
): Plot {
  return plotOf(trace, [laneDepartureType], {
    ...span,
    title,
    quantity: 'offset in the lane, m to the right',
    levels: [],
    moments: span.deadlineSeconds === undefined ? [] : [{ name: 'due', atSeconds: span.deadlineSeconds }],
    lines: [
      { name: 'true offset', isTruth: true, valueIn: ({ truth }) => truth.lane.offsetMeters },
      { name: 'measured offset', isTruth: false, valueIn: ({ perception }) => perception.lanes?.offsetMeters ?? null },
    ],
  });
}
