import type { Logger } from 'pino';
import type { Bus } from '../platform/bus/bus.ts';
import { nowUs } from '../platform/clock.ts';
import { type RateLimited, rateLimited } from '../platform/logging.ts';
import { accessUnitCodec } from '../schemas/codecs.ts';
import type { StreamConfiguration } from '../schemas/configuration.ts';
import { asRoadstreamError, RoadstreamError } from '../schemas/errors.ts';
import { framesTopic } from '../schemas/topics.ts';
import type { IngestMetrics } from './metrics.ts';
import type { SourceFrame } from './source.ts';

/** A bus that has not taken a picture for so long is slower than the camera: live pictures are not worth waiting longer. */
const longestWaitUs = 1_000_000;
/** … nor may they fill the memory: a second of four cameras' worth of 4K H.265 at 30 Mbit/s. */
const mostWaitingBytes = 16 * 1024 * 1024;

export interface FramePublisherOptions {
  readonly stream: Pick<StreamConfiguration, 'id' | 'vehicle' | 'kind'>;
  readonly bus: Bus;
  readonly log: Logger;
  readonly metrics: IngestMetrics;
}

/** A picture that the bus has been given and has not yet acknowledged. */
interface Waiting {
  readonly sinceUs: number;
  readonly valueBytes: number;
  readonly payloadBytes: number;
  readonly isKeyframe: boolean;
  /** Whether pictures have been dropped since it was given. */
  isBeforeLoss: boolean;
}

/**
 * Puts a camera's pictures on its frame topic without ever holding the camera up. What the bus does not take in time is
 * dropped up to the next keyframe, since no picture of a group decodes once one before it is missing.
 */
export class FramePublisher {
  readonly #options: FramePublisherOptions;
  readonly #attributes: { readonly stream: string };
  /** In order of publishing. */
  readonly #waiting = new Set<Waiting>();
  readonly #tellDropped: RateLimited<RoadstreamError>;
  #waitingBytes = 0;
  #epoch = 0;
  #sequence = 0;
  #needsKeyframe = true;
  #trouble: RoadstreamError | undefined;
  #droppedInTrouble = 0;
  #drained = Promise.withResolvers<void>();

  constructor(options: FramePublisherOptions) {
    this.#options = options;
    this.#attributes = { stream: options.stream.id };
    this.#tellDropped = rateLimited(({ code, message }: RoadstreamError, times) =>
      options.log.warn({ code, reason: message, times }, 'the bus has not taken pictures'),
    );
  }

  /** Why pictures are being dropped; until the bus has taken a keyframe again. */
  get trouble(): RoadstreamError | undefined {
    return this.#trouble;
  }

  /** A connection begins. @param epoch Its start, UTC µs. */
  begin(epoch: number): void {
    this.#epoch = epoch;
    this.#sequence = 0;
    this.#needsKeyframe = true;
  }

  /** Publishes or drops, at once. */
  push(frame: SourceFrame): void {
    const stuck = this.#stuck();
    this.#needsKeyframe = stuck !== undefined || (this.#needsKeyframe && !frame.isKeyframe);
    if (!this.#needsKeyframe) this.#publish(frame);
    else if (stuck) this.#lose(stuck);
    // What precedes the first keyframe is of no use to anybody, and no loss.
    else if (this.#sequence > 0) this.#drop();
    if (!this.#needsKeyframe || this.#sequence > 0) this.#sequence += 1;
  }

  /** Resolves when nothing is on its way any more. */
  async drain(): Promise<void> {
    if (this.#waiting.size > 0) await this.#drained.promise;
  }

  /** @returns Why nothing more can be given to the bus now. */
  #stuck(): RoadstreamError | undefined {
    const [oldest] = this.#waiting;
    if (!oldest) return undefined;
    const waitedUs = nowUs() - oldest.sinceUs;
    if (waitedUs <= longestWaitUs && this.#waitingBytes <= mostWaitingBytes) return undefined;
    return new RoadstreamError(
      'BUS_UNAVAILABLE',
      `The bus has not taken ${this.#waiting.size} pictures for ${(waitedUs / 1e6).toFixed(1)} s; newer ones are dropped until it does. Check that the brokers are up and keep up.`,
      { retryable: true },
    );
  }

  #publish(frame: SourceFrame): void {
    const { stream, bus } = this.#options;
    const publishedAtUs = nowUs();
    const value = accessUnitCodec.encode({
      ...frame,
      streamId: stream.id,
      vehicleId: stream.vehicle,
      kind: stream.kind,
      epoch: this.#epoch,
      sequence: this.#sequence,
      publishedAtUs,
    });
    const waiting: Waiting = {
      sinceUs: publishedAtUs,
      valueBytes: value.length,
      payloadBytes: frame.payload.length,
      isKeyframe: frame.isKeyframe,
      isBeforeLoss: false,
    };
    this.#waiting.add(waiting);
    this.#waitingBytes += value.length;
    bus.publish(framesTopic(stream.kind), stream.id, value).then(
      () => this.#onTaken(waiting),
      (cause: unknown) => this.#onRefused(waiting, cause),
    );
  }

  #onTaken(waiting: Waiting): void {
    const { metrics, log } = this.#options;
    metrics.frames.add(1, this.#attributes);
    metrics.bytes.add(waiting.payloadBytes, this.#attributes);
    this.#settle(waiting);
    if (!this.#trouble || !waiting.isKeyframe || waiting.isBeforeLoss) return;
    this.#tellDropped.forget();
    log.info({ dropped: this.#droppedInTrouble }, 'the bus takes pictures again');
    this.#trouble = undefined;
    this.#droppedInTrouble = 0;
  }

  #onRefused(waiting: Waiting, cause: unknown): void {
    this.#needsKeyframe = true;
    this.#settle(waiting);
    this.#lose(explained(asRoadstreamError(cause), waiting));
  }

  #settle(waiting: Waiting): void {
    this.#waiting.delete(waiting);
    this.#waitingBytes -= waiting.valueBytes;
    if (this.#waiting.size > 0) return;
    this.#drained.resolve();
    this.#drained = Promise.withResolvers();
  }

  #lose(cause: RoadstreamError): void {
    this.#trouble = cause;
    for (const waiting of this.#waiting) waiting.isBeforeLoss = true;
    this.#drop();
    this.#tellDropped(cause);
  }

  #drop(): void {
    if (this.#trouble) this.#droppedInTrouble += 1;
    this.#options.metrics.dropped.add(1, this.#attributes);
  }
}

function explained(error: RoadstreamError, { isKeyframe, payloadBytes }: Waiting): RoadstreamError {
  if (error.code !== 'MESSAGE_TOO_LARGE') return error;
  const megabytes = (payloadBytes / 2 ** 20).toFixed(1);
  return new RoadstreamError(
    error.code,
    `A ${isKeyframe ? 'keyframe' : 'picture'} of ${megabytes} MiB is larger than the bus takes; nothing can be shown or analysed until a smaller keyframe comes. Lower the camera's resolution or bit rate.`,
    { cause: error },
  );
}
