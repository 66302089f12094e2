import path from 'node:path';
import { openDetectorInference } from '../models/detector-inference.ts';
import { prepareModel } from '../models/prepare.ts';
import { drawRoad } from '../test/models/support/picture.ts';
import { type Benchmark, type Device, type Figure, quantile } from './figure.ts';

const batchSizes = [1, 2, 4, 8];
/** Each goes through all batch sizes, so that a busy moment meets all of them. */
const rounds = 30;

/** Milliseconds a look took, in every run, by batch size. */
async function timeLooks(name: string, device: Device): Promise<ReadonlyMap<number, readonly number[]>> {
  const model = await prepareModel(name, { dataDirectory: path.resolve('.roadstream') });
  const inference = await openDetectorInference(model, { threads: 1, device, largestBatch: 8 });
  if (inference.largestBatch < 8) throw new Error(`${name} takes ${inference.largestBatch} inputs at most on ${device}`);
  const look = drawRoad(model.inputWidth, model.inputHeight);
  const inputs = new Map(batchSizes.map((size) => [size, Buffer.concat(Array<Uint8Array>(size).fill(look))]));
  const times = new Map(batchSizes.map((size) => [size, [] as number[]]));
  for (let round = -1; round < rounds; round++) {
    for (const size of batchSizes) {
      const startedAt = performance.now();
      await inference.run(inputs.get(size)!);
      // The first round pays for compiling the code.
      if (round >= 0) times.get(size)!.push((performance.now() - startedAt) / size);
    }
  }
  await inference.close();
  return times;
}

export const benchmark: Benchmark = {
  name: 'batching',
  description: 'inference of 1, 2, 4 and 8 looks in one run, one thread',
  async run(tell, device) {
    const figures: Figure[] = [];
    for (const name of ['centernet', 'yolox-nano']) {
      tell(name);
      const times = await timeLooks(name, device);
      const single = quantile(times.get(1)!, 0.5);
      for (const [size, perLook] of times) {
        const [p50, p95] = [quantile(perLook, 0.5), quantile(perLook, 0.95)];
        figures.push({
          name: `${name}: time a look in a batch of ${size}, p50`,
          value: p50,
          unit: 'ms',
          note: `${(p50 / single).toFixed(2)} of a batch of 1; p95 ${p95.toFixed(1)}`,
        });
      }
    }
    const used = device === 'cpu' ? 'not used on the CPU: every look runs by itself, and at once' : `used on ${device}, up to 8 looks`;
    return figures.map((figure, at) => (at === 0 ? { ...figure, note: `${figure.note}; batching is ${used}` } : figure));
  },
};
