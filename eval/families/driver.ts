import type { CabinTruth } from '../../ingest/simulator/cabin/truth.ts';
import { type ExpectedEvent, isInTime, matchEvents, type RaisedAlert } from '../events.ts';
import type { EventGrade, Family, Grade, Plot } from '../family.ts';
import { plotOf } from '../plots.ts';
import { gradingScenarios, scenarioOf } from '../scenarios.ts';
import { countOf, errors, falseAlerts, hits, joinGrades, requiredEvents, samplesOf, share } from '../summary.ts';
import { raisedIn, stretchesOf, type Trace } from '../trace.ts';
import { driverEvents, yawnEvents } from './driver-events.ts';

/** Angles are graded up to here; beyond it is `away`, however far. */
const gradedDegrees = 40;
/** PERCLOS is of the last minute: before, there is none to compare. */
const perclosSeconds = 60;
/** Driver-specific values are learned until then. */
const learningSeconds = 15;

const barred = ['microsleep', 'long glance', 'time sharing', 'yawn'];

export const driver: Family = {
  name: 'driver',
  description: "the driver's eyes, glances, yawns and head, and what is told of them",
  needsDetector: false,
  drives: ({ isQuick }) =>
    isQuick ? quickDrives : ['attentive', 'driver'].flatMap((file) => gradingScenarios.get(file)!.map(({ name }) => name)),
  grade(trace) {
    const cabin = trace as Trace<CabinTruth>;
    const told = Object.entries(driverEvents(cabin)).map(([type, expected]) => gradeEvents(cabin, type, expected, raisedIn(trace, [type])));
    const yawns = stretchesOf(cabin, ({ perception }) => perception.driver?.isYawning ?? false).map(
      ({ fromSeconds }): RaisedAlert => ({ atSeconds: fromSeconds, severity: 'none', message: 'yawn' }),
    );
    return joinGrades([...told, gradeEvents(cabin, 'yawn', yawnEvents(cabin), yawns), measured(cabin)]);
  },
  figures(drives) {
    const isInfrared = ({ scenario }: { scenario: string }) => (scenarioOf(scenario) as { light?: string }).light === 'infrared';
    const visible = drives.filter((drive) => !isInfrared(drive));
    const infrared = drives.filter(isInfrared);
    const attentive = drives.filter(({ grade }) => grade.events.every(({ event }) => !event.isRequired));
    const after = { toldUnit: 's after the rule', toldDecimals: 2 };
    return [
      ...hits(requiredEvents(visible, barred), { name: 'told within 0.5 s of the rule', atLeast: 95, ...after }),
      ...barred.flatMap((kind) => hits(requiredEvents(visible, [kind]), { name: `of these, ${kind}`, ...after })),
      ...hits(requiredEvents(infrared, barred), { name: 'infrared: told within 0.5 s of the rule', atLeast: 85, ...after }),
      ...hits(requiredEvents(drives, ['drowsiness']), { name: 'drowsiness told while PERCLOS ≥ 10 % or after three yawns', ...after }),
      ...falseAlerts(attentive, 'attentive: false alerts', 3),
      ...falseAlerts(drives, 'all drives: false alerts'),
      ...mean(samplesOf(drives, 'perclos'), 'PERCLOS, mean error', '', 0.02),
      ...mean(samplesOf(drives, 'yaw'), 'yaw within ±40°, mean error', '°', 5),
      ...mean(samplesOf(drives, 'pitch'), 'pitch within ±40°, mean error', '°', 6),
      ...errors(samplesOf(visible, 'yaw'), { name: 'yaw, visible light', unit: '°' }),
      ...share(countOf(drives, 'faces'), countOf(drives, 'visibleFrames'), 'face found where it is to be seen'),
    ];
  },
};

const quickDrives = ['grade-microsleep-tan', 'grade-glance-tan'];

function mean(values: readonly number[], name: string, unit: string, atMost: number) {
  if (values.length === 0) return [];
  const value = values.reduce((sum, one) => sum + Math.abs(one), 0) / values.length;
  return [{ name, value, unit, atMost, note: `${values.length} frames` }];
}

function gradeEvents(trace: Trace<CabinTruth>, type: string, expected: readonly ExpectedEvent[], raised: readonly RaisedAlert[]): Grade {
  const { told, repeated, surplus } = matchEvents(expected, raised);
  const ruleAt = ({ deadlineSeconds }: ExpectedEvent) => deadlineSeconds - 0.5;
  return {
    events: told.map(
      ({ event, alert }): EventGrade => ({
        event,
        alert,
        toldAt: alert ? alert.atSeconds - ruleAt(event) : null,
        ...(event.isRequired &&
          !isInTime(event, alert) && { plot: plotDriver(trace, type, `${event.kind} ${alert ? 'late' : 'missed'}`, event) }),
      }),
    ),
    falseAlerts: surplus.map((alert) => ({
      ...alert,
      plot: plotDriver(trace, type, `${type} false`, { fromSeconds: alert.atSeconds, toSeconds: alert.atSeconds }),
    })),
    samples: {},
    counts: { repeated: repeated.length },
  };
}

/** Errors of what is measured in each frame. */
function measured(trace: Trace<CabinTruth>): Grade {
  const [perclos, yaw, pitch]: number[][] = [[], [], []];
  const counts = { visibleFrames: 0, faces: 0 };
  for (const { timeSeconds, truth, perception } of trace.frames) {
    if (truth.presence === 'absent' || truth.isFaceHidden || truth.coveredFraction > 0) continue;
    const seen = perception.driver;
    counts.visibleFrames++;
    if (seen?.presence === 'present') counts.faces++;
    if (timeSeconds >= perclosSeconds && seen?.perclos != null) perclos!.push(seen.perclos - truth.perclos);
    if (timeSeconds < learningSeconds) continue;
    if (Math.abs(truth.yawDegrees) > gradedDegrees || Math.abs(truth.pitchDegrees) > gradedDegrees) continue;
    if (seen?.yawDegrees != null) yaw!.push(seen.yawDegrees - truth.yawDegrees);
    if (seen?.pitchDegrees != null) pitch!.push(seen.pitchDegrees - truth.pitchDegrees);
  }
  return { events: [], falseAlerts: [], samples: { perclos: perclos!, yaw: yaw!, pitch: pitch! }, counts };
}

function plotDriver(
  trace: Trace<CabinTruth>,
  type: string,
  title: string,
  span: Pick<ExpectedEvent, 'fromSeconds' | 'toSeconds'> & { deadlineSeconds?: number },
): Plot {
  const isGlance = type === 'long-glance' || type === 'time-sharing';
  const isMouth = type === 'yawn';
  const eyes = (left: number | null | undefined, right: number | null | undefined) => {
    const both = [left, right].filter((value) => value != null);
    return both.length > 0 ? Math.max(...both) : null;
  };
  return plotOf(trace, [type], {
    ...span,
    title,
    quantity: isGlance ? 'gaze to the right, degrees' : isMouth ? 'mouth openness' : 'eye openness',
    levels: [],
    moments: span.deadlineSeconds === undefined ? [] : [{ name: 'due', atSeconds: span.deadlineSeconds }],
    lines: [
      {
        name: 'true',
        isTruth: true,
        valueIn: ({ truth }) => (isGlance ? truth.gazeYawDegrees : isMouth ? truth.mouthOpenness : truth.leftEyeOpenness),
      },
      {
        name: 'measured',
        isTruth: false,
        valueIn: ({ perception: { driver: seen } }) =>
          (isGlance ? seen?.gazeYawDegrees : isMouth ? seen?.mouthOpenness : eyes(seen?.leftEyeOpenness, seen?.rightEyeOpenness)) ?? null,
      },
    ],
  });
}
