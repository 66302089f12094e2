import '../../platform/ffmpeg.ts';
import {
  AV_CODEC_ID_H264,
  AV_CODEC_ID_HEVC,
  AV_CODEC_ID_MJPEG,
  AV_CODEC_ID_VP8,
  AV_PIX_FMT_GRAY8,
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUV422P,
  AV_PIX_FMT_YUV444P,
  AV_PIX_FMT_YUVJ420P,
  AV_PIX_FMT_YUVJ422P,
  AV_PIX_FMT_YUVJ444P,
  AVCOL_RANGE_JPEG,
  type AVCodecID,
  AVERROR_EAGAIN,
  type AVPixelFormat,
} from 'node-av/constants';
import { Codec, CodecContext, Frame, Packet } from 'node-av/lib';
import { RoadstreamError } from '../../schemas/errors.ts';
import type { AccessUnit, VideoCodec } from '../../schemas/messages.ts';

/** A decoded picture, planar YUV in the decoder's own memory: valid only until the next call of the decoder. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixelFormat: AVPixelFormat;
  /** log2 of how much coarser the colour planes are. */
  readonly chromaShiftX: number;
  readonly chromaShiftY: number;
  readonly planes: readonly Buffer[];
  /** Bytes from one row to the next, a plane. */
  readonly strides: readonly number[];
  /** The access unit that this picture was in; with B-frames not the newest one. */
  readonly unit: AccessUnit;
}

const codecIds: Readonly<Record<VideoCodec, AVCodecID>> = {
  h264: AV_CODEC_ID_H264,
  h265: AV_CODEC_ID_HEVC,
  vp8: AV_CODEC_ID_VP8,
  mjpeg: AV_CODEC_ID_MJPEG,
};

/** Layouts whose planes can be cut by address; 10-bit pictures are not among them yet. */
const chromaShifts = new Map<AVPixelFormat, readonly [number, number]>([
  [AV_PIX_FMT_YUV420P, [1, 1]],
  [AV_PIX_FMT_YUVJ420P, [1, 1]],
  [AV_PIX_FMT_YUV422P, [1, 0]],
  [AV_PIX_FMT_YUVJ422P, [1, 0]],
  [AV_PIX_FMT_YUV444P, [0, 0]],
  [AV_PIX_FMT_YUVJ444P, [0, 0]],
]);

/** Pixels of a picture's shorter side: a block of H.264. Nothing can be cut out of less. */
const leastSidePx = 16;

/** swscale reads whole vectors; the widest have so many bytes. */
const readAheadBytes = 64;

/** Pictures that a decoder may hold back for reordering: 16 is the most that H.264 and H.265 allow. */
const maxReorderedPictures = 16;

interface Open {
  readonly codec: VideoCodec;
  readonly epoch: number;
  readonly context: CodecContext;
}

/** Decodes one stream. Begins at a keyframe, and after a lost access unit begins again at the next one. */
export class Decoder {
  readonly #packet = new Packet();
  readonly #frame = new Frame();
  #open: Open | undefined;
  #expectedSequence: number | undefined;
  /** Units whose picture has not come out yet, by their order of decoding. */
  readonly #pending = new Map<bigint, AccessUnit>();
  #order = 0n;
  /** A colour plane of a grey picture. */
  #noColour = Buffer.alloc(0);
  #closed = false;

  constructor() {
    this.#packet.alloc();
    this.#frame.alloc();
  }

  /**
   * @returns The picture that came out, if any; it need not be this unit's own.
   * @throws CODEC_UNSUPPORTED, DECODE_FAILED (the next keyframe is waited for; other streams are not concerned).
   */
  async decode(unit: AccessUnit): Promise<Picture | undefined> {
    const continues =
      this.#open !== undefined &&
      unit.epoch === this.#open.epoch &&
      unit.codec === this.#open.codec &&
      unit.sequence === this.#expectedSequence;
    if (!continues) {
      if (!unit.isKeyframe) {
        this.#expectedSequence = undefined;
        return undefined;
      }
      this.#restart(unit);
    }
    this.#expectedSequence = unit.sequence + 1;
    const { context } = this.#open!;

    const order = this.#order++;
    this.#pending.set(order, unit);
    this.#packet.data = unit.payload;
    this.#packet.pts = order;
    this.#packet.dts = order;
    this.#packet.isKeyframe = unit.isKeyframe;
    const sent = await context.sendPacket(this.#packet);
    this.#packet.unref();
    if (sent < 0) {
      this.#expectedSequence = undefined;
      throw new RoadstreamError(
        'DECODE_FAILED',
        `Stream ${unit.streamId}: access unit ${unit.sequence} (${unit.codec}, ${unit.payload.length} bytes) cannot be decoded (FFmpeg ${sent}); waiting for the next keyframe.`,
      );
    }
    const received = await context.receiveFrame(this.#frame);
    if (received === AVERROR_EAGAIN) {
      this.#forgetOld(order);
      return undefined;
    }
    if (received < 0) {
      this.#expectedSequence = undefined;
      throw new RoadstreamError(
        'DECODE_FAILED',
        `Stream ${unit.streamId}: the decoder gave FFmpeg ${received}; waiting for the next keyframe.`,
      );
    }
    return this.#picture(unit);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#open?.context.freeContext();
    this.#open = undefined;
    this.#frame.free();
    this.#packet.free();
  }

  #restart(unit: AccessUnit): void {
    this.#pending.clear();
    if (this.#open?.codec === unit.codec) {
      this.#open.context.flushBuffers();
      this.#open = { ...this.#open, epoch: unit.epoch };
      return;
    }
    this.#open?.context.freeContext();
    this.#open = undefined;
    const codec = Codec.findDecoder(codecIds[unit.codec]);
    if (!codec) throw new RoadstreamError('CODEC_UNSUPPORTED', `Stream ${unit.streamId}: this FFmpeg has no decoder for ${unit.codec}.`);
    const context = new CodecContext();
    context.allocContext3(codec);
    // Frame threads would hold pictures back; one thread a stream lets many streams share the cores.
    context.threadCount = 1;
    const opened = context.open2Sync(codec, null);
    if (opened < 0) {
      context.freeContext();
      throw new RoadstreamError(
        'CODEC_UNSUPPORTED',
        `Stream ${unit.streamId}: the ${unit.codec} decoder does not open (FFmpeg ${opened}).`,
      );
    }
    this.#open = { codec: unit.codec, epoch: unit.epoch, context };
  }

  #picture(newest: AccessUnit): Picture | undefined {
    const frame = this.#frame;
    const order = frame.pts;
    const unit = this.#pending.get(order);
    this.#pending.delete(order);
    this.#forgetOld(order);
    if (!unit) return undefined;
    const { width, height } = frame;
    if (Math.min(width, height) < leastSidePx)
      throw new RoadstreamError(
        'CODEC_UNSUPPORTED',
        `Stream ${newest.streamId}: pictures of ${width}x${height} are too small to see anything in; set the camera to 640x360 or more.`,
      );
    if (frame.format === AV_PIX_FMT_GRAY8 && frame.data) return this.#inColour(frame.data[0]!, unit);
    const pixelFormat = frame.format as AVPixelFormat;
    const shifts = chromaShifts.get(pixelFormat);
    const planes = frame.data;
    if (!shifts || !planes) {
      throw new RoadstreamError(
        'CODEC_UNSUPPORTED',
        `Stream ${newest.streamId}: pictures of pixel format ${pixelFormat} are not supported; set the camera to 8-bit 4:2:0.`,
      );
    }
    const [chromaShiftX, chromaShiftY] = shifts;
    return { width, height, pixelFormat, chromaShiftX, chromaShiftY, planes, strides: frame.linesize, unit };
  }

  /** What a camera without colours (an infrared one) sends, as one with colours would send it. */
  #inColour(luma: Buffer, unit: AccessUnit): Picture {
    const { width, height, linesize, colorRange } = this.#frame;
    const stride = (width + 1) >> 1;
    const size = stride * ((height + 1) >> 1);
    if (this.#noColour.length !== size + readAheadBytes) this.#noColour = Buffer.alloc(size + readAheadBytes, 128);
    const pixelFormat = colorRange === AVCOL_RANGE_JPEG ? AV_PIX_FMT_YUVJ420P : AV_PIX_FMT_YUV420P;
    const planes = [luma, this.#noColour, this.#noColour];
    return { width, height, pixelFormat, chromaShiftX: 1, chromaShiftY: 1, planes, strides: [linesize[0]!, stride, stride], unit };
  }

  #forgetOld(order: bigint): void {
    for (const old of this.#pending.keys()) {
      if (old >= order - BigInt(maxReorderedPictures)) break;
      this.#pending.delete(old);
    }
  }
}
