import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Bus } from '../../platform/bus/bus.ts';
import { controlCodec } from '../../schemas/codecs.ts';
import { asRoadstreamError } from '../../schemas/errors.ts';
import { topics } from '../../schemas/topics.ts';

export interface SnapshotWish {
  readonly framesPerSecond: number;
  /** Pixels. */
  readonly width: number;
}

/** A wish outlives three lost repetitions; a gateway that has died leaves it standing for no longer than this. */
const standsMs = 12_000;
const repeatEveryMs = 4_000;

/** Says on the bus which streams' burned-in pictures this gateway wants: the highest rate and width that anyone here asks for. */
export class SnapshotWishes {
  readonly #bus: Bus;
  readonly #log: Logger;
  readonly #nowUs: () => number;
  /** This process, among the gateways. */
  readonly #requester = randomUUID();
  readonly #wishes = new Map<string, Set<SnapshotWish>>();
  readonly #timer: NodeJS.Timeout;

  constructor(bus: Bus, log: Logger, nowUs: () => number) {
    this.#bus = bus;
    this.#log = log;
    this.#nowUs = nowUs;
    this.#timer = setInterval(() => {
      for (const streamId of this.#wishes.keys()) this.#publish(streamId);
    }, repeatEveryMs);
  }

  /** @returns Takes the wish back. */
  add(streamId: string, wish: SnapshotWish): () => void {
    const wishes = this.#wishes.get(streamId) ?? new Set();
    this.#wishes.set(streamId, wishes.add(wish));
    this.#publish(streamId);
    return () => {
      if (!wishes.delete(wish)) return;
      if (wishes.size === 0) this.#wishes.delete(streamId);
      this.#publish(streamId);
    };
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    const streamIds = [...this.#wishes.keys()];
    this.#wishes.clear();
    await Promise.all(streamIds.map((streamId) => this.#publish(streamId)));
  }

  async #publish(streamId: string): Promise<void> {
    const wishes = [...(this.#wishes.get(streamId) ?? [])];
    const message = controlCodec.encode({
      streamId,
      requester: this.#requester,
      framesPerSecond: Math.max(0, ...wishes.map(({ framesPerSecond }) => framesPerSecond)),
      width: Math.max(0, ...wishes.map(({ width }) => width)),
      untilUs: this.#nowUs() + standsMs * 1000,
    });
    try {
      await this.#bus.publish(topics.control, streamId, message);
    } catch (thrown) {
      // It is repeated.
      this.#log.warn({ err: asRoadstreamError(thrown), streamId }, 'wish for pictures not published');
    }
  }
}
