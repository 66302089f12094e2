import { metrics } from '@opentelemetry/api';
import type { Logger } from 'pino';
import { RoadstreamError } from '../schemas/errors.ts';
import type { DetectionResult, Detector } from './detector.ts';
import { DetectorThread, type ModelFacts, type ThreadOptions } from './detector-thread.ts';
import { heads } from './heads/heads.ts';
import { Inference } from './inference.ts';
import { prepareModel } from './prepare.ts';

export interface DetectorOptions {
  /** auto (yolox-nano when it has been fetched, else centernet), a name of the manifest, or file:<path> of your own ONNX. */
  readonly name: string;
  /** Where fetched and prepared models are kept, below `models/`. */
  readonly dataDirectory: string;
  /** Folder or address with the manifest's files; ROADSTREAM_MODEL_MIRROR unless given. */
  readonly mirror?: string;
  /** Cores that one inference may use; 1 unless given: more streams gain more from cores than one frame does. */
  readonly threads?: number;
  /** A call of `detect` that takes longer counts as stuck; 2000 unless given, a hundred times what an inference takes. */
  readonly deadlineMs?: number;
  readonly log?: Logger;
}

/**
 * Loads a detector in a thread of its own, since onnxruntime blocks the thread that runs it. Calls of `detect` are answered in
 * their order; inputs must stay as they are until then.
 * @throws MODEL_UNKNOWN, MODEL_MISSING, MODEL_CORRUPT, MODEL_HEAD_UNKNOWN, MODEL_SHAPE_WRONG, CONFIGURATION_INVALID
 */
export async function openDetector({
  name,
  dataDirectory,
  mirror,
  threads = 1,
  deadlineMs = 2000,
  log,
}: DetectorOptions): Promise<Detector> {
  const options: ThreadOptions = { name, dataDirectory, mirror, threads };
  const thread = await DetectorThread.start(options);
  tell(thread.facts, log);
  return new ThreadedDetector(options, thread, deadlineMs, log);
}

/** As `openDetector`, but in the calling thread, without a deadline: for benchmarks and work offline. */
export async function openDetectorInThread({ name, dataDirectory, mirror, threads = 1, log }: DetectorOptions): Promise<Detector> {
  const model = await prepareModel(name, { dataDirectory, mirror });
  tell(model, log);
  const inference = await Inference.open(model, threads);
  return {
    ...described(model),
    async detect(inputs) {
      checkSizes(model, inputs);
      const startedAt = performance.now();
      const detections = [];
      for (const input of inputs) detections.push(await inference.run(input));
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
  readonly #facts: ModelFacts;
  readonly #options: ThreadOptions;
  readonly #deadlineMs: number;
  readonly #log: Logger | undefined;
  readonly #stuck = metrics.getMeter('roadstream').createCounter('roadstream.inference.stuck', {
    description: 'Inferences that missed their deadline; each had its session replaced.',
  });
  #thread: Promise<DetectorThread> | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | undefined;

  constructor(options: ThreadOptions, thread: DetectorThread, deadlineMs: number, log: Logger | undefined) {
    this.#options = options;
    this.#facts = thread.facts;
    this.#thread = Promise.resolve(thread);
    this.#deadlineMs = deadlineMs;
    this.#log = log;
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
    checkSizes(this.#facts, inputs);
    const result = this.#last.then(() => this.#detectNow(inputs));
    this.#last = result.catch(() => {});
    return result;
  }

  close(): Promise<void> {
    this.#closed ??= this.#last.then(async () => (await this.#thread?.catch(() => undefined))?.close());
    return this.#closed;
  }

  async #detectNow(inputs: readonly Uint8Array[]): Promise<DetectionResult> {
    if (this.#closed !== undefined) throw new RoadstreamError('INFERENCE_FAILED', `${this.name} is closed.`);
    this.#thread ??= DetectorThread.start(this.#options);
    const thread = await this.#thread.catch((error: unknown) => {
      this.#thread = undefined;
      throw error;
    });
    try {
      return await thread.run(inputs, this.#deadlineMs);
    } catch (error) {
      if (!thread.isUsable) this.#replace(error as RoadstreamError);
      throw error;
    }
  }

  #replace({ code, message }: RoadstreamError): void {
    if (code === 'INFERENCE_STUCK') this.#stuck.add(1, { model: this.name });
    this.#log?.warn({ model: this.name, code, reason: message }, 'inference failed; its session is being replaced');
    this.#thread = DetectorThread.start(this.#options);
    // Whoever detects next is told.
    this.#thread.catch(() => {});
  }
}

function described({ name, hash, head, inputWidth, inputHeight }: ModelFacts): Omit<Detector, 'detect' | 'close'> {
  const { fit, padding } = heads[head];
  return { name, hash, inputWidth, inputHeight, fit, padding };
}

function tell({ name, hash, origin, problems }: ModelFacts, log: Logger | undefined): void {
  for (const reason of problems) log?.warn({ model: name, reason }, 'the model works, but not all is well');
  if (origin === 'mended') log?.warn({ model: name, hash }, 'the cached model was damaged and has been made again');
  else log?.info({ model: name, hash, origin }, 'model loaded');
}

function checkSizes({ name, inputWidth, inputHeight }: ModelFacts, inputs: readonly Uint8Array[]): void {
  const size = inputWidth * inputHeight * 3;
  const wrong = inputs.find((input) => input.length !== size);
  if (wrong === undefined) return;
  throw new RoadstreamError('INFERENCE_FAILED', `${name} takes RGB of ${inputWidth}x${inputHeight}, ${size} bytes, not ${wrong.length}.`);
}
