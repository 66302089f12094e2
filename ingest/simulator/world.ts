import type { Box } from '../../schemas/messages.ts';
import { type Body, bodyOf } from './bodies.ts';
import { type Camera, cameraOf, project } from './camera.ts';
import { type RoadPlan, roadPlan } from './drawing/road-plan.ts';
import { integralTo, type Profile, slopeAt, valueAt } from './profile.ts';
import { type PlacedSign, placeSigns } from './road-signs.ts';
import { type ActorPlan, framesPerSecond, type Indicator, type Scenario } from './scenario.ts';

/** A scenario made ready for asking where everything is at a frame. */
export interface World {
  readonly scenario: Scenario;
  readonly plan: RoadPlan;
  /** On level road. */
  readonly camera: Camera;
  readonly framesPerLoop: number;
  readonly loopMeters: number;
  readonly bend: Bend;
}

/** Somebody at one moment, seen from the camera. */
export interface PlacedActor {
  readonly plan: ActorPlan;
  readonly body: Body;
  readonly towards: boolean;
  readonly braking: boolean;
  /** Camera to its nearest face, along the road. */
  readonly distanceMeters: number;
  /** Of its middle, right of the camera's axis. */
  readonly lateralMeters: number;
  /** Of its middle, right of the path that the camera follows. */
  readonly offsetMeters: number;
  /** Of the road there against the camera's axis; positive to the right. */
  readonly headingRadians: number;
  readonly closingSpeedMps: number;
  /** Of a walker's step. */
  readonly phaseRadians: number;
  /** Across the road, to the right. */
  readonly acrossMps: number;
  /** Goes across the road, not along it. */
  readonly crosses: boolean;
  /** Its outline, also where it lies outside the picture. */
  readonly outlinePx: Box;
}

export interface Moment {
  readonly frameIndex: number;
  readonly timeSeconds: number;
  readonly loop: number;
  /** Driven in this loop. */
  readonly drivenMeters: number;
  readonly egoSpeedMps: number;
  /** Right of the middle of the lane in which the drive begins. */
  readonly laneOffsetMeters: number;
  /** Of the vehicle, to the right. */
  readonly acrossMps: number;
  /** By which the vehicle heads to the right of the road: what moves it across. */
  readonly yawRadians: number;
  readonly indicator: Indicator;
  /** Tilted as the vehicle is now. */
  readonly camera: Camera;
  /** Those in reach, the farthest first. */
  readonly actors: readonly PlacedActor[];
  readonly signs: readonly PlacedSign[];
}

/** Where the camera is on the road, and how it is turned. */
export type Place = Pick<Moment, 'drivenMeters' | 'laneOffsetMeters' | 'yawRadians'>;

/** Nobody is drawn beyond: a car is 6 px wide there. */
const farthestMeters = 300;
/** Nearer faces lie below the picture's lower edge. */
const nearestMeters = 1.5;
/** Brake lights go on above engine braking (UN R13-H 5.2.22.4 leaves them off below 0.7 m/s2). */
const brakeLightMps2 = 0.7;
/** A vehicle turns within this of beginning to move across. */
const turnSeconds = 0.4;
/** Slower vehicles do not steer sideways visibly. */
const leastTurningMps = 2;
/** Two steps of a grown-up at 1.4 m/s. */
const strideMeters = 1.5;

/** The road's shape, tabulated at every metre: heading and sideways shift are the first and second integral of curvature. */
class Bend {
  readonly #heading: Float64Array;
  readonly #shift: Float64Array;

  constructor(curvature: Profile, lengthMeters: number) {
    const steps = Math.ceil(lengthMeters) + 2;
    this.#heading = new Float64Array(steps);
    this.#shift = new Float64Array(steps);
    for (let at = 1; at < steps; at++) {
      this.#heading[at] = this.#heading[at - 1]! + valueAt(curvature, at - 0.5);
      this.#shift[at] = this.#shift[at - 1]! + (this.#heading[at - 1]! + this.#heading[at]!) / 2;
    }
  }

  /** How far the road ahead has turned. */
  headingAhead(drivenMeters: number, aheadMeters: number): number {
    return read(this.#heading, drivenMeters + aheadMeters) - read(this.#heading, drivenMeters);
  }

  /** How far the road ahead lies to the right of straight on. */
  shiftAhead(drivenMeters: number, aheadMeters: number): number {
    return (
      read(this.#shift, drivenMeters + aheadMeters) - read(this.#shift, drivenMeters) - read(this.#heading, drivenMeters) * aheadMeters
    );
  }

  headingAt(drivenMeters: number): number {
    return read(this.#heading, drivenMeters);
  }
}

export type { Bend };

function read(table: Float64Array, at: number): number {
  const low = Math.max(0, Math.min(table.length - 2, Math.floor(at)));
  const value = table[low]!;
  return value + (table[low + 1]! - value) * (at - low);
}

/** Makes a scenario ready; what it costs is done once. */
export function openWorld(scenario: Scenario): World {
  const loopMeters = integralTo(scenario.ego.speedMps, scenario.durationSeconds);
  return {
    scenario,
    plan: roadPlan(scenario),
    camera: cameraOf(scenario.camera.heightMeters, scenario.camera.pitchDegrees),
    framesPerLoop: Math.round(scenario.durationSeconds * framesPerSecond),
    loopMeters,
    bend: new Bend(scenario.curvature, loopMeters + farthestMeters + 50),
  };
}

/** Everything at one frame; the same frame always gives the same. */
export function momentAt(world: World, frameIndex: number): Moment {
  const { scenario, framesPerLoop } = world;
  const seconds = (frameIndex % framesPerLoop) / framesPerSecond;
  const { ego, hills, camera } = scenario;
  const drivenMeters = integralTo(ego.speedMps, seconds);
  const egoSpeedMps = valueAt(ego.speedMps, seconds);
  const acrossMps = acrossAt(ego.laneOffsetMeters, seconds);
  const moment = {
    frameIndex,
    timeSeconds: frameIndex / framesPerSecond,
    loop: Math.floor(frameIndex / framesPerLoop),
    drivenMeters,
    egoSpeedMps,
    laneOffsetMeters: valueAt(ego.laneOffsetMeters, seconds),
    acrossMps,
    yawRadians: acrossMps / Math.max(leastTurningMps, egoSpeedMps),
    indicator: stateAt(ego.indicator ?? [], seconds) ?? 'off',
    camera: hills ? cameraOf(camera.heightMeters, camera.pitchDegrees + valueAt(hills, drivenMeters)) : world.camera,
  };
  const actors = scenario.actors
    .map((plan) => place(world, plan, seconds, moment))
    .filter((actor) => actor.distanceMeters > nearestMeters && actor.distanceMeters < farthestMeters)
    .sort((a, b) => b.distanceMeters - a.distanceMeters);
  return { ...moment, actors, signs: placeSigns(world, moment, seconds) };
}

/**
 * Where something along the road is seen.
 * @param offsetMeters Right of the middle of the lane in which the drive begins.
 * @returns Metres right of the camera's axis.
 */
export function lateralAhead(world: World, place: Place, offsetMeters: number, aheadMeters: number): number {
  const { drivenMeters, laneOffsetMeters, yawRadians } = place;
  return offsetMeters - laneOffsetMeters + world.bend.shiftAhead(drivenMeters, aheadMeters) - yawRadians * aheadMeters;
}

/** Of the road there against the camera's axis, radians; positive to the right. */
export function headingAhead(world: World, { drivenMeters, yawRadians }: Place, aheadMeters: number): number {
  return world.bend.headingAhead(drivenMeters, aheadMeters) - yawRadians;
}

/** How fast the vehicle moves across, m/s to the right, as smoothly as a vehicle can. */
function acrossAt(laneOffsetMeters: Profile, seconds: number): number {
  return (valueAt(laneOffsetMeters, seconds + turnSeconds) - valueAt(laneOffsetMeters, seconds - turnSeconds)) / (2 * turnSeconds);
}

/** The newest state, or undefined before the first. */
export function stateAt<T>(states: readonly (readonly [atSeconds: number, state: T])[], seconds: number): T | undefined {
  return states.findLast(([at]) => at <= seconds)?.[1];
}

function place(
  world: World,
  plan: ActorPlan,
  seconds: number,
  ego: Place & { readonly egoSpeedMps: number; readonly camera: Camera },
): PlacedActor {
  const along = integralTo(plan.speedMps, seconds);
  const across = valueAt(plan.lateralMeters, seconds);
  const speedMps = valueAt(plan.speedMps, seconds);
  const distanceMeters = plan.startMeters + along - ego.drivenMeters;
  const towards = valueAt(plan.speedMps, 0) < 0;
  const phaseRadians = ((Math.abs(along) + Math.abs(across)) * 2 * Math.PI) / strideMeters;
  const acrossMps = slopeAt(plan.lateralMeters, seconds);
  // Who rides aside while riding on turns little.
  const crosses = plan.model === 'person' ? acrossMps !== 0 : Math.abs(acrossMps) > Math.abs(speedMps);
  const body = bodyOf(plan.model, towards, crosses ? phaseRadians : undefined);
  const offsetMeters = across - ego.laneOffsetMeters;
  const lateralMeters = lateralAhead(world, ego, across, distanceMeters);
  const headingRadians = headingAhead(world, ego, distanceMeters);
  return {
    plan,
    body,
    towards,
    braking: !towards && slopeAt(plan.speedMps, seconds) < -brakeLightMps2,
    distanceMeters,
    lateralMeters,
    offsetMeters,
    headingRadians,
    closingSpeedMps: ego.egoSpeedMps - speedMps,
    phaseRadians,
    acrossMps,
    crosses,
    outlinePx: outline(ego.camera, body, lateralMeters, distanceMeters, headingRadians),
  };
}

/** The smallest box around a body's hull. */
export function outline(camera: Camera, body: Body, lateralMeters: number, distanceMeters: number, headingRadians: number): Box {
  let [x1, y1, x2, y2] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const [across, up, deep] of body.hull) {
    // The body turns with the road by a shear: exact enough for the few degrees that a lane turns within a vehicle's length.
    const { x, y } = project(camera, lateralMeters + across + headingRadians * deep, up, Math.max(0.5, distanceMeters + deep));
    x1 = Math.min(x1, x);
    y1 = Math.min(y1, y);
    x2 = Math.max(x2, x);
    y2 = Math.max(y2, y);
  }
  return [x1, y1, x2, y2];
}
