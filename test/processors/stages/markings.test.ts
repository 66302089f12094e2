import assert from 'node:assert/strict';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { AV_PIX_FMT_YUV420P } from 'node-av/constants';
import { pictureOver } from '../../../ingest/simulator/drawing/sprite.ts';
import { laneTruthAtMeters } from '../../../ingest/simulator/lane-truth.ts';
import { roadScenarioNamed } from '../../../ingest/simulator/scenarios/index.ts';
import { openRoad } from '../../../ingest/simulator/scene.ts';
import { openNetwork } from '../../../models/network.ts';
import { createCamera } from '../../../processors/core/geometry.ts';
import { momentaryPitch, noLane, stepLanes } from '../../../processors/core/lanes/lane-follower.ts';
import { roadRow } from '../../../processors/core/lanes/lane-shape.ts';
import type { Picture } from '../../../processors/stages/decoder.ts';
import { LineNetwork } from '../../../processors/stages/line-network.ts';
import { BrightBars, type MarkingFinder } from '../../../processors/stages/markings.ts';
import { cameraSchema } from '../../../schemas/configuration.ts';
import { needsShared } from '../../support/needs.ts';
import { temporaryFolder } from '../../support/temporary.ts';

/** Every way of finding markings must pass; undefined is skipped. */
const finders: Readonly<Record<string, (t: TestContext) => Promise<MarkingFinder | undefined>>> = {
  'bright bars': async () => new BrightBars(),
  'lanes-nano': async (t) => {
    const file = needsShared(t, 'models/twinlitenetplus_nano.onnx');
    if (!file) return undefined;
    const network = await openNetwork({ name: 'lanes-nano', dataDirectory: temporaryFolder(t), mirror: path.dirname(file) });
    t.after(() => network.close());
    return new LineNetwork(network);
  },
};

/** A picture of luma alone. */
function grey(width: number, height: number, luma: (x: number, y: number) => number): Picture {
  const plane = Buffer.alloc(width * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) plane[y * width + x] = luma(x, y);
  return pictureOf(width, height, [plane, ...[1, 2].map(() => Buffer.alloc((width * height) / 4, 128))]);
}

function pictureOf(width: number, height: number, planes: Buffer[]): Picture {
  const strides = [width, width / 2, width / 2];
  return { width, height, pixelFormat: AV_PIX_FMT_YUV420P, chromaShiftX: 1, chromaShiftY: 1, planes, strides } as unknown as Picture;
}

async function look(finder: MarkingFinder, picture: Picture) {
  finder.take(picture, createCamera(cameraSchema.parse({}), picture.width, picture.height), 0);
  return finder.find();
}

for (const [name, open] of Object.entries(finders)) {
  test(`${name}: the lane of a drawn drive is found, and the offset is right within 0.25 m`, async (t) => {
    const finder = await open(t);
    if (!finder) return;
    const scene = openRoad(roadScenarioNamed('quiet-drive'));
    const { width, height } = scene;
    const i420 = new Uint8Array((width * height * 3) / 2);
    const { y, u, v } = pictureOver(i420, width, height);
    const picture = pictureOf(
      width,
      height,
      [y, u, v].map((plane) => Buffer.from(plane.buffer, plane.byteOffset, plane.length)),
    );
    const camera = createCamera(cameraSchema.parse({}), width, height);
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

  test(`${name}: nothing is found in black, grey, edges of shadows and tiny pictures`, async (t) => {
    const finder = await open(t);
    if (!finder) return;
    const table: { why: string; picture: Picture }[] = [
      { why: 'black', picture: grey(1280, 720, () => 16) },
      { why: 'grey', picture: grey(1280, 720, () => 110) },
      { why: 'a shadow that ends', picture: grey(1280, 720, (x) => (x < 700 ? 60 : 120)) },
      { why: 'a bright patch as wide as the road', picture: grey(1280, 720, (x) => (x > 300 && x < 1000 ? 120 : 60)) },
      { why: '16x16', picture: grey(16, 16, (x, y) => (x * 31 + y * 17) % 256) },
    ];
    for (const { why, picture } of table) assert.deepEqual((await look(finder, picture)).points, [], why);
    finder.close();
  });

  test(`${name}: lines are found in portrait and 4K pictures as well`, async (t) => {
    const finder = await open(t);
    if (!finder) return;
    const scene = openRoad(roadScenarioNamed('quiet-drive'));
    const i420 = new Uint8Array((scene.width * scene.height * 3) / 2);
    const { lane } = scene.draw(0, i420);
    const { y } = pictureOver(i420, scene.width, scene.height);
    for (const [width, height, zoom] of [
      [720, 1280, 16 / 9],
      [3840, 2160, 3],
    ] as const) {
      const picture = grey(width, height, (x, row) => {
        const [fromX, fromY] = [scene.width / 2 + (x - width / 2) / zoom, scene.height / 2 + (row - height / 2) / zoom];
        return y[Math.floor(fromY) * scene.width + Math.floor(fromX)]!;
      });
      const horizontalFieldOfViewDegrees = (Math.atan(width / 2 / (1000 * zoom)) * 360) / Math.PI;
      const camera = createCamera(cameraSchema.parse({ horizontalFieldOfViewDegrees }), width, height);
      finder.take(picture, camera, 0);
      const { points } = await finder.find();
      for (const { side, lateralMeters } of lane.lines) {
        const [near, far] = [lateralMeters[laneTruthAtMeters.indexOf(10)]!, lateralMeters[laneTruthAtMeters.indexOf(20)]!];
        const onLine = points.filter(({ rowPx, columnPx }) => {
          const { forwardMeters, pixelsPerMeter } = roadRow(camera, rowPx, 0)!;
          const lateral = near + ((far - near) * (forwardMeters - 10)) / 10;
          return Math.abs(columnPx - width / 2 - lateral * pixelsPerMeter) <= 0.2 * pixelsPerMeter;
        });
        assert.ok(onLine.length >= 8, `${width}x${height}, ${side}: ${onLine.length} rows of ${points.length}`);
      }
    }
    finder.close();
  });
}
