import path from 'node:path';
import { cabinScenarios } from '../ingest/simulator/scenarios/index.ts';
import { createModels, type Models } from '../models/models.ts';
import { openSenses, preload } from '../processors/pipelines/open-senses.ts';
import { Pipeline } from '../processors/pipelines/pipeline.ts';
import { parseConfiguration, streamSchema } from '../schemas/configuration.ts';
import type { AccessUnit } from '../schemas/messages.ts';
import { cabinUnits } from '../test/support/cabin.ts';
import { driveUnits } from '../test/support/drive.ts';
import { type Benchmark, cpuMs, type Device, type Figure, quantile } from './figure.ts';
import { Player } from './player.ts';

const clipFrames = 150;
/** Of every step: the first pays for buffers, for compiling the code and until the streams have spread out. */
const warmUpSeconds = 4;
const measuredSeconds = 12;
/** How many streams at once; a CPU of few cores has nothing to gain from more. */
const steps: Readonly<Record<Device, readonly number[]>> = { cpu: [1, 8], webgpu: [1, 8, 64, 256], cuda: [1, 8, 64, 256] };

type Kind = 'dashcam' | 'cabin';

/** Encoded once, for all streams. */
async function clipOf(kind: Kind): Promise<AccessUnit[]> {
  const units: AccessUnit[] = [];
  if (kind === 'dashcam') {
    for await (const { unit } of driveUnits('car-following', clipFrames)) units.push(unit);
    return units;
  }
  const attentive = cabinScenarios.find(({ name }) => name === 'cabin-attentive')!;
  return (await cabinUnits(attentive, clipFrames)).map(({ unit }) => unit);
}

/** Every stream pushes its next picture as soon as the one before it has been judged. */
async function measure(kind: Kind, count: number, clip: readonly AccessUnit[], models: Models) {
  const { alerts } = parseConfiguration({}, 'defaults');
  const pipelines: Pipeline[] = [];
  for (let at = 0; at < count; at++) {
    const stream = streamSchema.parse({ id: `${kind}-${at}`, url: `sim:${kind}`, kind });
    pipelines.push(new Pipeline({ stream, senses: await openSenses({ stream, alerts, models }) }));
  }
  const takenMs: number[] = [];
  const startsAtMs = performance.now() + 1000 * warmUpSeconds;
  const endsAtMs = startsAtMs + 1000 * measuredSeconds;
  let cpuBeforeMs = cpuMs();
  let cpuAfterMs: number | undefined;
  const timers = [
    setTimeout(() => (cpuBeforeMs = cpuMs()), 1000 * warmUpSeconds),
    setTimeout(() => (cpuAfterMs = cpuMs()), 1000 * (warmUpSeconds + measuredSeconds)),
  ];
  const play = async (player: Player): Promise<void> => {
    for (let nowMs = 0; nowMs < endsAtMs; ) {
      const timing = await player.push();
      nowMs = performance.now();
      if (timing && nowMs >= startsAtMs && nowMs < endsAtMs) takenMs.push(timing.totalMs);
    }
  };
  try {
    await Promise.all(pipelines.map((pipeline) => play(new Player(pipeline, clip))));
  } finally {
    timers.forEach(clearTimeout);
    for (const pipeline of pipelines) pipeline.close();
  }
  // The last pictures may be judged before the timer has its turn.
  const spentMs = (cpuAfterMs ?? cpuMs()) - cpuBeforeMs;
  return { framesPerSecond: takenMs.length / measuredSeconds, takenMs, cpuMsPerFrame: spentMs / takenMs.length };
}

export const benchmark: Benchmark = {
  name: 'device',
  description: `whole pipelines of many streams in one process, 15 of 30 frames a second analysed, as fast as they go for ${measuredSeconds} s`,
  isLong: true,
  async run(tell, device) {
    const models = createModels({ name: 'auto', dataDirectory: path.resolve('.roadstream'), device });
    const figures: Figure[] = [];
    try {
      await preload(models, ['dashcam', 'cabin']);
      for (const kind of ['dashcam', 'cabin'] as const) {
        tell(`drawing a ${kind}'s pictures`);
        const clip = await clipOf(kind);
        const seen = kind === 'dashcam' ? `dashcam (${(await models.detector()).name})` : kind;
        let single: number | undefined;
        for (const count of steps[device]) {
          const streams = count === 1 ? '1 stream' : `${count} streams`;
          tell(`${kind}, ${streams}`);
          const { framesPerSecond, takenMs, cpuMsPerFrame } = await measure(kind, count, clip, models);
          single ??= framesPerSecond;
          figures.push(
            {
              name: `${seen}, ${streams}: analysed frames a second`,
              value: framesPerSecond,
              unit: 'fps',
              note: `${(framesPerSecond / single).toFixed(1)} of one stream; CPU of the whole process ${cpuMsPerFrame.toFixed(1)} ms a frame`,
            },
            {
              name: `${seen}, ${streams}: time a frame, p95`,
              value: quantile(takenMs, 0.95),
              unit: 'ms',
              note: `p50 ${quantile(takenMs, 0.5).toFixed(1)}, p99 ${quantile(takenMs, 0.99).toFixed(1)}`,
            },
          );
        }
      }
    } finally {
      await models.close();
    }
    return figures;
  },
};
