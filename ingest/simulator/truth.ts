import type { Box } from '../../schemas/messages.ts';
import type { Body } from './bodies.ts';
import { clipBox, horizonRow } from './camera.ts';
import { egoWidthMeters, type LaneTruth, laneTruthOf } from './lane-truth.ts';
import type { Indicator, Scenario, SignPlan } from './scenario.ts';
import { type Moment, momentAt, openWorld, type PlacedActor, type World } from './world.ts';

export interface ActorTruth {
  readonly actorId: string;
  /** COCO's name. */
  readonly class: Body['class'];
  /** What of its outline is inside the picture. */
  readonly boxPx: Box;
  /** From the camera along the road to the nearest face. */
  readonly distanceMeters: number;
  /** Of its middle, right of the camera's axis. */
  readonly lateralMeters: number;
  /** Positive when the gap shrinks. */
  readonly closingSpeedMps: number;
  /** Null when it is not closing. */
  readonly ttcSeconds: number | null;
  /** Whether the own car would touch it by driving on along the lane. */
  readonly inPath: boolean;
  /** Share of its box that boxes of nearer actors cover, to the nearest 1/400. */
  readonly occludedFraction: number;
}

/** A sign or light; gantries are none. */
export interface SignTruth {
  readonly class: Exclude<SignPlan['class'], 'gantry'>;
  /** Number on it in km/h, or red, amber, green; null on a stop sign. */
  readonly value: string | null;
  /** Where in a loop it stands: tells one from another. */
  readonly atMeters: number;
  /** What of its face is inside the picture. */
  readonly boxPx: Box;
  readonly distanceMeters: number;
  /** Right of the camera's axis. */
  readonly lateralMeters: number;
  /** Share of its box that boxes of nearer actors cover, to the nearest 1/400. */
  readonly occludedFraction: number;
}

/** What is so in one frame, whether or not anybody sees it. */
export interface Truth {
  readonly frameIndex: number;
  readonly timeSeconds: number;
  readonly egoSpeedMps: number;
  /** Right of the middle of the lane in which the drive begins; see lane for the one that the vehicle is in. */
  readonly laneOffsetMeters: number;
  readonly lane: LaneTruth;
  readonly indicator: Indicator;
  readonly horizonPx: number;
  /** Those of whom something is inside the picture, the nearest first. */
  readonly actors: readonly ActorTruth[];
  /** The nearest first. */
  readonly signs: readonly SignTruth[];
}

/** Slower approaches give no time to collision (0.36 km/h: an answer of minutes to hours helps nobody). */
const leastClosingMps = 0.1;

const worlds = new WeakMap<Scenario, World>();

/**
 * The exact truth of a frame, independent of drawing.
 * @param frameIndex From the beginning of the stream; loops are counted on.
 */
export function truthAt(scenario: Scenario, frameIndex: number): Truth {
  const world = worlds.get(scenario) ?? openWorld(scenario);
  worlds.set(scenario, world);
  return truthOf(world, momentAt(world, frameIndex));
}

/** The truth of a moment that has been worked out already. */
export function truthOf(world: World, moment: Moment): Truth {
  const nearer: Box[] = [];
  const actors: ActorTruth[] = [];
  for (const actor of moment.actors.toReversed()) {
    const boxPx = clipBox(moment.camera, actor.outlinePx);
    if (!boxPx) continue;
    actors.push(actorTruth(actor, boxPx, nearer));
    nearer.push(boxPx);
  }
  return {
    frameIndex: moment.frameIndex,
    timeSeconds: moment.timeSeconds,
    egoSpeedMps: moment.egoSpeedMps,
    laneOffsetMeters: moment.laneOffsetMeters,
    lane: laneTruthOf(world, moment),
    indicator: moment.indicator,
    horizonPx: horizonRow(moment.camera),
    actors,
    signs: signTruths(moment, actors),
  };
}

function signTruths({ signs, camera }: Moment, actors: readonly ActorTruth[]): SignTruth[] {
  return signs.toReversed().flatMap(({ plan, state, facePx, distanceMeters, lateralMeters }) => {
    const boxPx = clipBox(camera, facePx);
    if (!boxPx || plan.class === 'gantry') return [];
    const nearer = actors.filter((actor) => actor.distanceMeters < distanceMeters).map((actor) => actor.boxPx);
    const value = 'value' in plan ? plan.value : (state ?? null);
    const occludedFraction = coveredShare(boxPx, nearer);
    return [{ class: plan.class, value, atMeters: plan.atMeters, boxPx, distanceMeters, lateralMeters, occludedFraction }];
  });
}

function actorTruth(actor: PlacedActor, boxPx: Box, nearer: readonly Box[]): ActorTruth {
  const { distanceMeters, closingSpeedMps } = actor;
  return {
    actorId: actor.plan.actorId,
    class: actor.body.class,
    boxPx,
    distanceMeters,
    lateralMeters: actor.lateralMeters,
    closingSpeedMps,
    ttcSeconds: closingSpeedMps >= leastClosingMps ? distanceMeters / closingSpeedMps : null,
    inPath: Math.abs(actor.offsetMeters) < (egoWidthMeters + actor.body.widthMeters) / 2,
    occludedFraction: coveredShare(boxPx, nearer),
  };
}

function coveredShare([x1, y1, x2, y2]: Box, others: readonly Box[]): number {
  const covers = others.filter((other) => other[0] < x2 && other[2] > x1 && other[1] < y2 && other[3] > y1);
  if (covers.length === 0) return 0;
  const steps = 20;
  let covered = 0;
  for (let row = 0; row < steps; row++)
    for (let column = 0; column < steps; column++) {
      const x = x1 + ((x2 - x1) * (column + 0.5)) / steps;
      const y = y1 + ((y2 - y1) * (row + 0.5)) / steps;
      if (covers.some((cover) => x > cover[0] && x < cover[2] && y > cover[1] && y < cover[3])) covered++;
    }
  return covered / steps ** 2;
}
