import { Worker } from 'node:worker_threads';
import { type ErrorCode, RoadstreamError } from '../../schemas/errors.ts';
import { countValues, threadState } from './task.ts';

export interface ThreadOptions<Options> {
  /** Name of the thread and of the module in this folder's parent that says what it does, by an `openTask`. */
  readonly task: 'detector-task' | 'network-task';
  readonly options: Options;
  /** Whether every other thread of this machine goes first; Linux alone knows priorities of threads. */
  readonly isBackground?: boolean | undefined;
}

/** An input, possibly in parts that lie one after another in memory. */
export interface ThreadInput {
  readonly parts: readonly (Uint8Array | Float32Array)[];
  readonly shape: readonly number[];
}

export type ThreadInputs = Readonly<Record<string, ThreadInput>>;

export interface Answer<Value> {
  readonly value: Value;
  /** What the model itself took. */
  readonly inferenceMs: number;
}

/** Where an input lies in the shared memory. */
export interface SharedTensor {
  readonly name: string;
  readonly type: 'uint8' | 'float32';
  readonly shape: readonly number[];
  readonly offsetBytes: number;
}

export type ThreadRequest =
  | { readonly kind: 'run'; readonly memory: SharedArrayBuffer; readonly tensors: readonly SharedTensor[] }
  | { readonly kind: 'close' };

export type ThreadAnswer =
  | { readonly kind: 'ready'; readonly facts: unknown }
  | ({ readonly kind: 'result' } & Answer<unknown>)
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string };

/** What is heard of the thread: its answers, and its end. */
type News = ThreadAnswer | { readonly kind: 'ended'; readonly message: string };

/** A thread that has one model loaded and answers one request at a time. */
export class Thread<Facts extends { readonly name: string }, Value> {
  readonly facts: Facts;
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  #memory = new SharedArrayBuffer(0);
  #isUsable = true;

  private constructor(worker: Worker, facts: Facts, exited: Promise<void>) {
    this.#worker = worker;
    this.facts = facts;
    this.#exited = exited;
  }

  /** @throws What opening the task throws. */
  static async start<Facts extends { readonly name: string }, Value>({
    task,
    options,
    isBackground,
  }: ThreadOptions<unknown>): Promise<Thread<Facts, Value>> {
    const state = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: { task, options, isBackground, state } satisfies WorkerData,
      name: task,
      // Flags meant for the process's own entry, such as --input-type, would make the thread fail.
      execArgv: [],
    });
    barAtExit(state);
    const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve(void states.delete(state))));
    const news = await nextNews(worker);
    if (news.kind === 'ready') return new Thread<Facts, Value>(worker, news.facts as Facts, exited);
    await exited;
    throw failure(news);
  }

  /** False once it has been stuck or has ended. */
  get isUsable(): boolean {
    return this.#isUsable;
  }

  /**
   * Is called again only after it has settled.
   * @throws INFERENCE_STUCK after the deadline, INFERENCE_FAILED.
   */
  async run(inputs: ThreadInputs, deadlineMs: number): Promise<Answer<Value>> {
    const news = await this.#ask(this.#share(inputs), deadlineMs);
    if (news === undefined) {
      this.#abandon();
      throw new RoadstreamError('INFERENCE_STUCK', `${this.facts.name} gave no answer within ${deadlineMs} ms.`, { retryable: true });
    }
    if (news.kind === 'result') return { value: news.value as Value, inferenceMs: news.inferenceMs };
    this.#isUsable = news.kind !== 'ended';
    throw failure(news);
  }

  /** Ends the thread after what it is doing. */
  async close(): Promise<void> {
    this.#worker.postMessage({ kind: 'close' } satisfies ThreadRequest);
    await this.#exited;
  }

  #share(inputs: ThreadInputs): ThreadRequest {
    let lengthBytes = 0;
    const placed = Object.entries(inputs).map(([name, { parts, shape }]) => {
      const type = parts[0] instanceof Float32Array ? ('float32' as const) : ('uint8' as const);
      const tensor = { name, type, shape, offsetBytes: lengthBytes };
      // The next one begins where a real number may lie.
      lengthBytes += Math.ceil((countValues(shape) * (type === 'uint8' ? 1 : 4)) / 8) * 8;
      return { tensor, parts };
    });
    if (this.#memory.byteLength < lengthBytes) this.#memory = new SharedArrayBuffer(lengthBytes);
    const shared = new Uint8Array(this.#memory);
    for (const { tensor, parts } of placed) {
      let at = tensor.offsetBytes;
      for (const part of parts) {
        shared.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at);
        at += part.byteLength;
      }
    }
    return { kind: 'run', memory: this.#memory, tensors: placed.map(({ tensor }) => tensor) };
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

export interface WorkerData extends ThreadOptions<unknown> {
  readonly state: Int32Array<SharedArrayBuffer>;
}

/** How long a process that ends waits for inferences under way, milliseconds: a starved machine takes seconds, Docker kills after ten. */
const exitPatienceMs = 8000;

/** Of every thread that runs. */
const states = new Set<Int32Array<SharedArrayBuffer>>();

/** Node ends its threads when the process exits, and one inside onnxruntime then aborts the process: wait for it, and let it not go back. */
function barAtExit(state: Int32Array<SharedArrayBuffer>): void {
  if (states.size === 0) process.off('exit', barWhenIdle).once('exit', barWhenIdle);
  states.add(state);
}

function barWhenIdle(): void {
  const deadlineMs = performance.now() + exitPatienceMs;
  for (const state of states) {
    let isBarred = false;
    while (!isBarred && performance.now() < deadlineMs) {
      Atomics.wait(state, 0, threadState.busy, deadlineMs - performance.now());
      isBarred = Atomics.compareExchange(state, 0, threadState.idle, threadState.barred) !== threadState.busy;
    }
  }
}

function failure(news: News): RoadstreamError {
  if (news.kind === 'failed') return new RoadstreamError(news.code, news.message);
  if (news.kind === 'ended') return new RoadstreamError('INFERENCE_FAILED', news.message, { retryable: true });
  return new RoadstreamError('INTERNAL', `A model's thread answered ${news.kind} out of turn.`);
}

function nextNews(worker: Worker): Promise<News> {
  return new Promise((resolve) => {
    const settle = (news: News): void => {
      worker.off('message', settle).off('error', onError).off('exit', onExit);
      resolve(news);
    };
    const onError = (error: Error): void => settle({ kind: 'ended', message: `A model's thread broke: ${error.message}` });
    const onExit = (): void => settle({ kind: 'ended', message: "A model's thread ended." });
    worker.on('message', settle).on('error', onError).on('exit', onExit);
  });
}
