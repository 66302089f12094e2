import { Worker } from 'node:worker_threads';
import { type ErrorCode, RoadstreamError } from '../schemas/errors.ts';
import type { DetectionResult } from './detector.ts';
import type { InferenceOptions } from './inference.ts';
import type { PreparedModel } from './prepare.ts';
import type { StoreOptions } from './store.ts';

export interface ThreadOptions extends StoreOptions, InferenceOptions {
  readonly name: string;
}

export type ModelFacts = Pick<PreparedModel, 'name' | 'hash' | 'head' | 'inputWidth' | 'inputHeight' | 'origin' | 'problems'>;

export interface ThreadFacts extends ModelFacts {
  /** What the thread runs as one; less than was asked for where the model cannot take it. */
  readonly largestBatch: number;
}

/** What the thread is told. `pixels` holds `count` inputs one after another. */
export type ThreadRequest =
  | { readonly kind: 'run'; readonly pixels: SharedArrayBuffer; readonly count: number }
  | { readonly kind: 'close' };

export type ThreadAnswer =
  | { readonly kind: 'ready'; readonly facts: ThreadFacts }
  | ({ readonly kind: 'result' } & DetectionResult)
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string };

/** What is heard of the thread: its answers, and its end. */
type News = ThreadAnswer | { readonly kind: 'ended'; readonly message: string };

/** What the one shared word says: whether the thread is inside onnxruntime, and whether it may go there any more. */
export const threadState = { idle: 0, busy: 1, barred: 2 } as const;

/** A thread that has one model loaded and answers one request at a time. */
export class DetectorThread {
  readonly facts: ThreadFacts;
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  #pixels = new SharedArrayBuffer(0);
  #isUsable = true;

  private constructor(worker: Worker, facts: ThreadFacts, exited: Promise<void>) {
    this.#worker = worker;
    this.facts = facts;
    this.#exited = exited;
  }

  /** @throws What preparing and loading the model throws. */
  static async start(options: ThreadOptions): Promise<DetectorThread> {
    const state = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(new URL('./detector-worker.ts', import.meta.url), {
      workerData: { options, state },
      name: 'detector',
      // Flags meant for the process's own entry, such as --input-type, would make the thread fail.
      execArgv: [],
    });
    const bar = (): void => barWhenIdle(state);
    process.on('exit', bar);
    const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve(void process.off('exit', bar))));
    const news = await nextNews(worker);
    if (news.kind === 'ready') return new DetectorThread(worker, news.facts, exited);
    await exited;
    throw failure(news);
  }

  /** False once it has been stuck or has ended. */
  get isUsable(): boolean {
    return this.#isUsable;
  }

  /**
   * @param inputs As `Detector.detect` takes them.
   * @throws INFERENCE_STUCK after the deadline, INFERENCE_FAILED.
   */
  async run(inputs: readonly Uint8Array[], deadlineMs: number): Promise<DetectionResult> {
    const size = this.facts.inputWidth * this.facts.inputHeight * 3;
    if (this.#pixels.byteLength < inputs.length * size) this.#pixels = new SharedArrayBuffer(inputs.length * size);
    const shared = new Uint8Array(this.#pixels);
    for (const [at, input] of inputs.entries()) shared.set(input, at * size);
    const news = await this.#ask({ kind: 'run', pixels: this.#pixels, count: inputs.length }, deadlineMs);
    if (news === undefined) {
      this.#abandon();
      throw new RoadstreamError('INFERENCE_STUCK', `${this.facts.name} gave no answer within ${deadlineMs} ms.`, { retryable: true });
    }
    if (news.kind === 'result') return { detections: news.detections, inferenceMs: news.inferenceMs };
    this.#isUsable = news.kind !== 'ended';
    throw failure(news);
  }

  /** Ends the thread after what it is doing. */
  async close(): Promise<void> {
    this.#worker.postMessage({ kind: 'close' } satisfies ThreadRequest);
    await this.#exited;
  }

  /** Leaves a stuck thread to itself: it ends when onnxruntime returns. `terminate` would then abort the whole process (Napi::Error). */
  #abandon(): void {
    this.#isUsable = false;
    this.#worker.postMessage({ kind: 'close' } satisfies ThreadRequest);
    this.#worker.unref();
  }

  /** @returns undefined when the deadline passes first. */
  async #ask(request: ThreadRequest, deadlineMs: number): Promise<News | undefined> {
    const { promise: late, resolve } = Promise.withResolvers<undefined>();
    const timer = setTimeout(resolve, deadlineMs, undefined);
    const news = nextNews(this.#worker);
    this.#worker.postMessage(request);
    return Promise.race([news, late]).finally(() => clearTimeout(timer));
  }
}

/** How long a process that ends waits for an inference under way, milliseconds: a starved machine takes seconds, Docker kills after ten. */
const exitPatienceMs = 8000;

/** Node ends its threads when the process exits, and one inside onnxruntime then aborts the process: wait for it, and let it not go back. */
function barWhenIdle(state: Int32Array<SharedArrayBuffer>): void {
  Atomics.wait(state, 0, threadState.busy, exitPatienceMs);
  Atomics.compareExchange(state, 0, threadState.idle, threadState.barred);
}

function failure(news: News): RoadstreamError {
  if (news.kind === 'failed') return new RoadstreamError(news.code, news.message);
  if (news.kind === 'ended') return new RoadstreamError('INFERENCE_FAILED', news.message, { retryable: true });
  return new RoadstreamError('INTERNAL', `The detector's thread answered ${news.kind} out of turn.`);
}

function nextNews(worker: Worker): Promise<News> {
  return new Promise((resolve) => {
    const settle = (news: News): void => {
      worker.off('message', settle).off('error', onError).off('exit', onExit);
      resolve(news);
    };
    const onError = (error: Error): void => settle({ kind: 'ended', message: `The detector's thread broke: ${error.message}` });
    const onExit = (): void => settle({ kind: 'ended', message: "The detector's thread ended." });
    worker.on('message', settle).on('error', onError).on('exit', onExit);
  });
}
