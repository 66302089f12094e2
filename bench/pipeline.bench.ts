import path from 'node:path';
import type { Detector } from '../models/detector.ts';
import { openDetectorInThread } from '../models/session.ts';
import type { AccessUnit } from '../schemas/messages.ts';
import { drivePipeline, driveUnits } from '../test/support/drive.ts';
import { type Benchmark, cpuMs, type Figure, quantile } from './figure.ts';

const frames = 450;
/** The first frames pay for buffers and for compiling the code. */
const warmUpFrames = 150;

/** The same detector with a stopwatch around it. */
function timed(detector: Detector): Detector & { cpu: number } {
  return {
    ...pick(detector),
    cpu: 0,
    async detect(inputs) {
      const before = cpuMs();
      const result = await detector.detect(inputs);
      this.cpu += cpuMs() - before;
      return result;
    },
    close: () => detector.close(),
  };
}

function pick({ name, hash, inputWidth, inputHeight, fit, padding }: Detector) {
  return { name, hash, inputWidth, inputHeight, fit, padding };
}

async function drive(): Promise<AccessUnit[]> {
  const units: AccessUnit[] = [];
  for await (const { unit } of driveUnits('car-following', frames)) units.push(unit);
  return units;
}

async function measure(name: string, units: readonly AccessUnit[], leastFps: number): Promise<Figure[]> {
  const detector = timed(await openDetectorInThread({ name, dataDirectory: path.resolve('.roadstream') }));
  const pipeline = drivePipeline('car-following', detector);
  for (const unit of units.slice(0, warmUpFrames)) await pipeline.push(unit);
  const rests: number[] = [];
  const wholes: number[] = [];
  const bares: number[] = [];
  for (const unit of units.slice(warmUpFrames)) {
    const bareBefore = detector.cpu;
    const before = cpuMs();
    await pipeline.push(unit);
    const whole = cpuMs() - before;
    const bare = detector.cpu - bareBefore;
    wholes.push(whole);
    bares.push(bare);
    rests.push(whole - bare);
  }
  pipeline.close();
  await detector.close();
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return [
    {
      name: `${name}: CPU a frame besides inference`,
      value: mean(rests),
      unit: 'ms',
      atMost: 10,
      note: `p95 ${quantile(rests, 0.95).toFixed(1)}`,
    },
    { name: `${name}: inference of both looks, CPU a frame`, value: mean(bares), unit: 'ms' },
    {
      name: `${name}: pipeline over bare inference`,
      value: mean(wholes) / mean(bares),
      unit: 'x',
      ...(name === 'centernet' && { atMost: 1.35 }),
    },
    {
      name: `${name}: analysed 720p frames a second and core`,
      value: 1000 / mean(wholes),
      unit: 'fps',
      atLeast: leastFps,
      note: 'from CPU time',
    },
  ];
}

export const benchmark: Benchmark = {
  name: 'pipeline',
  description: 'the dashcam pipeline on a simulated 1280x720 drive, every frame analysed in both looks, one thread',
  async run(tell) {
    const units = await drive();
    const figures: Figure[] = [];
    for (const [name, leastFps] of [
      ['centernet', 20],
      ['yolox-nano', 35],
    ] as const) {
      tell(name);
      figures.push(...(await measure(name, units, leastFps)));
    }
    return figures;
  },
};
