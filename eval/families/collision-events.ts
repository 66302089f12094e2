import type { ActorTruth, Truth } from '../../ingest/simulator/truth.ts';
import type { ExpectedEvent } from '../events.ts';
import type { Trace } from '../trace.ts';

/** Something in the own path that comes near enough to be warned of. */
export interface CollisionEvent extends ExpectedEvent {
  /** Who is on a collision course within it. */
  readonly actorIds: readonly string[];
  readonly leastTtcSeconds: number;
}

export interface CollisionRule {
  /** Warned of earlier than this, it is a false alert. */
  readonly earliestTtcSeconds: number;
  /** Warned of later than this, it is late; what never comes so near need not be warned of. */
  deadlineTtcSeconds(actor: ActorTruth): number;
}

/** Nobody can be asked to warn of what others hide. */
const mostHiddenFraction = 0.5;
/** What is out of the dangerous range for less than this is in the same danger still. */
const sameDangerSeconds = 1;
/** m/s below which a vehicle stands: less than a walker's 5 km/h. */
const standingMps = 1.4;
/** m/s by which one ahead must have slowed down to count as braking: a second of easing off the throttle is less. */
const brakingMps = 2;
/** Before a danger begins: how it came about is seen there. A change of lane takes about as long. */
const lookBackSeconds = 2;

/** A warning of a danger that is graded only from a time to collision of 4 s on is about it, too early, from twice of that on. */
const mostEarlySeconds = 4;
/** Nobody can be asked to tell sooner that somebody comes over than this after they have come into the path. */
const cutInSeconds = 1;

interface DangerousMoment {
  readonly timeSeconds: number;
  readonly truth: Truth;
  readonly actor: ActorTruth;
}

/** @returns What a drive's truth asks to be warned of, in order of time; dangers that overlap are one. */
export function collisionEvents(trace: Trace<Truth>, rule: CollisionRule): CollisionEvent[] {
  const approaches = [...byActor(trace, rule).values()].flatMap((moments) => split(moments)).filter((moments) => moments.some(isInPath));
  const events = approaches.map((moments) => eventOf(trace, moments, rule)).sort((a, b) => a.fromSeconds - b.fromSeconds);
  const merged: CollisionEvent[] = [];
  for (const event of events) {
    const before = merged.at(-1);
    if (before && event.fromSeconds <= before.toSeconds) merged[merged.length - 1] = join(before, event);
    else merged.push(event);
  }
  return merged;
}

/** Times to collision of everybody within reach of the rule, whether in the path yet or not. */
function byActor(trace: Trace<Truth>, rule: CollisionRule): Map<string, DangerousMoment[]> {
  const found = new Map<string, DangerousMoment[]>();
  for (const { timeSeconds, truth } of trace.frames)
    for (const actor of truth.actors) {
      if (actor.ttcSeconds === null || actor.ttcSeconds > rule.earliestTtcSeconds) continue;
      if (actor.occludedFraction > mostHiddenFraction) continue;
      found.set(actor.actorId, [...(found.get(actor.actorId) ?? []), { timeSeconds, truth, actor }]);
    }
  return found;
}

function split(moments: readonly DangerousMoment[]): DangerousMoment[][] {
  const parts: DangerousMoment[][] = [];
  for (const moment of moments) {
    const part = parts.at(-1);
    if (part && moment.timeSeconds - part.at(-1)!.timeSeconds <= sameDangerSeconds) part.push(moment);
    else parts.push([moment]);
  }
  return parts;
}

const isInPath = ({ actor }: DangerousMoment) => actor.inPath;

function eventOf(trace: Trace<Truth>, moments: readonly DangerousMoment[], rule: CollisionRule): CollisionEvent {
  const { actor, timeSeconds: fromSeconds } = moments[0]!;
  const inPath = moments.filter(isInPath);
  const leastTtcSeconds = Math.min(...inPath.map((moment) => moment.actor.ttcSeconds!));
  const deadlineTtcSeconds = rule.deadlineTtcSeconds(actor);
  const toSeconds = moments.at(-1)!.timeSeconds;
  const beforehand = trace.frames.filter(
    (frame) => frame.timeSeconds >= fromSeconds - lookBackSeconds && frame.timeSeconds < inPath[0]!.timeSeconds,
  );
  const isCuttingIn =
    !isOnFootOrCycle(actor) && beforehand.some(({ truth }) => truth.actors.some((one) => one.actorId === actor.actorId && !one.inPath));
  const near = moments.find((moment) => moment.actor.ttcSeconds! <= deadlineTtcSeconds)?.timeSeconds ?? toSeconds;
  const due = isCuttingIn ? Math.max(near, inPath[0]!.timeSeconds + cutInSeconds) : near;
  return {
    kind: isCuttingIn ? 'cut-in' : kindOf(trace, moments),
    actorIds: [actor.actorId],
    fromSeconds,
    earlySeconds: mostEarlySeconds,
    deadlineSeconds: due,
    toSeconds,
    isRequired: leastTtcSeconds <= deadlineTtcSeconds,
    leastTtcSeconds,
  };
}

export function isOnFootOrCycle({ class: className }: ActorTruth): boolean {
  return ['person', 'bicycle'].includes(className);
}

/** How it came about, by the truth. */
function kindOf({ frames }: Trace<Truth>, moments: readonly DangerousMoment[]): string {
  const { actor, timeSeconds } = moments[0]!;
  if (isOnFootOrCycle(actor)) return actor.class;
  const speeds = frames
    .filter((frame) => frame.timeSeconds >= timeSeconds - lookBackSeconds && frame.timeSeconds <= moments.at(-1)!.timeSeconds)
    .flatMap(({ truth }) =>
      truth.actors.filter(({ actorId }) => actorId === actor.actorId).map(({ closingSpeedMps }) => truth.egoSpeedMps - closingSpeedMps),
    );
  if (Math.max(...speeds) < standingMps) return 'stationary';
  return speeds[0]! - Math.min(...speeds) > brakingMps ? 'braking' : 'slower';
}

function join(a: CollisionEvent, b: CollisionEvent): CollisionEvent {
  const due = [a, b].filter(({ isRequired }) => isRequired);
  const [first = a] = due.sort((one, other) => one.deadlineSeconds - other.deadlineSeconds);
  return {
    ...first,
    actorIds: [...new Set([...a.actorIds, ...b.actorIds])],
    fromSeconds: Math.min(a.fromSeconds, b.fromSeconds),
    toSeconds: Math.max(a.toSeconds, b.toSeconds),
    leastTtcSeconds: Math.min(a.leastTtcSeconds, b.leastTtcSeconds),
  };
}
