import '../../platform/ffmpeg.ts';
import {
  AV_OPT_SEARCH_CHILDREN,
  AV_OPT_TYPE_STRING,
  AV_PICTURE_TYPE_I,
  AV_PICTURE_TYPE_NONE,
  AV_PIX_FMT_YUV420P,
  AVCOL_PRI_BT709,
  AVCOL_RANGE_MPEG,
  AVCOL_SPC_BT709,
  AVCOL_TRC_BT709,
  AVERROR_EAGAIN,
  FF_ENCODER_LIBX264,
} from 'node-av/constants';
import { Codec, CodecContext, FFmpegError, Frame, Packet, Rational } from 'node-av/lib';
import { RoadstreamError } from '../../schemas/errors.ts';
import { rtpClockHz } from '../../schemas/messages.ts';
import { framesPerSecond as usualFramesPerSecond } from './scenario.ts';

export interface EncodedPicture {
  /** Annex B, SPS and PPS before each keyframe. */
  readonly payload: Buffer;
  readonly isKeyframe: boolean;
  /** Since frame 0, 90 kHz, not yet wrapped. */
  readonly ticks: number;
}

/**
 * Quantiser of every picture: 2 to 4 Mbit/s on the drawn roads, what a usual dashcam sends. x264 looks at each picture twice to
 * steer a bit rate, which costs a quarter of the whole encoding; a drawn road has no need of it.
 */
const quantiser = 31;

/**
 * Encodes as a camera does: H.264 constrained baseline, no B-frames, no delay, a keyframe every second. Nothing of it is asynchronous:
 * node-av aborts the process when a thread ends while its call is under way, and in threads it takes no Dictionary.
 */
export class VideoEncoder {
  readonly #context: CodecContext;
  readonly #frame: Frame;
  readonly #packet = new Packet();
  readonly #framesPerSecond: number;
  #second = -1;
  #closed = false;

  private constructor(context: CodecContext, frame: Frame, framesPerSecond: number) {
    this.#context = context;
    this.#frame = frame;
    this.#framesPerSecond = framesPerSecond;
    this.#packet.alloc();
  }

  /** @throws INTERNAL when this build of FFmpeg has no x264. */
  static open(width: number, height: number, framesPerSecond = usualFramesPerSecond): VideoEncoder {
    const codec = Codec.findEncoderByName(FF_ENCODER_LIBX264);
    if (!codec)
      throw new RoadstreamError(
        'INTERNAL',
        'This build of node-av has no libx264, with which simulated cameras are encoded; install node-av anew.',
      );
    const context = new CodecContext();
    context.allocContext3(codec);
    context.width = width;
    context.height = height;
    context.pixelFormat = AV_PIX_FMT_YUV420P;
    context.timeBase = new Rational(1, rtpClockHz);
    context.framerate = new Rational(framesPerSecond, 1);
    context.gopSize = framesPerSecond;
    context.maxBFrames = 0;
    context.threadCount = 1;
    context.colorSpace = AVCOL_SPC_BT709;
    context.colorPrimaries = AVCOL_PRI_BT709;
    context.colorTrc = AVCOL_TRC_BT709;
    context.colorRange = AVCOL_RANGE_MPEG;
    // ultrafast leaves out the deblocking filter; with it, blocks in grass and asphalt do not show, for half a millisecond more.
    const options = {
      preset: 'ultrafast',
      tune: 'zerolatency',
      profile: 'baseline',
      qp: String(quantiser),
      'forced-idr': '1',
      'x264-params': 'scenecut=0:deblock=0,0',
    };
    for (const [name, value] of Object.entries(options))
      check(context.setOption(name, value, AV_OPT_TYPE_STRING, AV_OPT_SEARCH_CHILDREN), 'set up');
    check(context.open2Sync(codec, null), 'opened');
    const frame = Frame.fromVideoBuffer(Buffer.alloc((width * height * 3) / 2), { width, height, format: AV_PIX_FMT_YUV420P });
    return new VideoEncoder(context, frame, framesPerSecond);
  }

  /**
   * Encodes the next picture.
   * @param i420 Not kept after the call.
   * @param frameIndex Greater than the last one; gaps are frames that were dropped.
   */
  encode(i420: Uint8Array, frameIndex: number): EncodedPicture {
    const frame = this.#frame;
    // No copy: the frame points at the caller's memory until the packet is out.
    check(frame.fromBuffer(Buffer.from(i420.buffer, i420.byteOffset, i420.byteLength)), 'fed');
    const ticks = Math.round((frameIndex * rtpClockHz) / this.#framesPerSecond);
    frame.pts = BigInt(ticks);
    const second = Math.floor(frameIndex / this.#framesPerSecond);
    frame.pictType = second === this.#second ? AV_PICTURE_TYPE_NONE : AV_PICTURE_TYPE_I;
    this.#second = second;
    check(this.#context.sendFrameSync(frame), 'fed');
    check(this.#context.receivePacketSync(this.#packet), 'read');
    const picture = { payload: Buffer.from(this.#packet.data!), isKeyframe: this.#packet.isKeyframe, ticks };
    this.#packet.unref();
    return picture;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#packet.free();
    this.#frame.free();
    this.#context.freeContext();
  }
}

function check(result: number, what: string): void {
  if (result >= 0) return;
  const reason = result === AVERROR_EAGAIN ? 'it holds pictures back' : new FFmpegError(result).message;
  throw new RoadstreamError('INTERNAL', `The H.264 encoder of the simulator could not be ${what}: ${reason}.`);
}
