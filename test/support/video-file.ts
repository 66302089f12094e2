import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUVJ420P,
  FF_ENCODER_LIBX264,
  FF_ENCODER_LIBX265,
  FF_ENCODER_MJPEG,
} from 'node-av/constants';
import { Codec, CodecContext, Dictionary, FFmpegError, FormatContext, Frame, Packet, Rational } from 'node-av/lib';

export interface VideoFileOptions {
  readonly codec: 'h264' | 'h265' | 'mjpeg';
  readonly frames: number;
  readonly framesPerSecond?: number;
  readonly keyframeEvery?: number;
  readonly bFrames?: number;
  readonly width?: number;
  readonly height?: number;
}

/** A folder of this process, removed when it ends. */
export const videoFolder = mkdtempSync(path.join(os.tmpdir(), 'roadstream-video-'));
process.once('exit', () => rmSync(videoFolder, { recursive: true, force: true }));

const encoders = { h264: FF_ENCODER_LIBX264, h265: FF_ENCODER_LIBX265, mjpeg: FF_ENCODER_MJPEG };

/**
 * Draws, encodes and writes a small video file; its ending names the container (.mp4, .mkv, .ts, .avi).
 */
export async function writeVideoFile(file: string, options: VideoFileOptions): Promise<void> {
  const { codec: name, frames, framesPerSecond = 25, keyframeEvery = 10, bFrames = 0, width = 320, height = 176 } = options;
  const check = (code: number, what: string) => FFmpegError.throwIfError(code, what);
  const codec = Codec.findEncoderByName(encoders[name])!;
  const context = new CodecContext();
  context.allocContext3(codec);
  context.width = width;
  context.height = height;
  // MJPEG uses the whole range; RFC 2435 carries only the usual Huffman tables.
  context.pixelFormat = name === 'mjpeg' ? AV_PIX_FMT_YUVJ420P : AV_PIX_FMT_YUV420P;
  context.timeBase = new Rational(1, framesPerSecond);
  context.framerate = new Rational(framesPerSecond, 1);
  context.gopSize = keyframeEvery;
  context.maxBFrames = bFrames;
  context.threadCount = 1;
  context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
  const settings = {
    h264: { preset: 'ultrafast', 'x264-params': 'scenecut=0:b-adapt=0' },
    h265: {
      preset: 'ultrafast',
      'x265-params': `log-level=none:scenecut=0:keyint=${keyframeEvery}:min-keyint=${keyframeEvery}:open-gop=0:pools=none`,
    },
    mjpeg: { huffman: 'default' },
  }[name];
  check(await context.open2(codec, Dictionary.fromObject(settings)), 'open encoder');

  const output = new FormatContext();
  check(output.allocOutputContext2(null, null, file), 'output');
  const stream = output.newStream();
  check(stream.codecpar.fromContext(context), 'stream');
  stream.timeBase = context.timeBase;
  check(await output.openOutput(), 'open output');
  check(await output.writeHeader(), 'header');

  const frame = new Frame();
  const packet = new Packet();
  frame.alloc();
  packet.alloc();
  frame.format = context.pixelFormat;
  frame.width = width;
  frame.height = height;
  check(frame.getBuffer(32), 'frame buffer');
  const drain = async () => {
    while ((await context.receivePacket(packet)) >= 0) {
      packet.duration = 1n;
      packet.streamIndex = 0;
      packet.rescaleTs(context.timeBase, stream.timeBase);
      check(await output.interleavedWriteFrame(packet), 'write');
    }
  };
  for (let index = 0; index < frames; index++) {
    frame.makeWritable();
    draw(frame, index);
    frame.pts = BigInt(index);
    check(await context.sendFrame(frame), 'encode');
    await drain();
  }
  await context.sendFrame(null);
  await drain();
  check(await output.writeTrailer(), 'trailer');
  await output.closeOutput();
  output.freeContext();
  frame.free();
  packet.free();
  context.freeContext();
}

/** A textured ground that moves, so that no two pictures are alike and none is tiny. */
function draw(frame: Frame, index: number): void {
  const [luma, u, v] = frame.data as [Buffer, Buffer, Buffer];
  const stride = frame.linesize[0]!;
  u.fill(112);
  v.fill(144);
  for (let y = 0; y < frame.height; y++)
    for (let x = 0; x < frame.width; x++)
      luma[y * stride + x] = 32 + (((x + index * 3) ^ (y + index)) & 127) + ((x * 7 + y * 13 + index * 31) % 23);
}
