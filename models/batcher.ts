import { metrics } from '@opentelemetry/api';

/** How long calls wait for others to run with, milliseconds from the first one's arrival; a busy device makes them wait anyway. */
const gatherMs = 4;

interface Waiting<Call, Result> {
  readonly call: Call;
  readonly arrivedAtMs: number;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

export interface BatcherOptions<Call, Result> {
  /** For the metric. */
  readonly model: string;
  /** Most inputs in one run. With 1, every call runs by itself and at once. */
  readonly largestBatch: number;
  /** How many inputs a call has. */
  readonly countInputs: (call: Call) => number;
  /** Answers each call of a run; where calls are gathered, is called again only after it has settled. */
  readonly run: (calls: readonly Call[]) => Promise<readonly Result[]>;
}

/**
 * Gathers calls of several streams into runs, first come, first served. Callers bound the queue: a stream has one call under way.
 * When a run of several calls fails, each is run again by itself, so that the one at fault fails alone.
 */
export class Batcher<Call, Result> {
  readonly #options: BatcherOptions<Call, Result>;
  readonly #batch = metrics.getMeter('roadstream').createHistogram('roadstream.inference.batch', {
    description: 'Inputs gathered into one run, where the device profits from it.',
    advice: { explicitBucketBoundaries: [1, 2, 4, 6, 8] },
  });
  #waiting: Waiting<Call, Result>[] = [];
  #working: Promise<void> | undefined;
  #stopGathering: (() => void) | undefined;

  constructor(options: BatcherOptions<Call, Result>) {
    this.#options = options;
  }

  async call(call: Call): Promise<Result> {
    if (this.#options.largestBatch === 1) return (await this.#options.run([call]))[0]!;
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    this.#waiting.push({ call, arrivedAtMs: performance.now(), resolve, reject });
    if (this.#isFull()) this.#stopGathering?.();
    this.#working ??= this.#work();
    return promise;
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0) {
      const leftMs = this.#waiting[0]!.arrivedAtMs + gatherMs - performance.now();
      if (leftMs > 0 && !this.#isFull()) await this.#gather(leftMs);
      await this.#answer(this.#take());
    }
    this.#working = undefined;
  }

  #isFull(): boolean {
    return this.#count(this.#waiting) >= this.#options.largestBatch;
  }

  async #gather(leftMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    // Rounded down: timers fire late rather than early.
    const timer = setTimeout(resolve, Math.floor(leftMs));
    this.#stopGathering = resolve;
    await promise;
    clearTimeout(timer);
    this.#stopGathering = undefined;
  }

  #take(): Waiting<Call, Result>[] {
    const beyond = this.#waiting.findIndex((_, at) => at > 0 && this.#count(this.#waiting.slice(0, at + 1)) > this.#options.largestBatch);
    return this.#waiting.splice(0, beyond < 0 ? this.#waiting.length : beyond);
  }

  async #answer(taken: readonly Waiting<Call, Result>[]): Promise<void> {
    const { model, run } = this.#options;
    this.#batch.record(this.#count(taken), { model });
    try {
      const results = await run(taken.map(({ call }) => call));
      for (const [at, { resolve }] of taken.entries()) resolve(results[at]!);
    } catch (error) {
      if (taken.length === 1) taken[0]!.reject(error);
      else for (const waiting of taken) await this.#answer([waiting]);
    }
  }

  #count(waiting: readonly Waiting<Call, Result>[]): number {
    return waiting.reduce((sum, { call }) => sum + this.#options.countInputs(call), 0);
  }
}
