import { metrics } from '@opentelemetry/api';
import type { Logger } from 'pino';
import { RoadstreamError } from '../../schemas/errors.ts';
import { type Answer, Thread, type ThreadInputs, type ThreadOptions } from './thread.ts';

export interface LastingThreadOptions<Options> extends ThreadOptions<Options> {
  /** An inference that takes longer counts as stuck, and its thread is replaced. */
  readonly deadlineMs: number;
  readonly log: Logger | undefined;
}

/** A model in a thread that is replaced when it is stuck or broken. Calls are answered in their order. */
export class LastingThread<Facts extends { readonly name: string }, Value> {
  readonly facts: Facts;
  readonly #options: LastingThreadOptions<unknown>;
  readonly #stuck = metrics.getMeter('roadstream').createCounter('roadstream.inference.stuck', {
    description: 'Inferences that missed their deadline; each had its session replaced.',
  });
  #thread: Promise<Thread<Facts, Value>> | undefined;
  #lastCall: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | undefined;

  private constructor(options: LastingThreadOptions<unknown>, thread: Thread<Facts, Value>) {
    this.#options = options;
    this.facts = thread.facts;
    this.#thread = Promise.resolve(thread);
  }

  /** @throws What opening the task throws. */
  static async start<Facts extends { readonly name: string }, Value>(
    options: LastingThreadOptions<unknown>,
  ): Promise<LastingThread<Facts, Value>> {
    return new LastingThread(options, await Thread.start<Facts, Value>(options));
  }

  /**
   * @param inputs Stay as they are until the answer.
   * @throws INFERENCE_STUCK after the deadline (the next call works), INFERENCE_FAILED.
   */
  async run(inputs: ThreadInputs): Promise<Answer<Value>> {
    if (this.#closed !== undefined) throw new RoadstreamError('INFERENCE_FAILED', `${this.facts.name} is closed.`);
    const call = this.#lastCall.then(() => this.#run(inputs));
    this.#lastCall = call.catch(() => {});
    return call;
  }

  /** Ends the thread after the calls made so far; later ones are refused. */
  close(): Promise<void> {
    this.#closed ??= this.#lastCall.then(async () => (await this.#thread?.catch(() => undefined))?.close());
    return this.#closed;
  }

  async #run(inputs: ThreadInputs): Promise<Answer<Value>> {
    this.#thread ??= Thread.start(this.#options);
    const thread = await this.#thread.catch((error: unknown) => {
      this.#thread = undefined;
      throw error;
    });
    try {
      return await thread.run(inputs, this.#options.deadlineMs);
    } catch (error) {
      if (!thread.isUsable) this.#replace(error as RoadstreamError);
      throw error;
    }
  }

  #replace({ code, message }: RoadstreamError): void {
    const { name } = this.facts;
    const { log } = this.#options;
    if (code === 'INFERENCE_STUCK') this.#stuck.add(1, { model: name });
    log?.warn({ model: name, code, reason: message }, 'inference failed; its session is being replaced');
    this.#thread = Thread.start(this.#options);
    // Whoever calls next is told.
    this.#thread.catch(() => {});
  }
}
