import { writeFile } from 'node:fs/promises';
import { AV_CODEC_ID_H264, AV_PIX_FMT_YUV420P, AVMEDIA_TYPE_VIDEO } from 'node-av/constants';
import { FFmpegError, FormatContext, Packet, Rational } from 'node-av/lib';
import { RoadstreamError } from '../../schemas/errors.ts';
import { rtpClockHz } from '../../schemas/messages.ts';
import type { SourceFrame } from '../source.ts';
import { parameterSetsOf } from '../sources/annex-b.ts';
import { encodeScene } from './render.ts';
import { framesPerSecond } from './scenario.ts';
import { scenarioNamed, scenarios } from './scenarios/index.ts';
import { openScene } from './scene.ts';
import { openWorld } from './world.ts';

export { encodeScenario, encodeScene, renderScenario, renderScene } from './render.ts';

/** Names that simulate and `sim:` take. */
export const scenarioNames: readonly string[] = scenarios.map(({ name }) => name);

export interface SimulateOptions {
  /** Name of a scenario. */
  readonly scenario: string;
  /** Without it, once through; longer than that, it begins again. */
  readonly seconds?: number;
  /** MP4 file to write. */
  readonly output: string;
  /** JSON file to write: what is so in each frame. */
  readonly truth?: string;
  readonly onProgress?: (framesDone: number, framesAll: number) => void;
}

/** What the truth file holds. */
export interface TruthFile {
  readonly scenario: string;
  readonly framesPerSecond: number;
  readonly width: number;
  readonly height: number;
  /** Of a camera above a road. */
  readonly focalPx?: number;
  readonly camera?: { readonly heightMeters: number; readonly pitchDegrees: number };
  /** As the scenario's kind has it: ingest/simulator/truth.ts for the road. */
  readonly frames: readonly unknown[];
}

/**
 * Writes a scenario as an MP4 and its truth as JSON.
 * @throws SCENARIO_UNKNOWN, REQUEST_INVALID for a length that is none, FILE_UNWRITABLE
 */
export async function simulate(options: SimulateOptions): Promise<void> {
  const scenario = scenarioNamed(options.scenario);
  const seconds = options.seconds ?? scenario.durationSeconds;
  const totalFrames = Math.round(seconds * framesPerSecond);
  if (!(totalFrames >= 1 && totalFrames <= longestSeconds * framesPerSecond))
    throw new RoadstreamError(
      'REQUEST_INVALID',
      `A drive of ${seconds} s cannot be simulated; give more than 0 and at most ${longestSeconds} seconds.`,
    );
  const scene = openScene(scenario);
  const truths: unknown[] = [];
  let movie: Movie | undefined;
  try {
    for await (const { frame, truth } of encodeScene(scene, { frames: totalFrames })) {
      movie ??= await Movie.create(options.output, frame);
      await movie.write(frame);
      truths.push(truth);
      options.onProgress?.(truths.length, totalFrames);
    }
    await movie?.finish();
  } finally {
    await movie?.close();
  }
  if (!options.truth) return;
  const { width, height } = scene;
  const seenFrom = 'road' in scenario ? { focalPx: openWorld(scenario).camera.focalPx, camera: scenario.camera } : {};
  const file: TruthFile = { scenario: scenario.name, framesPerSecond, width, height, ...seenFrom, frames: truths };
  await writeFile(options.truth, JSON.stringify(file)).catch((cause: unknown) => unwritable(options.truth!, cause));
}

/** An hour; the truth of longer drives would not fit into memory. */
const longestSeconds = 3600;

/** An MP4 file that takes access units as they are. */
class Movie {
  readonly #path: string;
  readonly #format: FormatContext;
  readonly #packet = new Packet();
  #isOpen = true;

  private constructor(path: string, format: FormatContext) {
    this.#path = path;
    this.#format = format;
    this.#packet.alloc();
  }

  static async create(path: string, first: SourceFrame): Promise<Movie> {
    const format = new FormatContext();
    check(format.allocOutputContext2(null, 'mp4', path), path);
    const stream = format.newStream();
    const { codecpar } = stream;
    codecpar.codecType = AVMEDIA_TYPE_VIDEO;
    codecpar.codecId = AV_CODEC_ID_H264;
    codecpar.format = AV_PIX_FMT_YUV420P;
    codecpar.width = first.width;
    codecpar.height = first.height;
    codecpar.extradata = parameterSetsOf('h264', first.payload) ?? null;
    stream.timeBase = new Rational(1, rtpClockHz);
    const movie = new Movie(path, format);
    try {
      check(await format.openOutput(), path);
      check(await format.writeHeader(), path);
    } catch (thrown) {
      await movie.close();
      throw thrown;
    }
    return movie;
  }

  async write(frame: SourceFrame): Promise<void> {
    const packet = this.#packet;
    packet.data = frame.payload;
    packet.isKeyframe = frame.isKeyframe;
    packet.pts = packet.dts = BigInt(frame.rtpTimestamp);
    packet.duration = BigInt(rtpClockHz / framesPerSecond);
    packet.timeBase = { num: 1, den: rtpClockHz };
    packet.streamIndex = 0;
    check(await this.#format.interleavedWriteFrame(packet), this.#path);
    packet.unref();
  }

  async finish(): Promise<void> {
    check(await this.#format.writeTrailer(), this.#path);
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#packet.free();
    await this.#format.closeOutput();
    this.#format.freeContext();
  }
}

function check(result: number, path: string): void {
  if (result < 0) unwritable(path, new FFmpegError(result));
}

function unwritable(path: string, cause: unknown): never {
  const reason = cause instanceof Error ? cause.message : String(cause);
  throw new RoadstreamError(
    'FILE_UNWRITABLE',
    `${path} cannot be written: ${reason}. Choose a folder that exists, may be written to and has room.`,
    { cause },
  );
}
