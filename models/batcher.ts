import type { DetectionResult } from './detector.ts';

/** How long inputs wait for others to run with, milliseconds from the first one's arrival; a busy device makes them wait anyway. */
const gatherMs = 4;

interface Waiting {
  readonly inputs: readonly Uint8Array[];
  readonly arrivedAtMs: number;
  readonly resolve: (result: DetectionResult) => void;
  readonly reject: (error: unknown) => void;
}

export interface BatcherOptions {
  /** Most inputs in one run. With 1, every call runs by itself and at once. */
  readonly largestBatch: number;
  /** Is called again only after it has settled. */
  readonly run: (inputs: readonly Uint8Array[]) => Promise<DetectionResult>;
}

/**
 * Gathers calls of several streams into runs, first come, first served. Callers bound the queue: a stream has one call under way.
 * When a run of several calls fails, each is run again by itself, so that the one at fault fails alone.
 */
export class Batcher {
  readonly #largestBatch: number;
  readonly #run: BatcherOptions['run'];
  #waiting: Waiting[] = [];
  #working: Promise<void> | undefined;
  #stopGathering: (() => void) | undefined;

  constructor({ largestBatch, run }: BatcherOptions) {
    this.#largestBatch = largestBatch;
    this.#run = run;
  }

  detect(inputs: readonly Uint8Array[]): Promise<DetectionResult> {
    const { promise, resolve, reject } = Promise.withResolvers<DetectionResult>();
    this.#waiting.push({ inputs, arrivedAtMs: performance.now(), resolve, reject });
    if (this.#isFull()) this.#stopGathering?.();
    this.#working ??= this.#work();
    return promise;
  }

  /** Resolves when every call has been answered. */
  async idle(): Promise<void> {
    await this.#working;
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
    return countInputs(this.#waiting) >= this.#largestBatch;
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

  #take(): Waiting[] {
    const beyond = this.#waiting.findIndex((_, at) => at > 0 && countInputs(this.#waiting.slice(0, at + 1)) > this.#largestBatch);
    return this.#waiting.splice(0, beyond < 0 ? this.#waiting.length : beyond);
  }

  async #answer(calls: readonly Waiting[]): Promise<void> {
    try {
      const { detections, inferenceMs } = await this.#run(calls.flatMap(({ inputs }) => inputs));
      for (const [at, { inputs, resolve }] of calls.entries()) {
        const first = countInputs(calls.slice(0, at));
        resolve({ detections: detections.slice(first, first + inputs.length), inferenceMs });
      }
    } catch (error) {
      if (calls.length === 1) calls[0]!.reject(error);
      else for (const call of calls) await this.#answer([call]);
    }
  }
}

function countInputs(calls: readonly Waiting[]): number {
  return calls.reduce((sum, { inputs }) => sum + inputs.length, 0);
}
