import { encodeScenario } from '../../ingest/simulator/simulate.ts';
import type { Truth } from '../../ingest/simulator/truth.ts';
import type { Detector } from '../../models/detector.ts';
import { DashcamSenses } from '../../processors/pipelines/dashcam-senses.ts';
import { type Judged, Pipeline } from '../../processors/pipelines/pipeline.ts';
import { parseConfiguration, streamSchema } from '../../schemas/configuration.ts';
import type { AccessUnit } from '../../schemas/messages.ts';

export interface DriveOptions {
  readonly frames?: number;
  readonly analysedFramesPerSecond?: number;
}

/** A simulated drive as ingest would publish it. */
export async function* driveUnits(scenario: string, frames?: number): AsyncGenerator<{ readonly unit: AccessUnit; readonly truth: Truth }> {
  let sequence = 0;
  for await (const { frame, truth } of encodeScenario(scenario, { frames })) {
    const unit: AccessUnit = {
      ...frame,
      streamId: scenario,
      vehicleId: null,
      kind: 'dashcam',
      epoch: 1,
      sequence: sequence++,
      publishedAtUs: frame.capturedAtUs,
    };
    yield { unit, truth };
  }
}

/** A dashcam pipeline with default settings for a simulated drive. */
export function drivePipeline(scenario: string, detector: Detector, analysedFramesPerSecond = 15): Pipeline {
  const stream = streamSchema.parse({ id: scenario, url: `sim:${scenario}`, analysedFramesPerSecond });
  return new Pipeline({ stream, senses: new DashcamSenses({ stream, alerts: parseConfiguration({}, 'defaults').alerts, detector }) });
}

/** Drives a scenario through the whole dashcam pipeline, as fast as it goes; gives what was judged, beside the truth of that frame. */
export async function* judgeDrive(
  scenario: string,
  detector: Detector,
  { frames, analysedFramesPerSecond }: DriveOptions = {},
): AsyncGenerator<Judged & { readonly truth: Truth }> {
  const pipeline = drivePipeline(scenario, detector, analysedFramesPerSecond);
  try {
    for await (const { unit, truth } of driveUnits(scenario, frames)) {
      const judged = await pipeline.push(unit);
      if (judged) yield { ...judged, truth };
    }
  } finally {
    pipeline.close();
  }
}
