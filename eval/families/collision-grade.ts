import type { Truth } from '../../ingest/simulator/truth.ts';
import { forwardCollisionType } from '../../processors/core/forward-collision.ts';
import { isInTime, isTooEarly, matchEvents, type RaisedAlert } from '../events.ts';
import type { Grade, Plot } from '../family.ts';
import { plotOf } from '../plots.ts';
import { frameAt, raisedIn, type Trace, type TracedFrame } from '../trace.ts';
import { type CollisionEvent, type CollisionRule, collisionEvents, isOnFootOrCycle } from './collision-events.ts';

/** NHTSA's FCW confirmation test (2013) asks for the warning no later than this against a standing car. */
const latestVehicleTtcSeconds = 2.1;
/** Half a second for the driver's foot and one for braking from 40 km/h; Euro NCAP's AEB VRU protocol lets the brakes act from here. */
const latestWalkerTtcSeconds = 1.5;

/** Earlier than 4 s a warning is a nuisance: a third of drivers have not thought of braking yet (ISO 15623 leaves the limit open). */
export const collisionRule: CollisionRule = {
  earliestTtcSeconds: 4,
  deadlineTtcSeconds: (actor) => (isOnFootOrCycle(actor) ? latestWalkerTtcSeconds : latestVehicleTtcSeconds),
};

const types = [forwardCollisionType];
/** Larger ones say nothing, and would flatten the plot. */
const mostPlottedSeconds = 10;

/** Grades forward-collision warnings of a drive. */
export function gradeCollisions(trace: Trace<Truth>): Grade {
  const { told, repeated, surplus } = matchEvents(collisionEvents(trace, collisionRule), raisedIn(trace, types));
  return {
    events: told.map(({ event, alert }) => ({
      event,
      alert,
      toldAt: alert ? leastTtc(frameAt(trace, alert.atSeconds), event.actorIds) : null,
      ...((isTooEarly(event, alert) || (event.isRequired && !isInTime(event, alert))) && {
        plot: plotCollision(trace, verdictOf(event, alert), event),
      }),
    })),
    falseAlerts: surplus.map((alert) => ({
      ...alert,
      plot: plotCollision(trace, 'false', { fromSeconds: alert.atSeconds, toSeconds: alert.atSeconds }),
    })),
    samples: {},
    counts: {
      repeated: repeated.length,
      early: told.filter(({ event, alert }) => isTooEarly(event, alert)).length,
      criticalFalse: surplus.filter(({ severity }) => severity === 'critical').length,
    },
  };
}

function verdictOf(event: CollisionEvent, alert: RaisedAlert | undefined): string {
  if (!alert) return 'missed';
  return isTooEarly(event, alert) ? 'told too early' : 'told late';
}

function leastTtc({ truth }: TracedFrame<Truth>, actorIds: readonly string[]): number | null {
  const all = truth.actors.flatMap(({ actorId, ttcSeconds }) => (actorIds.includes(actorId) && ttcSeconds !== null ? [ttcSeconds] : []));
  return all.length > 0 ? Math.min(...all) : null;
}

function plotCollision(
  trace: Trace<Truth>,
  title: string,
  { fromSeconds, toSeconds, deadlineSeconds, actorIds }: Pick<CollisionEvent, 'fromSeconds' | 'toSeconds'> & Partial<CollisionEvent>,
): Plot {
  const capped = (values: readonly (number | null)[]) => {
    const finite = values.flatMap((value) => (value !== null && value <= mostPlottedSeconds ? [value] : []));
    return finite.length > 0 ? Math.min(...finite) : null;
  };
  return plotOf(trace, types, {
    title,
    quantity: 'time to collision, s',
    fromSeconds,
    toSeconds,
    levels: [
      { name: 'earliest', value: collisionRule.earliestTtcSeconds },
      { name: 'latest', value: latestVehicleTtcSeconds },
    ],
    moments: deadlineSeconds === undefined ? [] : [{ name: 'due', atSeconds: deadlineSeconds }],
    lines: [
      {
        name: actorIds ? `true, ${actorIds.join(', ')}` : 'true, in path',
        isTruth: true,
        valueIn: ({ truth }) =>
          capped(truth.actors.filter(({ inPath, actorId }) => actorIds?.includes(actorId) ?? inPath).map(({ ttcSeconds }) => ttcSeconds)),
      },
      {
        name: 'measured, in path',
        isTruth: false,
        valueIn: ({ perception }) => capped(perception.tracks.filter(({ inPath }) => inPath).map(({ ttcSeconds }) => ttcSeconds)),
      },
    ],
  });
}
