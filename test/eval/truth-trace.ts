import type { Trace } from '../../eval/trace.ts';
import type { CabinScenario } from '../../ingest/simulator/cabin/scenario.ts';
import { type CabinTruth, Timeline } from '../../ingest/simulator/cabin/truth.ts';
import { framesPerSecond, type Scenario } from '../../ingest/simulator/scenario.ts';
import { type Truth, truthAt } from '../../ingest/simulator/truth.ts';
import { nothingSeen, type Perception } from '../../schemas/messages.ts';
import { track } from '../support/track.ts';

const everyFrame = 2;

/** A drive's truth, as somebody would have seen it who sees nothing, or everything exactly. */
export function traceOf(scenario: Scenario, sees: 'nothing' | 'everything'): Trace<Truth> {
  const frames = Array.from({ length: Math.floor((scenario.durationSeconds * framesPerSecond) / everyFrame) }, (_, index) => {
    const truth = truthAt(scenario, index * everyFrame);
    const perception = {
      ...nothingSeen,
      width: 1280,
      height: 720,
      tracks: sees === 'nothing' ? [] : tracksOf(truth),
    } as unknown as Perception;
    return { timeSeconds: (index * everyFrame) / framesPerSecond, truth, perception, alerts: [] };
  });
  return { scenario: scenario.name, detector: 'exact', seconds: scenario.durationSeconds, frames };
}

/** A driver's truth, seen by nobody. */
export function cabinTraceOf(scenario: CabinScenario): Trace<CabinTruth> {
  const timeline = new Timeline(scenario);
  const perception = nothingSeen as unknown as Perception;
  const frames = Array.from({ length: Math.floor(timeline.framesPerLoop / everyFrame) }, (_, index) => ({
    timeSeconds: (index * everyFrame) / framesPerSecond,
    truth: timeline.truth(index * everyFrame),
    perception,
    alerts: [],
  }));
  return { scenario: scenario.name, detector: 'none', seconds: scenario.durationSeconds, frames };
}

const ids = new Map<string, number>();

function tracksOf({ actors }: Truth): Perception['tracks'] {
  return actors.map(({ actorId, class: className, boxPx, distanceMeters, ttcSeconds, inPath }) => {
    const trackId = ids.get(actorId) ?? ids.size + 1;
    ids.set(actorId, trackId);
    return track({ trackId, class: className, boxPx, distanceMeters, ttcSeconds, inPath });
  });
}
