import '../../platform/ffmpeg.ts';
import { AV_CODEC_FLAG_LOW_DELAY, AV_CODEC_ID_H264, AV_PIX_FMT_YUV420P } from 'node-av/constants';
import { Codec, CodecContext, Dictionary, FFmpegError, Frame, Packet, Rational } from 'node-av/lib';

export interface ClipPicture {
  readonly payload: Buffer;
  readonly isKeyframe: boolean;
  /** Its number in the order of showing, which is what the picture spells; another than its place when there are B-frames. */
  readonly number: number;
}

export interface ClipOptions {
  readonly frames: number;
  readonly width?: number;
  readonly height?: number;
  readonly framesPerSecond?: number;
  readonly keyframeEvery?: number;
  readonly bitsPerSecond?: number;
  readonly bFrames?: number;
}

/** Blocks of the strip along the top of each picture that spell the picture's number, lowest bit left. */
export const numberBits = 16;

/** Encodes moving pictures as H.264, Annex B, parameter sets before each keyframe; each shows its own number. */
export async function encodeClip(options: ClipOptions): Promise<ClipPicture[]> {
  const {
    frames,
    width = 640,
    height = 360,
    framesPerSecond = 30,
    keyframeEvery = framesPerSecond,
    bitsPerSecond = 1_000_000,
    bFrames = 0,
  } = options;
  const codec = Codec.findEncoder(AV_CODEC_ID_H264);
  if (!codec) throw new Error('node-av has no H.264 encoder');
  const context = new CodecContext();
  context.allocContext3(codec);
  context.width = width;
  context.height = height;
  context.pixelFormat = AV_PIX_FMT_YUV420P;
  context.timeBase = new Rational(1, framesPerSecond);
  context.framerate = new Rational(framesPerSecond, 1);
  context.gopSize = keyframeEvery;
  context.maxBFrames = bFrames;
  context.bitRate = BigInt(bitsPerSecond);
  context.threadCount = 1;
  if (bFrames === 0) context.setFlags(AV_CODEC_FLAG_LOW_DELAY);
  const settings = Dictionary.fromObject({
    preset: 'ultrafast',
    ...(bFrames === 0 && { tune: 'zerolatency' }),
    'x264-params': 'repeat-headers=1:scenecut=0:b-adapt=0',
  });
  FFmpegError.throwIfError(await context.open2(codec, settings), 'open encoder');
  const frame = new Frame();
  const packet = new Packet();
  frame.alloc();
  packet.alloc();
  frame.format = AV_PIX_FMT_YUV420P;
  frame.width = width;
  frame.height = height;
  FFmpegError.throwIfError(frame.getBuffer(32), 'frame buffer');
  const pictures: ClipPicture[] = [];
  const collect = async () => {
    while ((await context.receivePacket(packet)) >= 0) {
      pictures.push({ payload: Buffer.from(packet.data!), isKeyframe: packet.isKeyframe, number: Number(packet.pts) });
      packet.unref();
    }
  };
  for (let index = 0; index < frames; index++) {
    frame.makeWritable();
    draw(frame, index);
    frame.pts = BigInt(index);
    FFmpegError.throwIfError(await context.sendFrame(frame), 'encode');
    await collect();
  }
  await context.sendFrame(null);
  await collect();
  frame.free();
  packet.free();
  context.freeContext();
  return pictures;
}

function draw(frame: Frame, index: number): void {
  const { width, height } = frame;
  const [luma, u, v] = frame.data as [Buffer, Buffer, Buffer];
  const stride = frame.linesize[0]!;
  const strip = height >> 3;
  u.fill(128);
  v.fill(128);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = Math.floor((x * numberBits) / width);
      luma[y * stride + x] = y < strip ? ((index >> bit) & 1 ? 235 : 16) : 64 + (((x + index * 3) ^ (y + index)) & 127);
    }
  }
}
