import ort, { type InferenceSession } from 'onnxruntime-node';
import { asRoadstreamError, RoadstreamError } from '../schemas/errors.ts';
import type { NetworkEntry } from './manifest.ts';
import { type DeviceOptions, openOnnxSession } from './onnx-session.ts';
import { type NetworkFacts, prepareNetwork } from './prepare-network.ts';
import type { StoreOptions } from './store.ts';
import { countValues, type Enter, type Task, type Tensors } from './thread/task.ts';

export interface NetworkTaskOptions extends StoreOptions, DeviceOptions {
  readonly entry: NetworkEntry;
}

/** What a network's thread does: any inputs by name, every output that is made of real numbers. */
export async function openTask(options: NetworkTaskOptions, enter: Enter): Promise<Task<NetworkFacts, Tensors<Float32Array>>> {
  const { name } = options.entry;
  const { onnx, hash, origin, problems } = await prepareNetwork(options.entry, options);
  const session = await enter(() => openOnnxSession(name, onnx, options));
  const run = (inputs: Tensors) => runSession(name, session, inputs);
  // A GPU compiles its programs at the first run, which takes longer than an inference may.
  if (options.device !== 'cpu') await enter(() => warmUp(session, run));
  return { facts: { name, hash, origin, problems }, run, close: () => session.release() };
}

async function runSession(name: string, session: InferenceSession, inputs: Tensors): Promise<Tensors<Float32Array>> {
  const feeds = Object.entries(inputs).map(([input, { data, shape }]) => {
    return [input, data instanceof Uint8Array ? new ort.Tensor('uint8', data, shape) : new ort.Tensor('float32', data, shape)] as const;
  });
  try {
    const outputs = Object.entries(await session.run(Object.fromEntries(feeds)));
    return Object.fromEntries(outputs.map(([output, { data, dims }]) => [output, { data: data as Float32Array, shape: dims }]));
  } catch (cause) {
    throw new RoadstreamError('INFERENCE_FAILED', `${name} failed: ${asRoadstreamError(cause).message}`, { cause });
  }
}

/** Runs once on zeros where every dimension but the batch is known. */
async function warmUp(session: InferenceSession, run: (inputs: Tensors) => Promise<unknown>): Promise<void> {
  const inputs: Record<string, Tensors[string]> = {};
  for (const input of session.inputMetadata) {
    if (!input.isTensor) return;
    const shape = input.shape.map((size, at) => (at === 0 && typeof size === 'string' ? 1 : size));
    if (!shape.every((size) => typeof size === 'number')) return;
    const count = countValues(shape);
    inputs[input.name] = { data: input.type === 'uint8' ? new Uint8Array(count) : new Float32Array(count), shape };
  }
  await run(inputs);
}
