import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { away } from '../ingest/simulator/cabin/acts.ts';
import { cabinScenarios } from '../ingest/simulator/scenarios/index.ts';
import { type FaceModels, openFaceModels } from '../models/face.ts';
import type { AccessUnit } from '../schemas/messages.ts';
import { cabinPipeline, cabinUnits } from '../test/support/cabin.ts';
import { type Benchmark, cpuMs, type Figure, quantile } from './figure.ts';

const frames = 300;
/** The first frames pay for buffers and for compiling the code. */
const warmUpFrames = 60;

async function measure(name: string, units: readonly AccessUnit[], face: FaceModels): Promise<Figure[]> {
  const pipeline = cabinPipeline(face, 30);
  for (const unit of units.slice(0, warmUpFrames)) await pipeline.push(unit);
  const wholes: number[] = [];
  let found = 0;
  for (const unit of units.slice(warmUpFrames)) {
    const before = cpuMs();
    const judged = await pipeline.push(unit);
    wholes.push(cpuMs() - before);
    if (judged?.perception.driver?.yawDegrees !== null) found++;
  }
  pipeline.close();
  const mean = wholes.reduce((sum, value) => sum + value, 0) / wholes.length;
  return [
    { name: `${name}: CPU a frame`, value: mean, unit: 'ms', note: `p95 ${quantile(wholes, 0.95).toFixed(1)}` },
    { name: `${name}: analysed frames a second and core`, value: 1000 / mean, unit: 'fps', atLeast: 40, note: 'from CPU time' },
    { name: `${name}: frames with a face`, value: (100 * found) / wholes.length, unit: '%' },
  ];
}

export const benchmark: Benchmark = {
  name: 'cabin',
  description: 'the cabin pipeline on simulated drivers, every frame analysed, models in threads of their own',
  async run(tell) {
    const dataDirectory = mkdtempSync(path.join(os.tmpdir(), 'roadstream-bench-'));
    const face = await openFaceModels({ dataDirectory });
    const figures: Figure[] = [];
    const attentive = cabinScenarios.find(({ name }) => name === 'cabin-attentive')!;
    const empty = { ...attentive, acts: [away(-2, attentive.durationSeconds)] };
    for (const [name, scenario] of [
      ['a face that is followed', attentive],
      ['an empty seat, on which it is looked for', empty],
    ] as const) {
      tell(name);
      const units = (await cabinUnits(scenario, frames)).map(({ unit }) => unit);
      figures.push(...(await measure(name, units, face)));
    }
    await face.close();
    rmSync(dataDirectory, { recursive: true, force: true });
    return figures;
  },
};
