import { metrics } from '@opentelemetry/api';
import type { Logger } from 'pino';
import type { Configuration } from '../schemas/configuration.ts';
import { RoadstreamError } from '../schemas/errors.ts';
import { Batcher } from './batcher.ts';
import type { Detection, DetectionResult, Detector } from './detector.ts';
import type { DetectorFacts, DetectorTaskOptions, ModelFacts } from './detector-task.ts';
import { heads } from './heads/heads.ts';
import { Inference, type InferenceOptions } from './inference.ts';
import { resolveDevice } from './onnx-session.ts';
import { prepareModel } from './prepare.ts';
import { LastingThread } from './thread/lasting-thread.ts';
import { tellLoaded } from './told.ts';

export interface DetectorOptions {
  /** auto (yolox-nano when it has been fetched, else centernet), a name of the manifest, or file:<path> of your own ONNX. */
  readonly name: string;
  /** Where fetched and prepared models are kept, below `models/`. */
  readonly dataDirectory: string;
  /** Folder or address with the manifest's files; ROADSTREAM_MODEL_MIRROR unless given. */
  readonly mirror?: string;
  /** Cores that one inference may use; 1 unless given: more streams gain more from cores than one frame does. */
  readonly threads?: number;
  /** What computes. auto, which it is unless given, means the CPU: a software renderer cannot be told from a GPU here, and is far slower. */
  readonly device?: Configuration['device'];
  /** Most inputs that run as one, of several calls of `detect` if need be, 1 to 8. Unless given 8 on a GPU, and 1 on the CPU, which gains nothing. */
  readonly largestBatch?: number;
  /** An inference that takes longer counts as stuck; 2000 unless given, a hundred times what an inference takes. */
  readonly deadlineMs?: number;
  readonly log?: Logger;
}

/**
 * Loads a detector in a thread of its own, since onnxruntime blocks the thread that runs it. Calls of `detect` are answered in
 * their order; inputs must stay as they are until then. On a GPU, calls within a few milliseconds run as one.
 * @throws MODEL_UNKNOWN, MODEL_MISSING, MODEL_CORRUPT, MODEL_HEAD_UNKNOWN, MODEL_SHAPE_WRONG, CONFIGURATION_INVALID,
 * DEVICE_UNAVAILABLE
 */
export async function openDetector(detectorOptions: DetectorOptions): Promise<Detector> {
  const { name, dataDirectory, mirror, deadlineMs = 2000, log } = detectorOptions;
  const options: DetectorTaskOptions = { name, dataDirectory, mirror, ...inferenceOptions(detectorOptions) };
  const thread = await LastingThread.start<DetectorFacts, Detection[][]>({ task: 'detector-task', options, deadlineMs, log });
  tellLoaded(thread.facts, log, options.device);
  return new ThreadedDetector(thread);
}

/** As `openDetector`, but in the calling thread, without a deadline: for benchmarks and work offline. */
export async function openDetectorInThread(options: DetectorOptions): Promise<Detector> {
  const model = await prepareModel(options.name, options);
  // Without a copy into one piece of memory, inputs run one by one.
  const inferring = { ...inferenceOptions(options), largestBatch: 1 };
  const inference = await Inference.open(model, inferring);
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

class ThreadedDetector implements Detector {
  readonly name: string;
  readonly hash: string;
  readonly inputWidth: number;
  readonly inputHeight: number;
  readonly fit: 'stretch' | 'letterbox';
  readonly padding: number;
  readonly #thread: LastingThread<DetectorFacts, Detection[][]>;
  readonly #batcher: Batcher;
  readonly #batch = metrics.getMeter('roadstream').createHistogram('roadstream.inference.batch', {
    description: 'Inputs gathered into one run, where the device profits from it.',
    advice: { explicitBucketBoundaries: [1, 2, 4, 6, 8] },
  });

  constructor(thread: LastingThread<DetectorFacts, Detection[][]>) {
    this.#thread = thread;
    this.#batcher = new Batcher({ largestBatch: thread.facts.largestBatch, run: (inputs) => this.#run(inputs) });
    ({
      name: this.name,
      hash: this.hash,
      inputWidth: this.inputWidth,
      inputHeight: this.inputHeight,
      fit: this.fit,
      padding: this.padding,
    } = described(thread.facts));
  }

  async detect(inputs: readonly Uint8Array[]): Promise<DetectionResult> {
    checkSizes(this.#thread.facts, inputs);
    return this.#batcher.detect(inputs);
  }

  close(): Promise<void> {
    return this.#thread.close();
  }

  async #run(inputs: readonly Uint8Array[]): Promise<DetectionResult> {
    const { inputWidth, inputHeight, largestBatch } = this.#thread.facts;
    if (largestBatch > 1) this.#batch.record(inputs.length, { model: this.name });
    const image = { parts: inputs, shape: [inputs.length, inputHeight, inputWidth, 3] };
    const { value, inferenceMs } = await this.#thread.run({ image });
    return { detections: value, inferenceMs };
  }
}

function described({ name, hash, head, inputWidth, inputHeight }: ModelFacts): Omit<Detector, 'detect' | 'close'> {
  const { fit, padding } = heads[head];
  return { name, hash, inputWidth, inputHeight, fit, padding };
}

function inferenceOptions({ threads = 1, device, largestBatch }: DetectorOptions): InferenceOptions {
  const chosen = resolveDevice(device);
  return { threads, device: chosen, largestBatch: largestBatch ?? (chosen === 'cpu' ? 1 : 8) };
}

function checkSizes({ name, inputWidth, inputHeight }: ModelFacts, inputs: readonly Uint8Array[]): void {
  const size = inputWidth * inputHeight * 3;
  const wrong = inputs.find((input) => input.length !== size);
  if (wrong === undefined) return;
  throw new RoadstreamError('INFERENCE_FAILED', `${name} takes RGB of ${inputWidth}x${inputHeight}, ${size} bytes, not ${wrong.length}.`);
}
