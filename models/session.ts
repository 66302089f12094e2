import { RoadstreamError } from '../schemas/errors.ts';
import { Batcher } from './batcher.ts';
import type { Detection, DetectionResult, Detector } from './detector.ts';
import { openDetectorInference } from './detector-inference.ts';
import type { DetectorFacts, DetectorTaskOptions, ModelFacts } from './detector-task.ts';
import { heads } from './heads/heads.ts';
import type { ModelOptions } from './network.ts';
import { type DeviceOptions, inferenceOptions } from './onnx-session.ts';
import { prepareModel } from './prepare.ts';
import { LastingThread } from './thread/lasting-thread.ts';
import { tellLoaded } from './told.ts';

export interface DetectorOptions extends ModelOptions, Pick<DeviceOptions, 'threads'> {
  /** auto (yolox-nano when it has been fetched, else centernet), a name of the manifest, or file:<path> of your own ONNX. */
  readonly name: string;
  /** An inference that takes longer counts as stuck; 2000 unless given, a hundred times what an inference takes. */
  readonly deadlineMs?: number | undefined;
}

/**
 * Loads a detector in a thread of its own, since onnxruntime blocks the thread that runs it. Calls of `detect` are answered in
 * their order; inputs must stay as they are until then. On a GPU, calls within a few milliseconds run as one.
 * @throws MODEL_UNKNOWN, MODEL_MISSING, MODEL_CORRUPT, MODEL_HEAD_UNKNOWN, MODEL_SHAPE_WRONG, CONFIGURATION_INVALID,
 * DEVICE_UNAVAILABLE
 */
export async function openDetector({ name, deadlineMs = 2000, log, ...rest }: DetectorOptions): Promise<Detector> {
  const { dataDirectory, mirror } = rest;
  const options: DetectorTaskOptions = { name, dataDirectory, mirror, ...inferenceOptions(rest) };
  const thread = await LastingThread.start<DetectorFacts, Detection[][]>({ task: 'detector-task', options, deadlineMs, log });
  const { facts } = thread;
  tellLoaded(facts, log, options.device);
  const batcher = new Batcher<readonly Uint8Array[], DetectionResult>({
    model: facts.name,
    largestBatch: facts.largestBatch,
    countInputs: (inputs) => inputs.length,
    async run(calls) {
      const inputs = calls.flat();
      const image = { parts: inputs, shape: [inputs.length, facts.inputHeight, facts.inputWidth, 3] };
      const { value, inferenceMs } = await thread.run({ image });
      return calls.map(({ length }) => ({ detections: value.splice(0, length), inferenceMs }));
    },
  });
  return {
    ...described(facts),
    async detect(inputs) {
      checkSizes(facts, inputs);
      return batcher.call(inputs);
    },
    close: () => thread.close(),
  };
}

/** As `openDetector`, but in the calling thread, without a deadline: for benchmarks and work offline. */
export async function openDetectorInThread(options: DetectorOptions): Promise<Detector> {
  const model = await prepareModel(options.name, options);
  // Without a copy into one piece of memory, inputs run one by one.
  const inferring = { ...inferenceOptions(options), largestBatch: 1 };
  const inference = await openDetectorInference(model, inferring);
  tellLoaded(model, options.log, inferring.device);
  return {
    ...described(model),
    async detect(inputs) {
      checkSizes(model, inputs);
      const startedAt = performance.now();
      const detections = [];
      for (const input of inputs) detections.push(...(await inference.run(input)));
      return { detections, inferenceMs: performance.now() - startedAt };
    },
    close: () => inference.close(),
  };
}

function described({ name, hash, head, inputWidth, inputHeight }: ModelFacts): Omit<Detector, 'detect' | 'close'> {
  const { fit, padding } = heads[head];
  return { name, hash, inputWidth, inputHeight, fit, padding };
}

function checkSizes({ name, inputWidth, inputHeight }: ModelFacts, inputs: readonly Uint8Array[]): void {
  const size = inputWidth * inputHeight * 3;
  const wrong = inputs.find((input) => input.length !== size);
  if (wrong === undefined) return;
  throw new RoadstreamError('INFERENCE_FAILED', `${name} takes RGB of ${inputWidth}x${inputHeight}, ${size} bytes, not ${wrong.length}.`);
}
