import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pictureOver } from '../../../ingest/simulator/drawing/sprite.ts';
import { roadScenarioNamed } from '../../../ingest/simulator/scenarios/index.ts';
import { openRoad } from '../../../ingest/simulator/scene.ts';
import { createCamera } from '../../../processors/core/geometry.ts';
import { momentaryPitch, noLane, stepLanes } from '../../../processors/core/lanes/lane-follower.ts';
import type { Picture } from '../../../processors/stages/decoder.ts';
import { BrightBars, type MarkingFinder } from '../../../processors/stages/markings.ts';
import { cameraSchema } from '../../../schemas/configuration.ts';

/** Every way of finding markings must pass. */
const finders: Readonly<Record<string, () => MarkingFinder>> = { 'bright bars': () => new BrightBars() };

/** A picture of luma alone. */
function grey(width: number, height: number, luma: (x: number, y: number) => number): Picture {
  const plane = Buffer.alloc(width * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) plane[y * width + x] = luma(x, y);
  return { width, height, planes: [plane], strides: [width] } as unknown as Picture;
}

async function look(finder: MarkingFinder, picture: Picture) {
  finder.take(picture, createCamera(cameraSchema.parse({}), picture.width, picture.height), 0);
  return finder.find();
}

for (const [name, open] of Object.entries(finders)) {
  test(`${name}: the lane of a drawn drive is found, and the offset is right within 0.25 m`, async () => {
    const scene = openRoad(roadScenarioNamed('quiet-drive'));
    const { width, height } = scene;
    const i420 = new Uint8Array((width * height * 3) / 2);
    const { y } = pictureOver(i420, width, height);
    const picture = { width, height, planes: [Buffer.from(y.buffer, y.byteOffset, y.length)], strides: [width] } as unknown as Picture;
    const camera = createCamera(cameraSchema.parse({}), width, height);
    const finder = open();
    let state = noLane;
    let [found, right, drawn] = [0, 0, 0];
    for (let frame = 0; frame < 180; frame += 2) {
      const truth = scene.draw(frame, i420);
      finder.take(picture, camera, momentaryPitch(state));
      const boxes = truth.actors.map(({ boxPx }) => boxPx);
      const { state: next, lanes } = stepLanes(state, { camera, markings: await finder.find(), boxes, seconds: 1 / 15, isCut: false });
      state = next;
      if (frame < 30) continue;
      drawn++;
      if (lanes.lines.length === 2) found++;
      if (lanes.offsetMeters !== null && Math.abs(lanes.offsetMeters - truth.lane.offsetMeters) <= 0.25) right++;
    }
    finder.close();
    assert.ok(found >= 0.97 * drawn, `${found} of ${drawn} found`);
    assert.ok(right >= 0.95 * drawn, `${right} of ${drawn} within 0.25 m`);
  });

  test(`${name}: nothing is found in black, grey, edges of shadows and tiny pictures`, async () => {
    const table: { why: string; picture: Picture }[] = [
      { why: 'black', picture: grey(1280, 720, () => 16) },
      { why: 'grey', picture: grey(1280, 720, () => 110) },
      { why: 'a shadow that ends', picture: grey(1280, 720, (x) => (x < 700 ? 60 : 120)) },
      { why: 'a bright patch as wide as the road', picture: grey(1280, 720, (x) => (x > 300 && x < 1000 ? 120 : 60)) },
      { why: '16x16', picture: grey(16, 16, (x, y) => (x * 31 + y * 17) % 256) },
    ];
    const finder = open();
    for (const { why, picture } of table) assert.deepEqual((await look(finder, picture)).points, [], why);
    finder.close();
  });

  test(`${name}: portrait and 4K pictures are looked at as well`, async () => {
    const finder = open();
    for (const [width, height] of [
      [720, 1280],
      [3840, 2160],
    ] as const) {
      const focal = createCamera(cameraSchema.parse({}), width, height).focalPx;
      // A line of 0.15 m straight ahead, under a camera 1.3 m high.
      const picture = grey(width, height, (x, y) => (Math.abs(x - width / 2) < ((y - height / 2) / 1.3) * 0.075 ? 190 : 90));
      const { rowsPx, points } = await look(finder, picture);
      const far = points.filter(({ columnPx }) => Math.abs(columnPx - width / 2) > 2 * (focal / 1000));
      assert.ok(points.length >= 0.7 * rowsPx.length, `${width}x${height}: ${points.length} of ${rowsPx.length} rows`);
      assert.deepEqual(far, [], `${width}x${height}`);
    }
    finder.close();
  });
}
