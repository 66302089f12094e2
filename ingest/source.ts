import type { CaptureClock, VideoCodec } from '../schemas/messages.ts';

/** One encoded picture as a source gives it; publishing adds stream, epoch and sequence. */
export interface SourceFrame {
  /** Annex B for H.264 and H.265, with parameter sets before each keyframe. Owned by the receiver. */
  readonly payload: Buffer;
  readonly codec: VideoCodec;
  readonly isKeyframe: boolean;
  /** UTC microseconds. */
  readonly capturedAtUs: number;
  readonly clock: CaptureClock;
  /** 90 kHz, modulo 2^32. */
  readonly rtpTimestamp: number;
  readonly width: number;
  readonly height: number;
}

/** A camera, or what stands for one. Constructing it does nothing yet. */
export interface Source {
  /** The address without credentials. */
  readonly shown: string;
  /**
   * Connects, gives frames until the source ends or `signal` stops it, and lets go of everything when the loop is left.
   * @throws SOURCE_*, CODEC_UNSUPPORTED; `retryable` tells whether another attempt makes sense.
   */
  frames(signal: AbortSignal): AsyncGenerator<SourceFrame, void, undefined>;
}
