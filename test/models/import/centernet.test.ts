import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import path from 'node:path';
import { before, type TestContext, test } from 'node:test';
import ort from 'onnxruntime-node';
import { cocoClasses } from '../../../models/coco.ts';
import { roadClasses } from '../../../models/detector.ts';
import { importCenternet } from '../../../models/import/centernet.ts';
import { needsShared } from '../../support/needs.ts';
import golden from '../golden/centernet-tfjs.json' with { type: 'json' };
import { drawRoad, readFrame, toRgb } from '../support/picture.ts';

const { inputWidth, inputHeight, frames } = golden;
const [columns, rows] = [inputWidth / 4, inputHeight / 4];
const points = columns * rows;
const classes = roadClasses.map((name) => cocoClasses.indexOf(name));
/** Of a score, 0..1. */
const scoreTolerance = 1e-3;
/** Pixels. */
const extentTolerance = 0.01;

let files: readonly [Buffer, Buffer];
let session: ort.InferenceSession;

before(async () => {
  const folder = path.dirname(findPackageJSON('@vladmandic/human', import.meta.url)!);
  files = [await readFile(path.join(folder, 'models/centernet.json')), await readFile(path.join(folder, 'models/centernet.bin'))];
  session = await ort.InferenceSession.create(importCenternet(...files, { inputWidth, inputHeight, classes }));
});

async function run(pixels: Uint8Array, batch: number, width = inputWidth, height = inputHeight, model = session) {
  const { peaks, extents } = await model.run({ image: new ort.Tensor('uint8', pixels, [batch, height, width, 3]) });
  return { peaks: peaks!.data as Float32Array, extents: extents!.data as Float32Array };
}

async function pixelsOf(t: TestContext, { picture, frame }: (typeof frames)[number]): Promise<Uint8Array | undefined> {
  if (picture === null) return drawRoad(inputWidth, inputHeight);
  const file = needsShared(t, picture);
  if (file === undefined) return undefined;
  const decoded = await readFrame(file, frame);
  return toRgb(decoded, [0, 0, decoded.width, decoded.height], inputWidth, inputHeight);
}

for (const recorded of frames) {
  test(`gives the scores and extents that TFJS gave on ${recorded.picture ?? 'a drawn road'}`, async (t) => {
    const pixels = await pixelsOf(t, recorded);
    if (pixels === undefined) return;
    const { peaks, extents } = await run(pixels, 1);
    const expected = new Set<number>();
    for (const [name, column, row, score, ...edges] of recorded.peaks as [(typeof roadClasses)[number], ...number[]][]) {
      const point = row! * columns + column!;
      const at = roadClasses.indexOf(name) * points + point;
      expected.add(at);
      assert.ok(Math.abs(peaks[at]! - score!) <= scoreTolerance, `${name} at ${column}, ${row}: ${peaks[at]} instead of ${score}`);
      for (const [edge, pixelsAway] of edges.entries()) {
        const found = extents[edge * points + point]!;
        assert.ok(
          Math.abs(found - pixelsAway) <= extentTolerance,
          `edge ${edge} of ${name} at ${column}, ${row}: ${found} instead of ${pixelsAway}`,
        );
      }
    }
    const more = [...peaks.entries()].filter(([at, score]) => score > recorded.minimumScore + scoreTolerance && !expected.has(at));
    assert.deepEqual(more, [], 'no peak that TFJS did not give');
  });
}

test('gives each picture of a batch what it gives alone', async () => {
  const pixels = drawRoad(inputWidth, inputHeight);
  const both = new Uint8Array(2 * pixels.length);
  both.set(pixels.toReversed());
  both.set(pixels, pixels.length);
  const alone = await run(pixels, 1);
  const batch = await run(both, 2);
  assert.deepEqual(batch.peaks.subarray(alone.peaks.length), alone.peaks);
  assert.notDeepEqual(batch.peaks.subarray(0, alone.peaks.length), alone.peaks);
});

test('takes another input size that 32 divides', async () => {
  const [width, height] = [320, 192];
  const other = await ort.InferenceSession.create(importCenternet(...files, { inputWidth: width, inputHeight: height, classes }));
  const { peaks, extents } = await run(drawRoad(width, height), 1, width, height, other);
  assert.equal(peaks.length, (classes.length * width * height) / 16);
  assert.equal(extents.length, (4 * width * height) / 16);
  assert.ok(peaks.some((score) => score > 0.05));
  await other.release();
});

test('says what is wrong with files that are damaged', () => {
  const options = { inputWidth, inputHeight, classes };
  assert.throws(() => importCenternet(files[0], files[1].subarray(0, -100), options), { code: 'MODEL_CORRUPT' });
  assert.throws(() => importCenternet(files[0].subarray(0, 1000), files[1], options), { code: 'MODEL_CORRUPT' });
  const unknown = Buffer.from(files[0].toString().replace('"op":"ResizeBilinear"', '"op":"Gelu"'));
  assert.throws(() => importCenternet(unknown, files[1], options), { code: 'MODEL_CORRUPT', message: /Gelu/ });
});
