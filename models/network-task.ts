import { Inference, type ItemShapes } from './inference.ts';
import type { NetworkEntry } from './manifest.ts';
import type { InferenceOptions } from './onnx-session.ts';
import { prepareNetwork } from './prepare-network.ts';
import type { PreparedFacts } from './prepared.ts';
import type { StoreOptions } from './store.ts';
import type { Enter, Task, Tensors } from './thread/task.ts';

export interface NetworkTaskOptions extends StoreOptions, InferenceOptions {
  readonly entry: NetworkEntry;
}

export interface NetworkTaskFacts extends PreparedFacts {
  /** What the thread runs as one. */
  readonly largestBatch: number;
  /** Of one input; undefined when the model takes any shape. */
  readonly items: ItemShapes | undefined;
}

/** What a network's thread does: any inputs by name, every output that is made of real numbers. */
export async function openTask(options: NetworkTaskOptions, enter: Enter): Promise<Task<NetworkTaskFacts, Tensors<Float32Array>>> {
  const { name, onnx, hash, origin, problems } = await prepareNetwork(options.entry, options);
  const inference = await enter(() => Inference.open({ name, onnx }, options));
  const { largestBatch, items } = inference;
  return {
    facts: { name, hash, origin, problems, largestBatch, items },
    run: (inputs) => inference.run(inputs),
    close: () => inference.close(),
  };
}
