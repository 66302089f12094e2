import type { Alert } from '../../../schemas/messages.ts';
import type { Point } from '../../../schemas/polygon.ts';
import type { AlertFrame, AlertKind, Danger } from '../alert-watch.ts';
import { standingSeconds } from './ground-track.ts';
import type { MovingUser } from './moving-user.ts';
import type { JudgedUser, RoadsideJudgeOptions } from './roadside-judge.ts';
import type { Site, SiteRegion } from './site.ts';
import { judgeSpeeding, speedingRule, speedingType } from './speeding.ts';
import { judgeStopped, stoppedVehicleRule, stoppedVehicleType } from './stopped-vehicle.ts';
import { noUserAlerts, stepUserAlerts, type UserAlerts } from './user-alerts.ts';
import { judgeWrongWay, wrongWayRule, wrongWayType } from './wrong-way.ts';

/** By type of alert. Plain JSON, never changed in place. */
export type RoadsideAlertsState = Readonly<Record<string, UserAlerts>>;

export const noRoadsideAlerts: RoadsideAlertsState = {};

/** Frames in a row that must agree: at 15 frames/s a third of a second, in which a foot's jump has passed. */
const confirmFrames = 5;
/** Seconds without it after which it is over: longer than a car takes to pass behind a post or a lorry coming towards it. */
const clearSeconds = 2;
/** Seconds within which one road user is not told again for the same: hours would be no more than its stay in the picture. */
const cooldownSeconds = 3600;

interface Rule {
  readonly type: string;
  readonly rule: string;
  readonly end: string;
  judge(user: MovingUser, place: { readonly regions: readonly SiteRegion[]; readonly options: RoadsideJudgeOptions }): Danger;
}

const rules: readonly Rule[] = [
  {
    type: speedingType,
    rule: speedingRule,
    end: 'No longer too fast, or out of sight',
    judge: (user, { regions, options }) =>
      judgeSpeeding(user, Math.min(...limitsOf(regions), ...(limitsOf(regions).length > 0 ? [] : [options.roadside.speedLimitKmh]))),
  },
  {
    type: wrongWayType,
    rule: wrongWayRule,
    end: 'No longer driving the wrong way, or out of sight',
    judge: (user, { regions }) => judgeWrongWay(user, directionOf(regions)),
  },
  {
    type: stoppedVehicleType,
    rule: stoppedVehicleRule,
    end: 'No longer standing there',
    judge: (user, { regions, options }) => judgeStopped(user, options.alerts.stoppedSeconds, directionOf(regions) !== null),
  },
];

const motors: ReadonlySet<string> = new Set(['car', 'truck', 'bus', 'motorcycle']);

/** One step of all alerts of a roadside camera. @returns spent: types of which no more may be told this hour. */
export function stepRoadsideAlerts(
  state: RoadsideAlertsState,
  options: RoadsideJudgeOptions,
  site: Site,
  frame: AlertFrame,
  clockSeconds: number,
  judged: readonly JudgedUser[],
): { state: RoadsideAlertsState; alerts: Alert[]; spent: string[] } {
  const { streamId, vehicleId, modelSet } = options;
  const alerts: Alert[] = [];
  const after: Record<string, UserAlerts> = {};
  for (const { type, rule, end, judge } of rules) {
    const kind: AlertKind = {
      type,
      rule,
      policy: { confirmFrames, clearSeconds, cooldownSeconds, hourlyBudget: options.alerts.hourlyBudget },
      describeEnd: (seconds) => `${end}, after ${seconds.toFixed(0)} s.`,
    };
    const dangers = new Map(
      judged.map((each) => {
        const regions = site.regions.filter(({ regionId }) => each.user.visits.some((visit) => visit.regionId === regionId));
        return [each.user.trackId, judge(movingUser(each, clockSeconds), { regions, options })];
      }),
    );
    const step = stepUserAlerts(state[type] ?? noUserAlerts, kind, { streamId, vehicleId, modelSet }, frame, clockSeconds, dangers);
    after[type] = step.state;
    alerts.push(...step.alerts);
  }
  return { state: after, alerts, spent: Object.keys(after).filter((type) => after[type]!.isBudgetSpent) };
}

/** Who was found again has a new track id; what was told of it goes on. */
export function renameUser(state: RoadsideAlertsState, from: number, to: number): RoadsideAlertsState {
  return Object.fromEntries(
    Object.entries(state).map(([type, alerts]) => [
      type,
      { ...alerts, watches: alerts.watches.map((each) => (each.trackId === from ? { ...each, trackId: to } : each)) },
    ]),
  );
}

function movingUser({ user, track, speed, isSeen }: JudgedUser, clockSeconds: number): MovingUser {
  const name = user.class.charAt(0).toUpperCase() + user.class.slice(1);
  return {
    name: `${name} ${user.trackId}`,
    velocityMps: speed?.velocityMps ?? null,
    speedMps: speed?.speedMps ?? null,
    speedSigmaMps: speed?.speedSigmaMps ?? 0,
    standingSeconds: user.ground ? standingSeconds(user.ground, clockSeconds) : 0,
    isSeen: isSeen && track !== undefined,
    isMotor: motors.has(user.class),
  };
}

function limitsOf(regions: readonly SiteRegion[]): number[] {
  return regions.flatMap(({ speedLimitKmh }) => speedLimitKmh ?? []);
}

function directionOf(regions: readonly SiteRegion[]): Point | null {
  return regions.find(({ direction }) => direction !== null)?.direction ?? null;
}
