import type { RoadsideScenario } from '../../ingest/simulator/roadside/roadside-scenario.ts';
import type { RoadsideTruth } from '../../ingest/simulator/roadside/roadside-truth.ts';
import { openRoadside } from '../../ingest/simulator/scene.ts';
import { encodeScene } from '../../ingest/simulator/simulate.ts';
import type { Detector } from '../../models/detector.ts';
import { openSenses } from '../../processors/pipelines/open-senses.ts';
import { type Judged, Pipeline } from '../../processors/pipelines/pipeline.ts';
import { parseConfiguration, type StreamConfiguration } from '../../schemas/configuration.ts';
import { modelsWith } from './models.ts';

/** A roadside camera of this scenario, as it would be configured. */
export function roadsideStream({ name, site }: RoadsideScenario, analysedFramesPerSecond: number): StreamConfiguration {
  const stream = { id: 'mast', url: `sim:${name}`, kind: 'roadside', analysedFramesPerSecond, roadside: site };
  return parseConfiguration({ streams: [stream] }, 'roadside').streams[0]!;
}

export async function roadsidePipeline(stream: StreamConfiguration, detector: Detector): Promise<Pipeline> {
  const { alerts } = parseConfiguration({}, 'defaults');
  return new Pipeline({ stream, senses: await openSenses({ stream, alerts, models: modelsWith(detector) }) });
}

/** Watches a road through the whole roadside pipeline, as fast as it goes; gives what was judged, beside the truth of that frame. */
export async function* watchRoad(
  scenario: RoadsideScenario,
  pipeline: Pipeline,
  frames?: number,
): AsyncGenerator<{ readonly judged: Judged | undefined; readonly truth: RoadsideTruth }> {
  let sequence = 0;
  for await (const { frame, truth } of encodeScene(openRoadside(scenario), { frames })) {
    const stream = { streamId: 'mast', vehicleId: null, kind: 'roadside', epoch: 1 } as const;
    const judged = await pipeline.push({ ...frame, ...stream, sequence: sequence++, publishedAtUs: frame.capturedAtUs });
    yield { judged, truth };
  }
}
