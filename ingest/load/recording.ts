import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { deserialize, serialize } from 'node:v8';
import { AV_PIX_FMT_YUV420P, SWS_AREA } from 'node-av/constants';
import { SoftwareScaleContext } from 'node-av/lib';
import { RoadPicture } from '../simulator/drawing/road-picture.ts';
import { VideoEncoder } from '../simulator/encoder.ts';
import { framesPerSecond as drawnFramesPerSecond } from '../simulator/scenario.ts';
import { momentAt, openWorld } from '../simulator/world.ts';
import type { LoadRequest } from './address.ts';

export interface RecordedPicture {
  /** H.264, Annex B, parameter sets before each keyframe. Everybody's: nobody changes it. */
  readonly payload: Buffer;
  readonly isKeyframe: boolean;
}

/** Of this process, by what they show. */
const recordings = new Map<string, Promise<readonly RecordedPicture[]>>();

/**
 * One loop of a drive, which begins with a keyframe. It is drawn and encoded once for all streams of the process (seconds of a core);
 * with a folder to keep it in, once until the simulator changes.
 * @param cacheDirectory Made when it is not there.
 */
export function recordingOf(request: LoadRequest, cacheDirectory: string | undefined): Promise<readonly RecordedPicture[]> {
  const { scenario, framesPerSecond, width } = request;
  const key = `${scenario.name}-${framesPerSecond}-${width}`;
  let recording = recordings.get(key);
  if (!recording) {
    recording = cacheDirectory === undefined ? record(request) : kept(request, path.join(cacheDirectory, `${key}.loop`));
    recordings.set(key, recording);
    recording.catch(() => recordings.delete(key));
  }
  return recording;
}

interface LoopFile {
  /** Of the simulator's source code, in which the scenarios are. */
  readonly source: string;
  readonly pictures: readonly { readonly payload: Uint8Array; readonly isKeyframe: boolean }[];
}

async function kept(request: LoadRequest, file: string): Promise<readonly RecordedPicture[]> {
  const source = simulatorHash();
  const found = await readFile(file).then(readLoop, () => undefined);
  if (found?.source === source) return found.pictures.map(({ payload, isKeyframe }) => ({ payload: Buffer.from(payload), isKeyframe }));
  const pictures = await record(request);
  await mkdir(path.dirname(file), { recursive: true });
  // Another process may do the same at this moment: nobody must read half a file.
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, serialize({ source, pictures } satisfies LoopFile));
  await rename(unfinished, file);
  return pictures;
}

/** @returns Undefined when it is damaged. */
function readLoop(bytes: Buffer): LoopFile | undefined {
  try {
    return deserialize(bytes) as LoopFile;
  } catch {
    return undefined;
  }
}

function simulatorHash(): string {
  const folder = path.resolve(import.meta.dirname, '../simulator');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.[jt]s$/.test(file));
  const hash = createHash('sha256');
  for (const file of files.sort()) hash.update(readFileSync(path.join(folder, file)));
  return hash.digest('hex');
}

async function record({ scenario, framesPerSecond, framesPerLoop, width, height }: LoadRequest): Promise<readonly RecordedPicture[]> {
  const world = openWorld(scenario);
  const road = new RoadPicture(world);
  const drawn = Buffer.alloc((world.camera.width * world.camera.height * 3) / 2);
  const scaled = Buffer.alloc((width * height * 3) / 2);
  const encoder = VideoEncoder.open(width, height, framesPerSecond);
  const scaler = new SoftwareScaleContext();
  try {
    const format = AV_PIX_FMT_YUV420P;
    scaler.getContext(world.camera.width, world.camera.height, format, width, height, format, SWS_AREA);
    const pictures: RecordedPicture[] = [];
    for (let frame = 0; frame < framesPerLoop; frame++) {
      road.draw(momentAt(world, (frame * drawnFramesPerSecond) / framesPerSecond), drawn);
      const from = planesOf(drawn, world.camera.width, world.camera.height);
      const to = planesOf(scaled, width, height);
      scaler.scaleSync(from.planes, from.strides, 0, world.camera.height, to.planes, to.strides);
      const { payload, isKeyframe } = encoder.encode(scaled, frame);
      pictures.push({ payload, isKeyframe });
      // It takes seconds, and others want the event loop too.
      await nextTurn();
    }
    return pictures;
  } finally {
    scaler.freeContext();
    encoder.close();
  }
}

function planesOf(i420: Buffer, width: number, height: number): { planes: Buffer[]; strides: number[] } {
  const luma = width * height;
  return {
    planes: [i420.subarray(0, luma), i420.subarray(luma, luma * 1.25), i420.subarray(luma * 1.25)],
    strides: [width, width / 2, width / 2],
  };
}
