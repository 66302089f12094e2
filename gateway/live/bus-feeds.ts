import type { Logger } from 'pino';
import type { Bus, BusMessage } from '../../platform/bus/bus.ts';
import { createDeadLetters, type DeadLetters } from '../../platform/dead-letters.ts';
import { rateLimited } from '../../platform/logging.ts';
import {
  accessUnitCodec,
  alertCodec,
  analysisStatusCodec,
  type Codec,
  perceptionCodec,
  snapshotCodec,
  streamStatusCodec,
} from '../../schemas/codecs.ts';
import { asRoadstreamError } from '../../schemas/errors.ts';
import type { Alert, Perception, Snapshot } from '../../schemas/messages.ts';
import { streamKinds } from '../../schemas/messages.ts';
import { framesTopic, type TopicDefinition, topics } from '../../schemas/topics.ts';
import { FanOut } from './fan-out.ts';
import { GroupCache } from './group-cache.ts';
import type { GatewayMetrics } from './metrics.ts';
import { PerceptionOrder } from './perception-order.ts';
import type { StreamState } from './stream-state.ts';

export interface BusFeedsOptions {
  readonly bus: Bus;
  /** Told of how the streams are. */
  readonly streams: StreamState;
  readonly metrics: GatewayMetrics;
  readonly log: Logger;
}

/** What viewers look at, as it comes from the bus. Every gateway gets everything: its viewers may want any stream. */
export class BusFeeds {
  readonly perceptions = new FanOut<Perception>();
  readonly alerts = new FanOut<Alert>();
  readonly snapshots = new FanOut<Snapshot>();
  readonly #options: BusFeedsOptions;
  readonly #frames = new Map<string, GroupCache>();
  readonly #perceptionOrder = new PerceptionOrder();
  readonly #subscriptions: { close(): Promise<void> }[] = [];
  readonly #deadLetters: DeadLetters;
  readonly #tellUnreadable: (fields: { topic: string; err: Error }) => void;

  constructor(options: BusFeedsOptions) {
    const { bus, log } = options;
    this.#options = options;
    this.#deadLetters = createDeadLetters(bus, 'gateway', log);
    this.#tellUnreadable = rateLimited((fields, times) => log.warn({ ...fields, times }, 'unreadable message left out'));
  }

  /** Subscribes to everything; resolves when all of it comes. */
  async start(): Promise<void> {
    const { streams } = this.#options;
    await this.#subscribe([topics.streams], 'earliest', streamStatusCodec, {
      unreadable: 'buried',
      use: (status) => streams.update(status),
      remove: (streamId) => {
        streams.remove(streamId);
        this.#frames.delete(streamId);
        this.#perceptionOrder.remove(streamId);
      },
    });
    await this.#subscribe([topics.analysis], 'earliest', analysisStatusCodec, {
      unreadable: 'buried',
      use: (analysis) => streams.updateAnalysis(analysis),
      remove: (streamId) => streams.removeAnalysis(streamId),
    });
    await this.#subscribe(streamKinds.map(framesTopic), 'latest', accessUnitCodec, {
      use: (unit) => this.frames(unit.streamId).push(unit),
    });
    await this.#subscribe([topics.perceptions], 'latest', perceptionCodec, {
      use: (perception) => {
        if (!this.#perceptionOrder.isNew(perception, streams.epochOf(perception.streamId))) return;
        streams.see(perception);
        this.perceptions.emit(perception);
      },
    });
    await this.#subscribe([topics.alerts], 'latest', alertCodec, { use: (alert) => this.alerts.emit(alert) });
    await this.#subscribe([topics.snapshots], 'latest', snapshotCodec, {
      unreadable: 'buried',
      use: (snapshot) => this.snapshots.emit(snapshot),
    });
  }

  /** A stream's pictures; begins empty for one that has sent none. */
  frames(streamId: string): GroupCache {
    const known = this.#frames.get(streamId);
    if (known) return known;
    const frames = new GroupCache();
    this.#frames.set(streamId, frames);
    return frames;
  }

  async close(): Promise<void> {
    await Promise.all(this.#subscriptions.splice(0).map((subscription) => subscription.close()));
  }

  async #subscribe<T>(
    definitions: readonly TopicDefinition[],
    from: 'earliest' | 'latest',
    codec: Codec<T>,
    { unreadable = 'left', use, remove = () => undefined }: Reading<T>,
  ): Promise<void> {
    const take = async (message: BusMessage): Promise<void> => {
      if (message.value === null) return remove(message.key);
      let decoded: T;
      try {
        decoded = codec.decode(message.value);
      } catch (thrown) {
        this.#options.metrics.unreadable(message.topic);
        if (unreadable === 'buried') return this.#deadLetters.bury(message, thrown);
        return this.#tellUnreadable({ topic: message.topic, err: asRoadstreamError(thrown) });
      }
      use(decoded);
    };
    const onBatch = async (batch: readonly BusMessage[]): Promise<void> => {
      for (const message of batch) await take(message);
    };
    this.#subscriptions.push(await this.#options.bus.subscribe({ topics: definitions, from, onBatch }));
  }
}

interface Reading<T> {
  /** Whether what cannot be decoded becomes a dead letter: of what the gateway alone reads. The rest the processor and the recorder bury. */
  readonly unreadable?: 'buried' | 'left';
  readonly use: (value: T) => void;
  /** Called with a key that was deleted. */
  readonly remove?: (key: string) => void;
}
