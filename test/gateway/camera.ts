import type { Bus } from '../../platform/bus/bus.ts';
import { accessUnitCodec, streamStatusCodec } from '../../schemas/codecs.ts';
import type { AccessUnit, StreamStatus } from '../../schemas/messages.ts';
import { topics } from '../../schemas/topics.ts';
import type { ClipPicture } from '../support/clip.ts';
import { streamStatus } from './messages.ts';

export interface CameraOptions {
  readonly clip: readonly ClipPicture[];
  readonly framesPerSecond?: number;
  readonly status?: Partial<StreamStatus>;
}

/** Plays a clip over and over onto the bus in real time, as ingest would. */
export class Camera {
  /** Every picture published, by its RTP timestamp: its number within the clip. */
  readonly published = new Map<number, number>();
  readonly #bus: Bus;
  readonly #options: CameraOptions;
  readonly #epoch = Date.now() * 1000;
  #timer: NodeJS.Timeout | undefined;
  #sequence = 0;

  constructor(bus: Bus, options: CameraOptions) {
    this.#bus = bus;
    this.#options = options;
  }

  async start(): Promise<this> {
    const { framesPerSecond = 30, status = {} } = this.#options;
    const value = streamStatusCodec.encode(streamStatus({ epoch: this.#epoch, ...status }));
    await this.#bus.publish(topics.streams, status.streamId ?? 'front', value);
    const startedAt = performance.now();
    const before = this.#sequence;
    this.#timer = setInterval(() => {
      while (((this.#sequence - before) * 1000) / framesPerSecond < performance.now() - startedAt) this.publishNext();
    }, 5);
    return this;
  }

  /** The camera goes silent; start() goes on with it. */
  pause(): void {
    clearInterval(this.#timer);
  }

  publishNext(): AccessUnit {
    const { clip, framesPerSecond = 30, status = {} } = this.#options;
    const sequence = this.#sequence++;
    const index = sequence % clip.length;
    const { payload, isKeyframe } = clip[index]!;
    const nowUs = Date.now() * 1000;
    const unit: AccessUnit = {
      streamId: status.streamId ?? 'front',
      vehicleId: null,
      kind: 'dashcam',
      epoch: this.#epoch,
      sequence,
      capturedAtUs: nowUs,
      clock: 'source',
      publishedAtUs: nowUs,
      // Rolls over after a few pictures.
      rtpTimestamp: (0xffff_0000 + Math.round((sequence * 90_000) / framesPerSecond)) >>> 0,
      codec: 'h264',
      isKeyframe,
      width: 640,
      height: 360,
      payload,
    };
    this.published.set(unit.rtpTimestamp, index);
    // The bus closes before the camera does when a test ends.
    this.#bus.publish(topics.framesDashcam, unit.streamId, accessUnitCodec.encode(unit)).catch(() => this.pause());
    return unit;
  }
}
