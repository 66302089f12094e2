import type { Detection } from './detector.ts';
import { openDetectorInference } from './detector-inference.ts';
import type { InferenceOptions } from './onnx-session.ts';
import { type PreparedModel, prepareModel } from './prepare.ts';
import type { StoreOptions } from './store.ts';
import type { Enter, Task } from './thread/task.ts';

export interface DetectorTaskOptions extends StoreOptions, InferenceOptions {
  readonly name: string;
}

export type ModelFacts = Omit<PreparedModel, 'onnx' | 'classes'>;

export interface DetectorFacts extends ModelFacts {
  /** What the thread runs as one; less than was asked for where the model cannot take it. */
  readonly largestBatch: number;
}

/** What a detector's thread does: the inputs lie one after another in `image`, and there is one list of detections each. */
export async function openTask(options: DetectorTaskOptions, enter: Enter): Promise<Task<DetectorFacts, Detection[][]>> {
  const model = await prepareModel(options.name, options);
  const inference = await enter(() => openDetectorInference(model, options));
  const { name, hash, head, inputWidth, inputHeight, origin, problems } = model;
  return {
    facts: { name, hash, head, inputWidth, inputHeight, origin, problems, largestBatch: inference.largestBatch },
    run: ({ image }) => inference.run(image!.data as Uint8Array),
    close: () => inference.close(),
  };
}
