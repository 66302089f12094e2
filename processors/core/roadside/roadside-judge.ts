import { intersectionOverUnion } from '../../../schemas/box.ts';
import type { Alert, Box, RegionCount, Track } from '../../../schemas/messages.ts';
import type { RoadsideAlerts, RoadsideConfiguration } from '../../../schemas/roadside.ts';
import type { AlertOrigin } from '../alert-watch.ts';
import { boxOf, boxVelocityOf } from '../box-filter.ts';
import { dropTracks, emptyTracker, type PictureDetection, stepTracker, type TrackedBox, type TrackerState } from '../byte-track.ts';
import { roadUserOf } from '../road-users.ts';
import { isHidden } from '../sighting.ts';
import { stepTime, type TimedFrame } from '../step-time.ts';
import { footOf, type GroundSpeed, type GroundTrack, readSpeed, standingSeconds, stepGroundTrack } from './ground-track.ts';
import { type RegionTally, stepVisits, tally, type Visit } from './region-counts.ts';
import { noRoadsideAlerts, type RoadsideAlertsState, renameUser, stepRoadsideAlerts } from './roadside-alerts.ts';
import { createSite, type Site } from './site.ts';

export interface RoadsideFrame extends TimedFrame {
  readonly sequence: number;
  readonly rtpTimestamp: number;
  readonly detections: readonly PictureDetection[];
}

export interface RoadsideJudgement {
  readonly tracks: Track[];
  readonly regions: RegionCount[];
  readonly horizonPx: number | null;
  /** As in Perception: stage:reason. */
  readonly degraded: string[];
  /** Only what changed in this frame. publishedAtUs is 0: the edge fills it in. */
  readonly alerts: Alert[];
}

export interface RoadsideJudgeOptions extends AlertOrigin {
  readonly roadside: RoadsideConfiguration;
  readonly alerts: RoadsideAlerts;
}

/** Of the state's layout: Checkpoint.version. */
export const roadsideStateVersion = 2;

/** Everything a stream's next judgement depends on. Plain JSON, never changed in place. */
export interface RoadsideState {
  readonly frame: TimedFrame | null;
  /** Sum of the steps between frames; unlike capture times it never goes back. */
  readonly clockSeconds: number;
  readonly tracker: TrackerState;
  readonly users: readonly FollowedUser[];
  readonly tallies: readonly RegionTally[];
  readonly alerts: RoadsideAlertsState;
}

/** What is known of a road user beyond its box. */
export interface FollowedUser {
  readonly trackId: number;
  readonly class: string;
  readonly boxPx: Box;
  readonly ground: GroundTrack | null;
  readonly visits: readonly Visit[];
  /** Since its track was given up; something may only stand before it. */
  readonly goneSeconds: number;
}

/** A road user of this frame, ready to be judged. */
export interface JudgedUser {
  readonly user: FollowedUser;
  /** Undefined for one whose track was given up. */
  readonly track: TrackedBox | undefined;
  readonly speed: GroundSpeed | null;
  /** Whether its foot was measured in this frame. */
  readonly isSeen: boolean;
}

export interface RoadsideJudge {
  /** Judges the next analysed frame of the stream. */
  push(frame: RoadsideFrame): RoadsideJudgement;
  snapshot(): RoadsideState;
  /** Goes on exactly from where `snapshot` was taken, also after a way through JSON. */
  restore(state: RoadsideState): void;
}

/** Seconds for which a lost track is still shown: three frames at 15 frames/s. */
const shownLostSeconds = 0.2;
/** Pixels from the picture's edge within which a box counts as cut: detectors stop short of it. */
const cutMarginPx = 3;
/** The camera does not nod: it hangs on a mast. */
const shakePx = 0;
/** Seconds of standing after which a user whose track is given up is taken to stand behind something. */
const waitingSeconds = 2;
/** Seconds for which it is waited for: a lorry that passes at walking pace. */
const mostGoneSeconds = 8;
/** How much a box must cover the one it had before (IoU) to be the same that stood there: ByteTrack's for the same thing seen twice. */
const sameOverlap = 0.6;

/** More than are given out between two checkpoints. */
const idsLeftOut = 1000;

/** The state for who takes a stream over: ids that the one before may have given out since then are left out. */
export function withFreshTrackIds(state: RoadsideState): RoadsideState {
  return { ...state, tracker: { ...state.tracker, nextTrackId: state.tracker.nextTrackId + idsLeftOut } };
}

/** The pure judge of one roadside camera: detections in; tracks, speeds, counts and alerts out. */
export function createRoadsideJudge(options: RoadsideJudgeOptions): RoadsideJudge {
  const { regions } = options.roadside;
  let state: RoadsideState = {
    frame: null,
    clockSeconds: 0,
    tracker: emptyTracker,
    users: [],
    tallies: regions.map(({ id }) => ({ regionId: id, entered: {}, left: {} })),
    alerts: noRoadsideAlerts,
  };
  return {
    push(frame) {
      const step = judgeFrame(options, state, frame);
      state = step.state;
      return step.judgement;
    },
    snapshot: () => state,
    restore(from) {
      // Regions may have been added, left out and put into another order since.
      const known = new Map(from.tallies.map((each) => [each.regionId, each]));
      const tallies = regions.map(({ id }) => known.get(id) ?? { regionId: id, entered: {}, left: {} });
      state = { ...from, tallies };
    },
  };
}

function judgeFrame(
  options: RoadsideJudgeOptions,
  before: RoadsideState,
  frame: RoadsideFrame,
): { state: RoadsideState; judgement: RoadsideJudgement } {
  const site = createSite(options.roadside, frame.width, frame.height);
  const { seconds, elapsedSeconds, isCut, degraded } = stepTime(before.frame, frame);
  const clockSeconds = before.clockSeconds + elapsedSeconds;
  const tracker = stepTracker(isCut ? dropTracks(before.tracker) : before.tracker, frame.detections, seconds, shakePx);

  const { judged, renamed, lost } = followUsers(isCut ? [] : before.users, tracker.tracks, site, seconds, clockSeconds);
  let { tallies } = before;
  const was = new Map(before.users.map(({ trackId, visits }) => [trackId, visits]));
  for (const { user } of judged)
    tallies = tally(tallies, was.get(renamed.get(user.trackId) ?? user.trackId) ?? [], user.visits, user.class);
  for (const user of isCut ? before.users : lost) tallies = tally(tallies, user.visits, [], user.class);

  const alertsBefore = [...renamed].reduce((alerts, [trackId, formerId]) => renameUser(alerts, formerId, trackId), before.alerts);
  const { state: alertsState, alerts, spent } = stepRoadsideAlerts(alertsBefore, options, site, frame, clockSeconds, judged);

  if (!site.homography) degraded.push('speed:not-calibrated');
  degraded.push(...spent.map((type) => `${type}:hourly-budget-spent`));
  const { epoch, capturedAtUs, width, height } = frame;
  return {
    state: {
      frame: { epoch, capturedAtUs, width, height },
      clockSeconds,
      tracker,
      users: judged.map(({ user }) => user),
      tallies,
      alerts: alertsState,
    },
    judgement: {
      tracks: judged.flatMap((each) => describeTrack(each)),
      regions: tallies.map((counts) => describeRegion(counts, site, judged, clockSeconds)),
      horizonPx: site.horizonPx,
      degraded,
      alerts,
    },
  };
}

/**
 * Everybody who is in the picture, or stands hidden in it.
 * @returns renamed: new track ids of those who were found again, with their former ones. lost: who is no longer there.
 */
function followUsers(
  before: readonly FollowedUser[],
  tracks: readonly TrackedBox[],
  site: Site,
  seconds: number,
  clockSeconds: number,
): { judged: JudgedUser[]; renamed: Map<number, number>; lost: FollowedUser[] } {
  const confirmed = tracks.filter(({ state, class: className }) => state === 'confirmed' && isRoadUser(className));
  const boxes = confirmed.flatMap(({ seenPx }) => (seenPx ? [seenPx] : []));
  const known = new Map(before.map((user) => [user.trackId, user]));
  const tracked = new Set(confirmed.map(({ trackId }) => trackId));
  const waiting = before.filter(({ trackId }) => !tracked.has(trackId));
  const renamed = new Map<number, number>();
  const judged = confirmed.map((track): JudgedUser => {
    let user = known.get(track.trackId);
    if (!user) {
      const found = waiting.findIndex((each) => isSameStanding(each, track));
      if (found >= 0) user = waiting.splice(found, 1)[0]!;
      if (user) renamed.set(track.trackId, user.trackId);
    }
    return followUser(user, track, boxes, site, seconds, clockSeconds);
  });
  const gone = waiting.map((user) => ({
    ...user,
    ground: stepGroundTrack(user.ground, site, null, seconds, clockSeconds),
    goneSeconds: user.goneSeconds + seconds,
  }));
  const isWaitedFor = ({ ground, goneSeconds }: FollowedUser) =>
    ground !== null && goneSeconds <= mostGoneSeconds && standingSeconds(ground, clockSeconds) >= waitingSeconds;
  for (const user of gone.filter(isWaitedFor)) judged.push({ user, track: undefined, speed: null, isSeen: false });
  return { judged, renamed, lost: gone.filter((user) => !isWaitedFor(user)) };
}

function isRoadUser(className: string): boolean {
  const group = roadUserOf(className)?.group;
  return group === 'vehicle' || group === 'vulnerable';
}

function isSameStanding(user: FollowedUser, track: TrackedBox): boolean {
  return (
    roadUserOf(user.class)?.group === roadUserOf(track.class)?.group && intersectionOverUnion(user.boxPx, boxOf(track.moving)) > sameOverlap
  );
}

function followUser(
  before: FollowedUser | undefined,
  track: TrackedBox,
  boxes: readonly Box[],
  site: Site,
  seconds: number,
  clockSeconds: number,
): JudgedUser {
  const { seenPx, score, trackId, class: className } = track;
  const seen = seenPx && !isCut(seenPx, site) && !isHidden(seenPx, boxes) ? footOf(seenPx, score) : null;
  const ground = stepGroundTrack(before?.ground ?? null, site, seen, seconds, clockSeconds);
  const boxPx = boxOf(track.moving);
  const foot = footOf(boxPx, score);
  const visits = stepVisits(before?.visits ?? [], site.regions, foot, { className, isSeen: seenPx !== null, clockSeconds });
  const user = { trackId, class: className, boxPx, ground, visits, goneSeconds: 0 };
  return { user, track, speed: ground && readSpeed(ground, site, foot), isSeen: seen !== null };
}

function isCut([x1, , x2, y2]: Box, { width, height }: Site): boolean {
  return x1 <= cutMarginPx || x2 >= width - cutMarginPx || y2 >= height - cutMarginPx;
}

function describeTrack({ user, track, speed }: JudgedUser): Track[] {
  if (!track || track.unseenSeconds > shownLostSeconds) return [];
  return [
    {
      trackId: track.trackId,
      class: track.class,
      score: track.score,
      boxPx: user.boxPx,
      boxVelocityPxps: boxVelocityOf(track.moving),
      isLead: false,
      inPath: false,
      distanceMeters: null,
      distanceSigmaMeters: null,
      lateralMeters: null,
      closingSpeedMps: null,
      ttcSeconds: null,
      ttcSigmaSeconds: null,
      speedMps: speed?.speedMps ?? null,
      regions: user.visits.map(({ regionId }) => regionId),
    },
  ];
}

function describeRegion(
  { regionId, entered, left }: RegionTally,
  site: Site,
  judged: readonly JudgedUser[],
  clockSeconds: number,
): RegionCount {
  const inside = judged.flatMap(({ user, speed }) =>
    user.visits
      .filter((visit) => visit.regionId === regionId)
      .map(({ enteredSeconds }) => ({ dwell: clockSeconds - enteredSeconds, speed })),
  );
  const speeds = inside.flatMap(({ speed }) => speed?.speedMps ?? []);
  return {
    regionId,
    polygonPx: site.regions.find((each) => each.regionId === regionId)!.polygonPx.flat(),
    occupancy: inside.length,
    entered,
    left,
    meanSpeedMps: speeds.length > 0 ? speeds.reduce((sum, each) => sum + each, 0) / speeds.length : null,
    longestDwellSeconds: inside.length > 0 ? Math.max(...inside.map(({ dwell }) => dwell)) : null,
  };
}
