import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { openDetectorInThread } from '../../models/session.ts';
import { DashcamSenses } from '../../processors/pipelines/dashcam-senses.ts';
import { Pipeline } from '../../processors/pipelines/pipeline.ts';
import { parseConfiguration, streamSchema } from '../../schemas/configuration.ts';
import { rtpClockHz } from '../../schemas/messages.ts';
import { loadMedia, type Media } from '../support/media.ts';
import { needsShared } from '../support/needs.ts';

/** Quiet motorway driving. Pitches by eye, from where the lanes meet; 0 is what nobody has configured. */
const clips = [
  { file: 'media/highway_solidWhiteRight.mp4', pitches: [-2.5, 0] },
  { file: 'media/highway_carnd_vehicle_test.mp4', pitches: [-4, 0] },
];

/** Drives a clip through the whole pipeline. @returns How many tracks were seen, and what was raised. */
async function driveClip(t: TestContext, media: Media, pitchDegrees: number): Promise<{ tracks: number; messages: string[] }> {
  const dataDirectory = mkdtempSync(path.join(os.tmpdir(), 'roadstream-test-'));
  const detector = await openDetectorInThread({ name: 'centernet', dataDirectory });
  const stream = streamSchema.parse({ id: 'clip', url: 'file:clip.mp4', camera: { pitchDegrees } });
  const { alerts } = parseConfiguration({}, 'defaults');
  const pipeline = new Pipeline({ stream, senses: new DashcamSenses({ stream, alerts, detector }) });
  t.after(async () => {
    pipeline.close();
    await detector.close();
    rmSync(dataDirectory, { recursive: true, force: true });
  });
  const ids = new Set<number>();
  const messages: string[] = [];
  for (const [sequence, { payload, isKeyframe, seconds }] of media.units.entries()) {
    const capturedAtUs = Math.round(seconds * 1e6);
    const judged = await pipeline.push({
      codec: media.codec,
      payload,
      isKeyframe,
      rtpTimestamp: Math.round(seconds * rtpClockHz),
      capturedAtUs,
      clock: 'source',
      // The decoder tells the picture's own size.
      width: 0,
      height: 0,
      publishedAtUs: capturedAtUs,
      streamId: 'clip',
      vehicleId: null,
      kind: 'dashcam',
      epoch: 1,
      sequence,
    });
    for (const { trackId } of judged?.perception.tracks ?? []) ids.add(trackId);
    for (const { state, message } of judged?.alerts ?? []) if (state === 'raised') messages.push(message);
  }
  return { tracks: ids.size, messages };
}

for (const { file, pitches } of clips)
  for (const pitchDegrees of pitches)
    test(`${path.basename(file)} raises nothing at a pitch of ${pitchDegrees}°`, async (t) => {
      const found = needsShared(t, file);
      if (!found) return;
      const { tracks, messages } = await driveClip(t, await loadMedia(found), pitchDegrees);
      assert.ok(tracks > 0, 'nothing was seen');
      assert.deepEqual(messages, []);
    });
