import type { Logger } from 'pino';
import type { Bus, BusMessage } from '../../platform/bus/bus.ts';
import { rateLimited } from '../../platform/logging.ts';
import { accessUnitCodec, alertCodec, type Codec, perceptionCodec, snapshotCodec, streamStatusCodec } from '../../schemas/codecs.ts';
import { asRoadstreamError } from '../../schemas/errors.ts';
import type { Alert, Perception, Snapshot } from '../../schemas/messages.ts';
import { streamKinds } from '../../schemas/messages.ts';
import { framesTopic, type TopicDefinition, topics } from '../../schemas/topics.ts';
import { FanOut } from './fan-out.ts';
import { GroupCache } from './group-cache.ts';
import type { StreamState } from './stream-state.ts';

/** What viewers look at, as it comes from the bus. Every gateway gets everything: its viewers may want any stream. */
export class BusFeeds {
  readonly perceptions = new FanOut<Perception>();
  readonly alerts = new FanOut<Alert>();
  readonly snapshots = new FanOut<Snapshot>();
  readonly #frames = new Map<string, GroupCache>();
  readonly #subscriptions: { close(): Promise<void> }[] = [];
  readonly #onUnreadable: (fields: { topic: string; err: Error }) => void;

  constructor(log: Logger) {
    this.#onUnreadable = rateLimited((fields, times) => log.warn({ ...fields, times }, 'unreadable message left out'));
  }

  /** Subscribes to everything; resolves when all of it comes. */
  async start(bus: Bus, streams: StreamState): Promise<void> {
    const subscribe = async (
      definitions: readonly TopicDefinition[],
      from: 'earliest' | 'latest',
      onMessage: (message: BusMessage) => void,
    ) => {
      const onBatch = async (batch: readonly BusMessage[]): Promise<void> => batch.forEach(onMessage);
      this.#subscriptions.push(await bus.subscribe({ topics: definitions, from, onBatch }));
    };
    await subscribe([topics.streams], 'earliest', (message) => {
      if (message.value === null) {
        streams.remove(message.key);
        this.#frames.delete(message.key);
      } else this.#read(message, streamStatusCodec, (status) => streams.update(status));
    });
    await subscribe(streamKinds.map(framesTopic), 'latest', (message) =>
      this.#read(message, accessUnitCodec, (unit) => this.frames(unit.streamId).push(unit)),
    );
    await subscribe([topics.perceptions], 'latest', (message) =>
      this.#read(message, perceptionCodec, (perception) => {
        streams.see(perception);
        this.perceptions.emit(perception);
      }),
    );
    await subscribe([topics.alerts], 'latest', (message) => this.#read(message, alertCodec, (alert) => this.alerts.emit(alert)));
    await subscribe([topics.snapshots], 'latest', (message) =>
      this.#read(message, snapshotCodec, (snapshot) => this.snapshots.emit(snapshot)),
    );
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

  #read<T>({ topic, value }: BusMessage, codec: Codec<T>, use: (value: T) => void): void {
    if (value === null) return;
    let decoded: T;
    try {
      decoded = codec.decode(value);
    } catch (thrown) {
      this.#onUnreadable({ topic, err: asRoadstreamError(thrown) });
      return;
    }
    use(decoded);
  }
}
