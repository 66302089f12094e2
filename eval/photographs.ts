import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Models } from '../models/models.ts';
import { openSenses } from '../processors/pipelines/open-senses.ts';
import { Pipeline } from '../processors/pipelines/pipeline.ts';
import { parseConfiguration, streamSchema } from '../schemas/configuration.ts';
import type { AccessUnit } from '../schemas/messages.ts';
import { sharedFolder } from '../test/support/needs.ts';
import type { Trace, TracedFrame } from './trace.ts';

/** What a drive through all photographs is called. */
export const photographsName = 'photographs';

const folder = path.join(sharedFolder, 'media/driver');

/** What somebody has written down of a photograph of a driver. */
export interface PhotographLabel {
  readonly file: string;
  readonly state: 'alert' | 'yawning' | 'microsleep';
  readonly faceBoxPx: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

/** @returns What to do where there are no photographs here. */
export function photographsMissing(): string | undefined {
  if (existsSync(path.join(folder, 'labels.json'))) return undefined;
  return `media/driver is missing; give the folder that holds it: ROADSTREAM_SHARED=<folder>`;
}

/** Shows each photograph to a stream of its own, as the first picture of it: nothing is known of the driver then. */
export async function lookAtPhotographs(viewer: { readonly detector: string; readonly models: Models }): Promise<Trace<PhotographLabel>> {
  const { images } = JSON.parse(readFileSync(path.join(folder, 'labels.json'), 'utf8')) as { images: PhotographLabel[] };
  const { alerts } = parseConfiguration({}, 'defaults');
  const stream = streamSchema.parse({ id: 'evaluation', url: 'sim:cabin', kind: 'cabin' });
  const frames: TracedFrame<PhotographLabel>[] = [];
  for (const truth of images) {
    const pipeline = new Pipeline({ stream, senses: await openSenses({ stream, alerts, models: viewer.models }) });
    try {
      const judged = await pipeline.push({ ...firstPicture, payload: readFileSync(path.join(folder, truth.file)) });
      if (judged) frames.push({ timeSeconds: frames.length, truth, perception: judged.perception, alerts: judged.alerts });
    } finally {
      pipeline.close();
    }
  }
  return { scenario: photographsName, detector: viewer.detector, seconds: 0, frames };
}

const firstPicture: Omit<AccessUnit, 'payload'> = {
  streamId: 'evaluation',
  vehicleId: null,
  kind: 'cabin',
  codec: 'mjpeg',
  epoch: 1,
  sequence: 0,
  isKeyframe: true,
  rtpTimestamp: 0,
  capturedAtUs: 0,
  publishedAtUs: 0,
  clock: 'source',
  // The decoder tells the picture's own size.
  width: 0,
  height: 0,
};
