import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AV_PIX_FMT_YUV420P } from 'node-av/constants';
import { roadScenarioNamed } from '../../../ingest/simulator/scenarios/index.ts';
import { openRoad } from '../../../ingest/simulator/scene.ts';
import { createCamera, tilted } from '../../../processors/core/geometry.ts';
import { shapeOf } from '../../../processors/core/lanes/lane-filter.ts';
import { momentaryPitch, noLane, stepLanes } from '../../../processors/core/lanes/lane-follower.ts';
import { stepOwnSpeed, stripCount, unknownOwnSpeed } from '../../../processors/core/own-speed.ts';
import type { Picture } from '../../../processors/stages/decoder.ts';
import { BrightBars } from '../../../processors/stages/markings.ts';
import { stripsOfRoad } from '../../../processors/stages/road-flow.ts';
import { cameraSchema } from '../../../schemas/configuration.ts';

function pictureOf(width: number, height: number, luma: Uint8Array): Picture {
  const plane = Buffer.from(luma.buffer, luma.byteOffset, width * height);
  const shape = { width, height, pixelFormat: AV_PIX_FMT_YUV420P, chromaShiftX: 1, chromaShiftY: 1 };
  return { ...shape, planes: [plane], strides: [width] } as unknown as Picture;
}

test('the speed of a drawn drive is known within 5 % after two seconds', async () => {
  const scene = openRoad(roadScenarioNamed('quiet-drive'));
  const { width, height } = scene;
  const i420 = new Uint8Array((width * height * 3) / 2);
  const picture = pictureOf(width, height, i420);
  const camera = createCamera(cameraSchema.parse({}), width, height);
  const bars = new BrightBars();
  let [lane, state] = [noLane, unknownOwnSpeed];
  let [known, right, looked] = [0, 0, 0];
  for (let frame = 0; frame < 150; frame += 2) {
    const { actors, egoSpeedMps } = scene.draw(frame, i420);
    const step = { boxes: actors.map(({ boxPx }) => boxPx), seconds: 1 / 15, isCut: frame === 0 };
    const strips = lane.filter && stripsOfRoad(picture, camera, shapeOf(lane.filter));
    bars.take(picture, camera, momentaryPitch(lane));
    lane = stepLanes(lane, { camera, markings: await bars.find(), ...step }).state;
    const next = stepOwnSpeed(state, strips, { camera: tilted(camera, momentaryPitch(lane), 0), ...step });
    state = next.state;
    if (frame < 60) continue;
    looked++;
    if (!next.speed) continue;
    known++;
    if (Math.abs(next.speed.speedMps - egoSpeedMps) < 0.05 * egoSpeedMps) right++;
  }
  assert.ok(known >= 0.9 * looked, `${known} of ${looked} known`);
  assert.equal(right, known);
});

const lane = { leftMeters: -1.75, rightMeters: 1.75, headingRadians: 0, curvaturePerMeter: 0, pitchRadians: 0 };
const pictures = [
  { why: 'a tiny picture', width: 16, height: 16, camera: {} },
  { why: 'a portrait', width: 360, height: 640, camera: {} },
  { why: 'a horizon below the picture', width: 320, height: 180, camera: { pitchDegrees: -30 } },
  { why: 'a horizon above the picture', width: 320, height: 180, camera: { pitchDegrees: 30 } },
];
for (const { why, width, height, camera } of pictures)
  test(`looks at nothing outside of the picture: ${why}`, () => {
    const picture = pictureOf(width, height, new Uint8Array(width * height).fill(90));
    const { luma, columnsPx } = stripsOfRoad(picture, createCamera(cameraSchema.parse(camera), width, height), lane);
    assert.equal(luma.length % stripCount, 0);
    assert.equal(luma.length, columnsPx.length);
    assert.ok(luma.every((value) => Number.isNaN(value) || value === 90));
  });
