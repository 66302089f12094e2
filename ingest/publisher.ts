import type { Logger } from 'pino';
import type { Bus } from '../platform/bus/bus.ts';
import { nowUs } from '../platform/clock.ts';
import { rateLimited } from '../platform/logging.ts';
import { accessUnitCodec } from '../schemas/codecs.ts';
import type { StreamConfiguration } from '../schemas/configuration.ts';
import { asRoadstreamError } from '../schemas/errors.ts';
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

interface Waiting {
  readonly sinceUs: number;
  readonly bytes: number;
}

/**
 * Puts a camera's pictures on its frame topic without ever holding the camera up. What the bus does not take in time is
 * dropped up to the next keyframe, since no picture of a group decodes once one before it is missing.
 */
export class FramePublisher {
  readonly #options: FramePublisherOptions;
  /** In order of publishing. */
  readonly #waiting = new Set<Waiting>();
  readonly #published = new Set<Promise<void>>();
  readonly #tellDropped: (cause: unknown) => void;
  #waitingBytes = 0;
  #epoch = 0;
  #sequence = 0;
  #needsKeyframe = true;

  constructor(options: FramePublisherOptions) {
    this.#options = options;
    this.#tellDropped = rateLimited((cause: unknown, times) => {
      const { code, message } = asRoadstreamError(cause);
      options.log.warn({ code, reason: message, times }, 'the bus has not taken pictures');
    });
  }

  /** A connection begins. @param epoch Its start, UTC µs. */
  begin(epoch: number): void {
    this.#epoch = epoch;
    this.#sequence = 0;
    this.#needsKeyframe = true;
  }

  /** Publishes or drops, at once. */
  push(frame: SourceFrame): void {
    const { stream, metrics } = this.#options;
    if (this.#needsKeyframe && frame.isKeyframe) this.#needsKeyframe = false;
    if (this.#isSlow()) this.#needsKeyframe = true;
    if (!this.#needsKeyframe) this.#publish(frame);
    // What precedes the first keyframe is of no use to anybody, and no loss.
    else if (this.#sequence > 0) metrics.dropped.add(1, { stream: stream.id });
    if (!this.#needsKeyframe || this.#sequence > 0) this.#sequence += 1;
  }

  /** Resolves when nothing is on its way any more. */
  async drain(): Promise<void> {
    await Promise.all(this.#published);
  }

  #isSlow(): boolean {
    const [oldest] = this.#waiting;
    return oldest !== undefined && (nowUs() - oldest.sinceUs > longestWaitUs || this.#waitingBytes > mostWaitingBytes);
  }

  #publish(frame: SourceFrame): void {
    const { stream, bus, metrics } = this.#options;
    const attributes = { stream: stream.id };
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
    const waiting: Waiting = { sinceUs: publishedAtUs, bytes: value.length };
    this.#waiting.add(waiting);
    this.#waitingBytes += value.length;
    const published = bus
      .publish(framesTopic(stream.kind), stream.id, value)
      .then(
        () => {
          metrics.frames.add(1, attributes);
          metrics.bytes.add(frame.payload.length, attributes);
        },
        (cause: unknown) => {
          this.#needsKeyframe = true;
          metrics.dropped.add(1, attributes);
          this.#tellDropped(cause);
        },
      )
      .finally(() => {
        this.#waiting.delete(waiting);
        this.#waitingBytes -= waiting.bytes;
        this.#published.delete(published);
      });
    this.#published.add(published);
  }
}
