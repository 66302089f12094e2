import { type CameraConfiguration, type Configuration, usualCamera } from '../../schemas/configuration.ts';
import type { Alert, Box, Lanes, Sign, Track } from '../../schemas/messages.ts';
import { sureSpeed } from '../../schemas/sure-speed.ts';
import { type ApproachState, correctApproach, predictApproach, reclassifyApproach, startApproach, surpriseOf } from './approach-filter.ts';
import { type BoxBias, boxBiasOf } from './box-bias.ts';
import { boxOf, boxVelocityOf } from './box-filter.ts';
import { dropTracks, emptyTracker, type PictureDetection, stepTracker, type TrackedBox, type TrackerState } from './byte-track.ts';
import { cameraNow, learnFromVehicles, type SeenVehicle } from './camera-pose.ts';
import { type Approach, readApproach } from './collision.ts';
import { forAttention, forwardCollisionType } from './forward-collision.ts';
import { type ForwardCollisionWatch, noForwardCollision, stepForwardCollision } from './forward-collision-watch.ts';
import { type Camera, createCamera, swingSigmaRadians, tilted } from './geometry.ts';
import { alongLane } from './lane-path.ts';
import {
  type DrivenVehicle,
  type LaneDepartureWatch,
  laneDepartureType,
  noLaneDeparture,
  stepLaneDeparture,
} from './lanes/lane-departure.ts';
import { type LaneState, momentaryPitch, noLane, stepLanes } from './lanes/lane-follower.ts';
import type { Markings } from './lanes/markings.ts';
import {
  mostSpeedOf,
  type OwnSpeed,
  type OwnSpeedState,
  ofGuessedCamera,
  type RoadStrips,
  stepOwnSpeed,
  unknownOwnSpeed,
} from './own-speed.ts';
import { chooseLead, isBesidePath, isInPath } from './path.ts';
import { roadUserOf } from './road-users.ts';
import { isFlat, isHidden, sight } from './sighting.ts';
import type { SignSighting } from './signs/sighting.ts';
import { noSigns, type SignsState, stepSigns } from './signs/sign-judge.ts';
import { stepTime } from './step-time.ts';
import { noTailgating, stepTailgating, type TailgatingState, tailgatingType } from './tailgating.ts';

export type { PictureDetection } from './byte-track.ts';

export interface DashcamFrame {
  readonly epoch: number;
  readonly sequence: number;
  readonly capturedAtUs: number;
  readonly rtpTimestamp: number;
  /** Pixels of the picture that the boxes are in. */
  readonly width: number;
  readonly height: number;
  readonly detections: readonly PictureDetection[];
  /** Without them no lane is looked for. */
  readonly markings?: Markings;
  /** Without them the own speed is known only where the vehicle tells it. */
  readonly roadStrips?: RoadStrips | null;
  /** Without them no sign is looked for. */
  readonly signs?: readonly SignSighting[];
  readonly vehicle?: DrivenVehicle & { readonly attention?: 'road' | 'away' | 'asleep' | null };
}

export interface DashcamJudgement {
  readonly tracks: Track[];
  readonly horizonPx: number | null;
  /** Null where none is looked for. */
  readonly lanes: Lanes | null;
  readonly signs: Sign[];
  /** Of the last sign that was believed; null where there is none. */
  readonly speedLimitKmh: number | null;
  /** As the vehicle tells it, else as the road shows it. */
  readonly egoSpeedMps: number | null;
  /** One sigma of what the road shows; null of what the vehicle tells. */
  readonly egoSpeedSigmaMps: number | null;
  /** As in Perception: stage:reason. */
  readonly degraded: string[];
  /** Only what changed in this frame. publishedAtUs is 0: the edge fills it in. */
  readonly alerts: Alert[];
}

export interface DashcamJudgeOptions {
  readonly streamId: string;
  readonly vehicleId: string | null;
  readonly camera: CameraConfiguration;
  readonly alerts: Configuration['alerts'];
  readonly modelSet: string;
  /** Of the detector that finds the boxes: boxBiasOf(its name). Without it, a middle one. */
  readonly boxBias?: BoxBias;
}

/** Of the state's layout: Checkpoint.version. */
export const dashcamStateVersion = 8;

/** Everything a stream's next judgement depends on. Plain JSON, never changed in place. */
export interface DashcamState {
  readonly epoch: number | null;
  readonly capturedAtUs: number;
  readonly width: number;
  readonly height: number;
  /** Sum of the steps between frames; unlike capture times it never goes back. */
  readonly clockSeconds: number;
  readonly tracker: TrackerState;
  readonly users: readonly FollowedUser[];
  readonly leadId: number | null;
  readonly watch: ForwardCollisionWatch;
  readonly lane: LaneState;
  readonly laneDeparture: LaneDepartureWatch;
  readonly ownSpeed: OwnSpeedState;
  readonly tailgating: TailgatingState;
  readonly signs: SignsState;
}

/** What is known of a track beyond its box. */
interface FollowedUser {
  readonly trackId: number;
  readonly class: string;
  readonly state: ApproachState;
  /** For how long boxes have told about the distance from frame to frame, all of the same thing. */
  readonly knownSeconds: number;
  /** Since a box last told anything about the distance. */
  readonly blindSeconds: number;
  readonly isInPath: boolean;
  /** For how long it has been so. */
  readonly inPathSeconds: number;
}

export interface DashcamJudge {
  /** Judges the next analysed frame of the stream. */
  push(frame: DashcamFrame): DashcamJudgement;
  snapshot(): DashcamState;
  /** Goes on exactly from where `snapshot` was taken, also after a way through JSON. */
  restore(state: DashcamState): void;
}

/** Seconds for which a lost track is still shown and judged: three frames at 15 frames/s. */
const shownLostSeconds = 0.2;
/** Seconds before the path is judged: three frames at 15 frames/s; until then no sideways motion can be told. */
const pathSeconds = 0.2;
/** Seconds after which what was not measured may come back boxed otherwise: more than one missed frame at 15 frames/s. */
const steadySeconds = 0.1;
/**
 * Sigmas by which a box's size may differ from what was expected; one in 370 does by chance. What differs more is something else: the
 * detector boxes the car beside it now, or both at once. Read as an approach, such a step comes from 80 m to 40 within a second.
 */
const mostSurpriseSigmas = 3;
/** Seconds for which distance and closing speed are carried on without a measurement: hard braking changes both by then. */
const mostBlindSeconds = 0.5;

/** More than are given out between two checkpoints. */
const idsLeftOut = 1000;

/** The state for who takes a stream over: ids that the one before may have given out since then are left out. */
export function withFreshTrackIds(state: DashcamState): DashcamState {
  const { tracker, signs } = state;
  return {
    ...state,
    tracker: { ...tracker, nextTrackId: tracker.nextTrackId + idsLeftOut },
    signs: { ...signs, nextSignId: signs.nextSignId + idsLeftOut },
  };
}

const initialState: DashcamState = {
  epoch: null,
  capturedAtUs: 0,
  width: 0,
  height: 0,
  clockSeconds: 0,
  tracker: emptyTracker,
  users: [],
  leadId: null,
  watch: noForwardCollision,
  lane: noLane,
  laneDeparture: noLaneDeparture,
  ownSpeed: unknownOwnSpeed,
  tailgating: noTailgating,
  signs: noSigns,
};

/** The pure judge of one dashcam: detections in; tracks, distances, times to collision and alerts out. */
export function createDashcamJudge(options: DashcamJudgeOptions): DashcamJudge {
  let state = initialState;
  return {
    push(frame) {
      const step = judgeFrame(options, state, frame);
      state = step.state;
      return step.judgement;
    },
    snapshot: () => state,
    restore(from) {
      state = from;
    },
  };
}

/** A confirmed track with what is known of it now. */
interface JudgedUser {
  readonly track: TrackedBox;
  readonly user: FollowedUser | undefined;
  readonly approach: Approach | undefined;
}

function judgeFrame(
  options: DashcamJudgeOptions,
  before: DashcamState,
  frame: DashcamFrame,
): { state: DashcamState; judgement: DashcamJudgement } {
  const camera = createCamera(options.camera, frame.width, frame.height);
  const { seconds, elapsedSeconds, isCut, degraded } = stepTime(before.epoch === null ? null : { ...before, epoch: before.epoch }, frame);
  const clockSeconds = before.clockSeconds + elapsedSeconds;

  const lane = judgeLane(options, before, frame, { camera, seconds, isCut, clockSeconds });
  const now = cameraNow(camera, lane.state, lane.lanes);
  const tracker = stepTracker(
    isCut ? dropTracks(before.tracker) : before.tracker,
    frame.detections,
    seconds,
    camera.focalPx * swingSigmaRadians,
  );
  const bias = options.boxBias ?? boxBiasOf('');
  const known = new Map(isCut ? [] : before.users.map((user) => [user.trackId, user]));
  const bodies = tracker.tracks.flatMap(({ class: className, state, seenPx }) =>
    seenPx && state === 'confirmed' && roadUserOf(className)?.group === 'vehicle' ? [seenPx] : [],
  );
  const judged = tracker.tracks.map((track): JudgedUser => {
    const user = followUser(known.get(track.trackId), track, bodies, now, bias, seconds, (approach) =>
      alongLane(approach, lane.state.filter, lane.lanes),
    );
    return { track, user, approach: user && readApproach(user.state) };
  });
  const shown = judged.filter(({ track }) => track.state === 'confirmed' && track.unseenSeconds <= shownLostSeconds);
  const inPath = shown.filter(({ user }) => user?.isInPath);
  const leadId = chooseLead(
    inPath.map(({ track, approach }) => ({ trackId: track.trackId, distanceMeters: approach!.distanceMeters })),
    before.leadId,
  );
  const { speedMps = null, attention = null } = frame.vehicle ?? {};
  const egoSpeedMps = speedMps ?? lane.speed?.speedMps ?? null;
  const egoSpeedSigmaMps = lane.speed?.sigmaMps ?? null;
  const { watch, alerts } = stepForwardCollision(
    before.watch,
    { ...options, forwardCollision: forAttention(options.alerts.forwardCollision, attention) },
    frame,
    clockSeconds,
    inPath.map(({ track, user, approach }) => ({
      trackId: track.trackId,
      class: track.class,
      approach: approach!,
      knownSeconds: user!.knownSeconds,
      isSeen: user!.blindSeconds === 0,
      comingSeconds: isBesidePath(approach!, roadUserOf(track.class)!) ? user!.inPathSeconds : null,
    })),
    speedMps,
  );

  const lead = inPath.find(({ track }) => track.trackId === leadId);
  const tailgating = stepTailgating(
    before.tailgating,
    options.alerts.tailgating,
    { streamId: options.streamId, vehicleId: options.vehicleId, modelSet: options.modelSet },
    frame,
    clockSeconds,
    lead && { trackId: lead.track.trackId, class: lead.track.class, distanceMeters: lead.approach!.distanceMeters },
    sureSpeed(egoSpeedMps, egoSpeedSigmaMps),
  );
  const signs = stepSigns(
    before.signs,
    options.alerts.speeding,
    { streamId: options.streamId, vehicleId: options.vehicleId, modelSet: options.modelSet },
    { ...frame, sightings: frame.signs ?? [], speedMps, seconds, elapsedSeconds, isCut },
    clockSeconds,
  );

  const calibration = learnFromVehicles(lane.state.calibration, lane.lanes, { camera, bias, vehicles: vehiclesIn(judged), seconds });
  if (now.horizonPx < 0 || now.horizonPx > now.bonnetPx) degraded.push('distance:horizon-outside-picture');
  if (calibration.isLost) degraded.push('distance:horizon-lost');
  if (watch.alert.isBudgetSpent) degraded.push(`${forwardCollisionType}:hourly-budget-spent`);
  if (tailgating.state.watch.alert.isBudgetSpent) degraded.push(`${tailgatingType}:hourly-budget-spent`);
  return {
    state: {
      epoch: frame.epoch,
      capturedAtUs: frame.capturedAtUs,
      width: frame.width,
      height: frame.height,
      clockSeconds,
      tracker,
      users: judged.flatMap(({ user }) => user ?? []),
      leadId,
      watch,
      lane: { ...lane.state, calibration },
      laneDeparture: lane.watch,
      ownSpeed: lane.ownSpeed,
      tailgating: tailgating.state,
      signs: signs.state,
    },
    judgement: {
      tracks: shown.map((each) => describeTrack(each, leadId)),
      horizonPx: now.horizonPx,
      lanes: lane.lanes,
      signs: signs.signs,
      speedLimitKmh: signs.speedLimitKmh,
      degraded: [...degraded, ...lane.degraded, ...signs.degraded],
      egoSpeedMps,
      egoSpeedSigmaMps,
      alerts: [...alerts, ...tailgating.alerts, ...lane.alerts, ...signs.alerts],
    },
  };
}

interface JudgedLane {
  readonly state: LaneState;
  readonly watch: LaneDepartureWatch;
  readonly lanes: Lanes | null;
  readonly ownSpeed: OwnSpeedState;
  /** As the road shows it; null where the vehicle tells it, and where it does not show. */
  readonly speed: OwnSpeed | null;
  readonly degraded: string[];
  readonly alerts: Alert[];
}

/** Whether nobody has told how it looks. */
function isUsual({ heightMeters, horizontalFieldOfViewDegrees }: CameraConfiguration): boolean {
  return heightMeters === usualCamera.heightMeters && horizontalFieldOfViewDegrees === usualCamera.horizontalFieldOfViewDegrees;
}

/** The own lane, how fast its paint comes nearer, and whether it is being left. */
function judgeLane(
  { camera: configured, alerts: { laneDeparture }, streamId, vehicleId, modelSet }: DashcamJudgeOptions,
  before: DashcamState,
  frame: DashcamFrame,
  { camera, seconds, isCut, clockSeconds }: { camera: Camera; seconds: number; isCut: boolean; clockSeconds: number },
): JudgedLane {
  const { markings, vehicle = { speedMps: null, indicator: null } } = frame;
  if (!markings)
    return {
      ...{ state: before.lane, watch: before.laneDeparture, lanes: null, ownSpeed: unknownOwnSpeed, speed: null },
      ...{ degraded: [], alerts: [] },
    };
  const boxes = frame.detections.map(({ boxPx }) => boxPx);
  const { state, lanes, crossed, degraded } = stepLanes(before.lane, { camera, markings, boxes, seconds, isCut });
  const now = tilted(camera, momentaryPitch(state), camera.pitchSigmaRadians);
  const { state: ownSpeed, speed: shown } =
    vehicle.speedMps === null
      ? stepOwnSpeed(before.ownSpeed, frame.roadStrips ?? null, { camera: now, boxes, seconds, isCut })
      : { state: unknownOwnSpeed, speed: null };
  const speed = shown && isUsual(configured) ? ofGuessedCamera(shown) : shown;
  const { watch, alerts } = stepLaneDeparture(
    before.laneDeparture,
    laneDeparture,
    { streamId, vehicleId, modelSet },
    { ...frame, vehicle: { ...vehicle, speedMps: vehicle.speedMps ?? mostSpeedOf(speed) }, seconds },
    clockSeconds,
    lanes,
    crossed,
  );
  if (watch.watch.alert.isBudgetSpent) degraded.push(`${laneDepartureType}:hourly-budget-spent`);
  return { state, watch, lanes, ownSpeed, speed, degraded, alerts };
}

/** Those measured in this frame, of which it is known for how long. */
function vehiclesIn(judged: readonly JudgedUser[]): SeenVehicle[] {
  return judged.flatMap(({ track: { class: className, score, seenPx }, user }) =>
    seenPx && user?.blindSeconds === 0 ? [{ class: className, score, boxPx: seenPx, knownSeconds: user.knownSeconds }] : [],
  );
}

function followUser(
  before: FollowedUser | undefined,
  track: TrackedBox,
  others: readonly Box[],
  camera: Camera,
  bias: BoxBias,
  seconds: number,
  path: (approach: Approach) => Approach,
): FollowedUser | undefined {
  const user = roadUserOf(track.class);
  if (user?.group !== 'vehicle' && user?.group !== 'vulnerable') return undefined;
  const sighting = track.seenPx && !isHidden(track.seenPx, others) ? sight(camera, track.seenPx, track.score, user, bias) : null;
  if (sighting && user.group === 'vehicle' && isFlat(sighting)) return undefined;
  const isMeasured = sighting !== null && (sighting.width ?? sighting.height ?? sighting.ground) !== null;
  const blindSeconds = isMeasured ? 0 : (before?.blindSeconds ?? Infinity) + seconds;
  if (blindSeconds > mostBlindSeconds) return undefined;
  const predicted = before && predictApproach(before.state, user, seconds);
  const isSameClass = before?.class === track.class;
  const isOther = isMeasured && predicted !== undefined && isSameClass && surpriseOf(predicted, sighting) > mostSurpriseSigmas;
  // A step of the size while nothing was measured would be read as motion: then the distance is found anew.
  const isBack = isMeasured && before !== undefined && before.blindSeconds > steadySeconds;
  const state = !isMeasured
    ? predicted
    : !predicted || isOther
      ? startApproach(sighting, user)
      : !isSameClass || isBack
        ? reclassifyApproach(predicted, sighting, user)
        : correctApproach(predicted, sighting, user, before.blindSeconds + seconds);
  if (!state) return undefined;
  const knownSeconds = !predicted || isOther ? 0 : before.knownSeconds + (isMeasured && before.blindSeconds === 0 ? seconds : 0);
  const wasInPath = !isOther && (before?.isInPath ?? false);
  const isNowInPath = (wasInPath || knownSeconds >= pathSeconds) && isInPath(path(readApproach(state)), user, wasInPath);
  return {
    trackId: track.trackId,
    class: track.class,
    state,
    knownSeconds,
    blindSeconds,
    isInPath: isNowInPath,
    inPathSeconds: isNowInPath && wasInPath ? before!.inPathSeconds + seconds : 0,
  };
}

function describeTrack({ track, user, approach }: JudgedUser, leadId: number | null): Track {
  return {
    trackId: track.trackId,
    class: track.class,
    score: track.score,
    boxPx: boxOf(track.moving),
    boxVelocityPxps: boxVelocityOf(track.moving),
    isLead: track.trackId === leadId,
    inPath: user?.isInPath ?? false,
    distanceMeters: approach?.distanceMeters ?? null,
    distanceSigmaMeters: approach?.distanceSigmaMeters ?? null,
    lateralMeters: approach?.lateralMeters ?? null,
    closingSpeedMps: approach?.closingSpeedMps ?? null,
    ttcSeconds: approach?.ttcSeconds ?? null,
    ttcSigmaSeconds: approach?.ttcSigmaSeconds ?? null,
    speedMps: null,
    regions: [],
  };
}
