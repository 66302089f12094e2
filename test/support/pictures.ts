import '../../platform/ffmpeg.ts';
import {
  AV_CODEC_FLAG_LOW_DELAY,
  AV_PIX_FMT_YUV420P,
  type AVPixelFormat,
  FF_ENCODER_LIBX264,
  FF_ENCODER_LIBX265,
  FF_ENCODER_MJPEG,
  SWS_BILINEAR,
} from 'node-av/constants';
import { Codec, CodecContext, Dictionary, FFmpegError, Frame, Packet, Rational, SoftwareScaleContext } from 'node-av/lib';
import type { AccessUnit } from '../../schemas/messages.ts';

/** Planes one after the other: brightness, and the two colour differences at half its width and height. */
export interface I420Picture {
  readonly width: number;
  readonly height: number;
  readonly i420: Uint8Array;
}

const encoders = {
  h264: { name: FF_ENCODER_LIBX264, settings: { preset: 'ultrafast', tune: 'zerolatency', qp: '28' } },
  h265: { name: FF_ENCODER_LIBX265, settings: { preset: 'ultrafast', tune: 'zerolatency', 'x265-params': 'log-level=none:pools=none' } },
  mjpeg: { name: FF_ENCODER_MJPEG, settings: { strict: 'unofficial' } },
};

export interface CameraVideo {
  /** Pixels, of what is sent: pictures are scaled to fill it, and what does not fit is cut off. MJPEG takes odd numbers too. */
  readonly width: number;
  readonly height: number;
  readonly codec?: keyof typeof encoders;
  readonly format?: AVPixelFormat;
  readonly framesPerSecond?: number;
}

/**
 * Encodes pictures as a camera of this size, codec and rate would send them. Times count from 0 on, a keyframe every ten pictures.
 */
export async function sendPictures(
  pictures: Iterable<I420Picture>,
  { width, height, codec = 'h264', format = AV_PIX_FMT_YUV420P, framesPerSecond = 5 }: CameraVideo,
): Promise<AccessUnit[]> {
  const check = (code: number, what: string) => FFmpegError.throwIfError(code, what);
  const { name, settings } = encoders[codec];
  const encoder = Codec.findEncoderByName(name)!;
  const context = new CodecContext();
  context.allocContext3(encoder);
  context.width = width;
  context.height = height;
  context.pixelFormat = format;
  context.timeBase = new Rational(1, 90_000);
  context.framerate = new Rational(Math.max(1, Math.round(framesPerSecond)), 1);
  context.gopSize = 10;
  context.maxBFrames = 0;
  context.threadCount = 1;
  context.setFlags(AV_CODEC_FLAG_LOW_DELAY);
  check(await context.open2(encoder, Dictionary.fromObject(settings)), 'open encoder');
  const frame = new Frame();
  const packet = new Packet();
  frame.alloc();
  packet.alloc();
  frame.format = format;
  frame.width = width;
  frame.height = height;
  check(frame.getBuffer(32), 'frame buffer');
  const scaler = new SoftwareScaleContext();
  let scaled = '';
  const units: AccessUnit[] = [];
  for (const picture of pictures) {
    const cut = middleOf(picture, width / height);
    if (scaled !== `${cut.width}x${cut.height}`)
      scaler.getContext(cut.width, cut.height, AV_PIX_FMT_YUV420P, width, height, format, SWS_BILINEAR);
    scaled = `${cut.width}x${cut.height}`;
    frame.makeWritable();
    check(scaler.scaleSync(cut.planes, cut.strides, 0, cut.height, [...frame.data!], frame.linesize), 'scale');
    const sequence = units.length;
    const rtpTimestamp = Math.round((sequence * 90_000) / framesPerSecond);
    const capturedAtUs = Math.round((sequence * 1e6) / framesPerSecond);
    frame.pts = BigInt(rtpTimestamp);
    check(await context.sendFrame(frame), 'encode');
    check(await context.receivePacket(packet), 'read');
    units.push({
      streamId: 'camera',
      vehicleId: null,
      kind: 'dashcam',
      epoch: 1,
      sequence,
      capturedAtUs,
      clock: 'source',
      publishedAtUs: capturedAtUs,
      rtpTimestamp,
      codec,
      isKeyframe: packet.isKeyframe,
      width,
      height,
      payload: Buffer.from(packet.data!),
    });
    packet.unref();
  }
  scaler.freeContext();
  frame.free();
  packet.free();
  context.freeContext();
  return units;
}

/** The largest part in the middle that is so many times wider than high. */
function middleOf(picture: I420Picture, aspect: number) {
  const even = (value: number) => Math.max(2, 2 * Math.floor(value / 2));
  const width = even(Math.min(picture.width, picture.height * aspect));
  const height = even(Math.min(picture.height, picture.width / aspect));
  const [left, top] = [2 * Math.floor((picture.width - width) / 4), 2 * Math.floor((picture.height - height) / 4)];
  const buffer = Buffer.from(picture.i420.buffer, picture.i420.byteOffset, picture.i420.byteLength);
  const luma = picture.width * picture.height;
  const [lumaStride, colourStride] = [picture.width, picture.width / 2];
  const planes = [
    buffer.subarray(top * lumaStride + left, luma),
    buffer.subarray(luma + (top / 2) * colourStride + left / 2, 1.25 * luma),
    buffer.subarray(1.25 * luma + (top / 2) * colourStride + left / 2),
  ];
  return { width, height, planes, strides: [lumaStride, colourStride, colourStride] };
}
