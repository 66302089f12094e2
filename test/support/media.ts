import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { nalUnits, parameterSetsOf } from '../../ingest/sources/annex-b.ts';
import { openFileSource } from '../../ingest/sources/file.ts';

export interface MediaUnit {
  /** Annex B or one JPEG. */
  readonly payload: Buffer;
  readonly isKeyframe: boolean;
  /** From the beginning. */
  readonly seconds: number;
}

/** Encoded pictures in the order of decoding, to be sent over and over. */
export interface Media {
  readonly codec: 'h264' | 'h265' | 'mjpeg';
  readonly units: readonly MediaUnit[];
  readonly durationSeconds: number;
}

/** Reads a video file whole. */
export async function loadMedia(file: string): Promise<Media> {
  const absolute = path.resolve(file);
  const source = openFileSource({ url: pathToFileURL(absolute).href, fileFolders: [path.dirname(absolute)], loop: false, paced: false });
  const units: MediaUnit[] = [];
  let codec: Media['codec'] = 'h264';
  for await (const frame of source.frames(new AbortController().signal)) {
    codec = frame.codec as Media['codec'];
    units.push({ payload: frame.payload, isKeyframe: frame.isKeyframe, seconds: frame.rtpTimestamp / 90_000 });
  }
  const times = units.map(({ seconds }) => seconds).sort((a, b) => a - b);
  return { codec, units, durationSeconds: times.at(-1)! + (times[1] ?? 0.04) - times[0]! };
}

/** The parameter sets of the first keyframe, without start codes: VPS, SPS, PPS. */
export function parameterSets({ codec, units }: Media): Buffer[] {
  if (codec === 'mjpeg') return [];
  const sets = parameterSetsOf(codec, units.find(({ isKeyframe }) => isKeyframe)!.payload)!;
  return [...nalUnits(codec, sets)].map(({ bytes }) => bytes);
}
