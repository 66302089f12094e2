import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { AV_NOPTS_VALUE, AVERROR_EOF } from 'node-av/constants';
import { BitStreamFilter, BitStreamFilterContext, FFmpegError, type Packet, type Stream } from 'node-av/lib';
import { nowUs } from '../../platform/clock.ts';
import { RoadstreamError } from '../../schemas/errors.ts';
import type { VideoCodec } from '../../schemas/messages.ts';
import type { Source, SourceFrame } from '../source.ts';
import { NativeInput } from './native-input.ts';
import { type Picture, PictureStream, videoCodec } from './picture-stream.ts';
import { rtpTimestamp } from './rtp-timestamp.ts';

/** A local disk answers in milliseconds, a network drive in seconds. */
const diskTimeoutMs = 15_000;
/** Containers only: a playlist (HLS, concat, SDP) would make FFmpeg open other files and addresses. */
const containers = 'mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,avi';
/** A computer that slept does not hurry through what it missed. */
const longestLagUs = 2_000_000;
/** Between two rounds of a file that does not say how long a picture lasts: 25 a second. */
const usualIntervalUs = 40_000;

export interface FileSourceOptions {
  /** `file:///absolute` or `file:relative` to the working directory, percent-encoded. */
  readonly url: string;
  /** Folders below which the file must lie, symbolic links resolved. */
  readonly fileFolders: readonly string[];
  /** Whether it begins again at its end; its time then goes on. */
  readonly loop: boolean;
  /** Whether pictures come at the pace of their times; true by default. */
  readonly paced?: boolean;
}

/**
 * A video file (MP4, MKV, MPEG-TS, AVI) as a camera. Pictures come in decoding order; capture time and `rtpTimestamp` are
 * those of presentation, so with B-frames they go back and forth, and a picture comes no earlier than it is captured.
 */
export function openFileSource({ url, fileFolders, loop, paced = true }: FileSourceOptions): Source {
  return {
    shown: url,
    async *frames(signal) {
      const file = await permittedPath(url, fileFolders);
      let startUs = nowUs();
      let roundUs = 0;
      do {
        let endUs = 0;
        for await (const { codec, picture, presentedAtUs, durationUs } of pictures(file, url, signal)) {
          const mediaUs = roundUs + presentedAtUs;
          const dueInUs = startUs + mediaUs - nowUs();
          if (paced && dueInUs > 0) await sleep(dueInUs / 1000, undefined, { signal }).catch(() => {});
          if (paced && dueInUs < -longestLagUs) startUs -= dueInUs;
          if (signal.aborted) return;
          yield {
            codec,
            ...picture,
            capturedAtUs: Math.round(startUs + mediaUs),
            clock: 'source',
            rtpTimestamp: rtpTimestamp(mediaUs),
          } satisfies SourceFrame;
          endUs = Math.max(endUs, presentedAtUs + durationUs);
        }
        if (signal.aborted) return;
        if (endUs === 0) throw notVideo(url, 'holds no pictures');
        roundUs += endUs;
      } while (loop);
    },
  };
}

/** @throws SOURCE_PATH_REFUSED, SOURCE_NOT_FOUND, CONFIGURATION_INVALID */
async function permittedPath(url: string, fileFolders: readonly string[]): Promise<string> {
  const wanted = pathOf(url);
  const roots = fileFolders.map((folder) => path.resolve(folder));
  const realRoots = await Promise.all(roots.map((root) => realpath(root).catch(() => root)));
  const refusal = new RoadstreamError(
    'SOURCE_PATH_REFUSED',
    `${url} lies outside the folders that files may come from (${roots.join(', ') || 'none'}); move it there, or add its folder to fileFolders.`,
  );
  // Before the file system is asked, so that nobody learns what exists elsewhere.
  if (![...roots, ...realRoots].some((root) => isBelow(wanted, root))) throw refusal;
  const real = await realpath(wanted).catch((cause: unknown) => {
    throw new RoadstreamError('SOURCE_NOT_FOUND', `There is no file ${wanted} to read; check the path of ${url}.`, {
      cause,
      retryable: true,
    });
  });
  if (!realRoots.some((root) => isBelow(real, root))) throw refusal;
  return real;
}

function pathOf(url: string): string {
  try {
    const relative = /^file:(?!\/)(.*)$/is.exec(url)?.[1];
    return fileURLToPath(relative === undefined ? url : new URL(relative, pathToFileURL(`${process.cwd()}/`)));
  } catch (cause) {
    throw new RoadstreamError(
      'CONFIGURATION_INVALID',
      `${url} is no file address; write file:///absolute/path or file:relative/path, percent-encoded.`,
      { cause },
    );
  }
}

function isBelow(file: string, folder: string): boolean {
  const way = path.relative(folder, file);
  return way !== '' && way !== '..' && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way);
}

interface TimedPicture {
  readonly codec: VideoCodec;
  readonly picture: Picture;
  /** From the first picture's presentation, µs. */
  readonly presentedAtUs: number;
  readonly durationUs: number;
}

/** One round through the file, as fast as it is asked for. */
async function* pictures(file: string, shown: string, signal: AbortSignal): AsyncGenerator<TimedPicture, void, undefined> {
  await using input = new NativeInput(signal);
  const opened = await input.open(`file:${file}`, { protocol_whitelist: 'file', format_whitelist: containers }, diskTimeoutMs);
  if (opened === 'aborted') return;
  if (opened !== 0) throw damaged(shown, opened);
  const stream = input.videoStream();
  if (!stream) throw notVideo(shown, 'holds no video');
  const codec = videoCodec(stream.codecpar.codecId, shown);
  using filter = codec === 'mjpeg' ? undefined : annexBFilter(codec, stream, shown);
  const stored = new PictureStream(codec, stream.codecpar.codecId, filter?.outputCodecParameters?.extradata ?? null);
  const usPerTick = (stream.timeBase.num / stream.timeBase.den) * 1e6;
  let firstTicks: bigint | undefined;
  for (;;) {
    const outcome = await input.read(diskTimeoutMs);
    if (outcome === 'aborted' || outcome === AVERROR_EOF) return;
    if (outcome !== 0) throw damaged(shown, outcome);
    const { packet } = input;
    if (packet.streamIndex !== stream.index) continue;
    const ticks = ticksOf(packet);
    const isKeyframe = packet.isKeyframe;
    const durationUs = Number(packet.duration) * usPerTick || usualIntervalUs;
    if (filter) rewrite(packet, filter, shown);
    const bytes = packet.data;
    if (!bytes) continue;
    firstTicks ??= ticks;
    yield { codec, picture: stored.push(bytes, isKeyframe), presentedAtUs: Number(ticks - firstTicks) * usPerTick, durationUs };
  }
}

/** AVI has only the order of decoding. */
function ticksOf({ pts, dts }: Packet): bigint {
  return pts === AV_NOPTS_VALUE ? dts : pts;
}

/** MP4 and MKV store lengths where a decoder in the middle of a stream needs start codes; other containers pass unchanged. */
function annexBFilter(codec: VideoCodec, stream: Stream, shown: string): BitStreamFilterContext {
  const filter = new BitStreamFilterContext();
  const made = filter.alloc(BitStreamFilter.getByName(codec === 'h264' ? 'h264_mp4toannexb' : 'hevc_mp4toannexb')!);
  const code = made || stream.codecpar.copy(filter.inputCodecParameters!) || filter.init();
  if (code >= 0) return filter;
  filter.free();
  throw damaged(shown, code);
}

function rewrite(packet: Packet, filter: BitStreamFilterContext, shown: string): void {
  const code = filter.sendPacketSync(packet) || filter.receivePacketSync(packet);
  if (code < 0) throw damaged(shown, code);
}

function damaged(shown: string, outcome: number | 'late'): RoadstreamError {
  return notVideo(shown, outcome === 'late' ? 'is not read in time' : `cannot be read as video (${FFmpegError.strerror(outcome)})`);
}

function notVideo(shown: string, how: string): RoadstreamError {
  return new RoadstreamError('SOURCE_INVALID', `${shown} ${how}; give it an MP4, MKV, MPEG-TS or AVI file with H.264, H.265 or MJPEG.`, {
    retryable: true,
  });
}
