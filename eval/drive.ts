import { VideoEncoder } from '../ingest/simulator/encoder.ts';
import { frameTimeUs } from '../ingest/simulator/frame-time.ts';
import { sourceFrame } from '../ingest/simulator/render.ts';
import { framesPerSecond } from '../ingest/simulator/scenario.ts';
import { openScene } from '../ingest/simulator/scene.ts';
import type { Models } from '../models/models.ts';
import { openSenses } from '../processors/pipelines/open-senses.ts';
import { Pipeline } from '../processors/pipelines/pipeline.ts';
import { unknownVehicle, type VehicleState } from '../processors/pipelines/senses.ts';
import { parseConfiguration, streamSchema } from '../schemas/configuration.ts';
import type { AccessUnit } from '../schemas/messages.ts';
import { streamSettingsOf } from './kinds.ts';
import { pictureStep, scenarioOf } from './scenarios.ts';
import type { Trace, TracedFrame } from './trace.ts';

/** Who sees the drive. Each has its own pipeline; the drive is drawn and encoded once for all. */
export interface Viewer {
  /** Manifest name of its detector. */
  readonly detector: string;
  readonly models: Models;
}

/**
 * Drives a scenario through the whole pipeline as fast as it goes: drawn, encoded, decoded, looked at and judged, with the settings that
 * a stream has by default but for the rate of `pictureStep`. The simulated camera gives as many pictures a second as are analysed, so that
 * none is drawn for nothing. Speed and indicator are told as a vehicle's telemetry would.
 * @returns A trace for each viewer, in their order.
 * @throws REQUEST_INVALID where nothing looks at this kind of camera, and what drawing, decoding and models throw.
 */
export async function drive(scenarioName: string, viewers: readonly Viewer[]): Promise<Trace[]> {
  const scenario = scenarioOf(scenarioName);
  const scene = openScene(scenario);
  const { alerts } = parseConfiguration({}, 'defaults');
  const step = pictureStep(scenario);
  const stream = streamSchema.parse({
    id: 'evaluation',
    url: `sim:${scenario.name}`,
    analysedFramesPerSecond: framesPerSecond / step,
    ...streamSettingsOf(scenario),
  });
  const encoder = VideoEncoder.open(scene.width, scene.height);
  const pipelines: Pipeline[] = [];
  const frames: TracedFrame<unknown>[][] = viewers.map(() => []);
  try {
    for (const { models } of viewers) pipelines.push(new Pipeline({ stream, senses: await openSenses({ stream, alerts, models }) }));
    const i420 = new Uint8Array((scene.width * scene.height * 3) / 2);
    for (let frameIndex = 0; frameIndex < scene.framesPerLoop; frameIndex += step) {
      const truth = scene.draw(frameIndex, i420);
      const capturedAtUs = frameTimeUs(frameIndex);
      const unit: AccessUnit = {
        ...sourceFrame(encoder.encode(i420, frameIndex), capturedAtUs, scene.width, scene.height),
        streamId: stream.id,
        vehicleId: null,
        kind: stream.kind,
        epoch: 1,
        sequence: frameIndex / step,
        publishedAtUs: capturedAtUs,
      };
      const vehicle = told(truth);
      const judged = await Promise.all(pipelines.map((pipeline) => pipeline.push(unit, { admit: () => ({ vehicle }) })));
      for (const [viewer, one] of judged.entries())
        if (one) frames[viewer]!.push({ timeSeconds: frameIndex / framesPerSecond, truth, perception: one.perception, alerts: one.alerts });
    }
  } finally {
    for (const pipeline of pipelines) pipeline.close();
    encoder.close();
  }
  const seconds = scene.framesPerLoop / framesPerSecond;
  return viewers.map(({ detector }, viewer) => ({ scenario: scenario.name, detector, seconds, frames: frames[viewer]! }));
}

/** What the vehicle's telemetry says of this moment. */
function told(truth: unknown): VehicleState {
  const {
    egoSpeedMps,
    speedMps,
    indicator = null,
  } = truth as {
    egoSpeedMps?: number;
    speedMps?: number;
    indicator?: VehicleState['indicator'];
  };
  return { ...unknownVehicle, speedMps: egoSpeedMps ?? speedMps ?? null, indicator };
}
