import type { Detection } from './detector.ts';
import { heads } from './heads/heads.ts';
import { Inference, outputsOf } from './inference.ts';
import type { InferenceOptions } from './onnx-session.ts';
import type { PreparedModel } from './prepare.ts';

/** A detector's inference and its head. Its `run` blocks the thread that calls it. */
export interface DetectorInference {
  /** Most inputs in one run: what was asked for, or less where the model cannot take it. */
  readonly largestBatch: number;
  /**
   * @param pixels Inputs one after another, each uint8 RGB [inputHeight, inputWidth, 3]; may lie in shared memory.
   * @returns One list an input.
   * @throws INFERENCE_FAILED
   */
  run(pixels: Uint8Array): Promise<Detection[][]>;
  close(): Promise<void>;
}

/** @throws What `Inference.open` throws; MODEL_SHAPE_WRONG when inputs or outputs are not those of the model's head. */
export async function openDetectorInference(model: PreparedModel, options: InferenceOptions): Promise<DetectorInference> {
  const head = heads[model.head];
  const shape = [model.inputHeight, model.inputWidth, 3];
  const inference = await Inference.open(model, options, {
    inputs: { image: { type: 'uint8', shape } },
    outputs: head.outputShapes(model),
  });
  return {
    largestBatch: inference.largestBatch,
    async run(pixels) {
      const count = pixels.length / (model.inputHeight * model.inputWidth * 3);
      const outputs = await inference.run({ image: { data: pixels, shape: [count, ...shape] } });
      return Array.from({ length: count }, (_, at) => head.decode(outputsOf(outputs, at), model));
    },
    close: () => inference.close(),
  };
}
