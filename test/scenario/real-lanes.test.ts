import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCamera } from '../../processors/core/geometry.ts';
import { momentaryPitch, noLane, stepLanes } from '../../processors/core/lanes/lane-follower.ts';
import { Decoder } from '../../processors/stages/decoder.ts';
import { BrightBars } from '../../processors/stages/markings.ts';
import { cameraSchema } from '../../schemas/configuration.ts';
import { rtpClockHz } from '../../schemas/messages.ts';
import { loadMedia } from '../support/media.ts';
import { needsShared } from '../support/needs.ts';

/** Seen by eye: a dashed line to the left, a solid one to the right, straight on. The pitch is by eye too; 0 is what nobody has configured. */
const table = [
  { why: 'configured', pitchDegrees: -2.5, settledSeconds: 1 },
  { why: 'not configured', pitchDegrees: 0, settledSeconds: 4 },
];

for (const { why, pitchDegrees, settledSeconds } of table)
  test(`a real motorway shows a dashed line to the left and a solid one to the right, with the pitch ${why}`, async (t) => {
    const file = needsShared(t, 'media/highway_solidWhiteRight.mp4');
    if (!file) return;
    const media = await loadMedia(file);
    const decoder = new Decoder();
    const finder = new BrightBars();
    t.after(() => {
      decoder.close();
      finder.close();
    });
    let state = noLane;
    const told: string[] = [];
    for (const [sequence, { payload, isKeyframe, seconds }] of media.units.entries()) {
      const capturedAtUs = Math.round(seconds * 1e6);
      const picture = await decoder.decode({
        codec: media.codec,
        payload,
        isKeyframe,
        rtpTimestamp: Math.round(seconds * rtpClockHz),
        capturedAtUs,
        clock: 'source',
        width: 0,
        height: 0,
        publishedAtUs: capturedAtUs,
        streamId: 'clip',
        vehicleId: null,
        kind: 'dashcam',
        epoch: 1,
        sequence,
      });
      if (!picture) continue;
      const camera = createCamera(cameraSchema.parse({ pitchDegrees }), picture.width, picture.height);
      finder.take(picture, camera, momentaryPitch(state));
      const step = stepLanes(state, { camera, markings: await finder.find(), boxes: [], seconds: 1 / 25, isCut: false });
      state = step.state;
      if (seconds >= settledSeconds) told.push(step.lanes.lines.map(({ side, type }) => `${side} ${type}`).join(', '));
    }
    const right = told.filter((lines) => lines === 'left dashed, right solid').length;
    assert.ok(right >= 0.97 * told.length, `${right} of ${told.length}`);
  });
