import { openCabin } from '../../ingest/simulator/cabin/cabin.ts';
import type { CabinScenario } from '../../ingest/simulator/cabin/scenario.ts';
import type { CabinTruth } from '../../ingest/simulator/cabin/truth.ts';
import { encodeScene } from '../../ingest/simulator/render.ts';
import type { FaceModels } from '../../models/face.ts';
import { CabinSenses } from '../../processors/pipelines/cabin-senses.ts';
import { type Judged, Pipeline } from '../../processors/pipelines/pipeline.ts';
import { parseConfiguration, streamSchema } from '../../schemas/configuration.ts';
import type { AccessUnit } from '../../schemas/messages.ts';

/** One picture as ingest would publish it, and what is so in it. */
export interface CabinUnit {
  readonly unit: AccessUnit;
  readonly truth: CabinTruth;
}

/** A simulated driver's pictures. @param frames Without it, once through. */
export async function cabinUnits(scenario: CabinScenario, frames?: number): Promise<CabinUnit[]> {
  const units: CabinUnit[] = [];
  for await (const { frame, truth } of encodeScene(openCabin(scenario), { frames })) {
    const place = { streamId: scenario.name, vehicleId: null, kind: 'cabin' as const, epoch: 1, sequence: units.length };
    units.push({ unit: { ...frame, ...place, publishedAtUs: frame.capturedAtUs }, truth });
  }
  return units;
}

/** A cabin pipeline with default settings. */
export function cabinPipeline(face: FaceModels, analysedFramesPerSecond = 15): Pipeline {
  const stream = streamSchema.parse({ id: 'cabin', url: 'sim:cabin', kind: 'cabin', analysedFramesPerSecond });
  return new Pipeline({ stream, senses: new CabinSenses({ stream, alerts: parseConfiguration({}, 'defaults').alerts, face }) });
}

/** Drives pictures through the whole cabin pipeline; gives what was judged, beside the truth of that frame. */
export async function judgeCabin(units: readonly CabinUnit[], face: FaceModels): Promise<(Judged & { readonly truth: CabinTruth })[]> {
  const pipeline = cabinPipeline(face);
  const all: (Judged & { readonly truth: CabinTruth })[] = [];
  try {
    for (const { unit, truth } of units) {
      const judged = await pipeline.push(unit);
      if (judged) all.push({ ...judged, truth });
    }
  } finally {
    pipeline.close();
  }
  return all;
}
