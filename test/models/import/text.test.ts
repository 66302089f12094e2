import assert from 'node:assert/strict';
import { test } from 'node:test';
import ort from 'onnxruntime-node';
import { makeOnnx as makeDetector } from '../../../models/import/text-detector.ts';
import { makeOnnx as makeRecogniser } from '../../../models/import/text-recogniser.ts';
import { findModel } from '../../../models/manifest.ts';
import { readModelFiles } from '../../../models/store.ts';
import { temporaryFolder } from '../../support/temporary.ts';

/** A row of dark strokes on light paper, in colours that differ. */
function strokes(width: number, height: number): Uint8Array {
  return Uint8Array.from({ length: 3 * width * height }, (_, index) => {
    const [column, row] = [Math.floor(index / 3) % width, Math.floor(index / 3 / width)];
    const isInk = column % 24 < 6 && row > 0.2 * height && row < 0.8 * height;
    return (isInk ? 40 : 200) + 15 * (index % 3);
  });
}

test('the text detector says of a picture what the model itself says of its normalised planes', async (t) => {
  const files = await readModelFiles(findModel('ocr-detector'), { dataDirectory: temporaryFolder(t), mirror: '' });
  const [width, height] = [96, 64];
  const rgb = strokes(width, height);
  // NormalizeImage of PaddleOCR, on pictures that have blue first.
  const planes = Float32Array.from({ length: rgb.length }, (_, index) => {
    const [plane, pixel] = [Math.floor(index / (width * height)), index % (width * height)];
    return (rgb[3 * pixel + 2 - plane]! / 255 - [0.485, 0.456, 0.406][plane]!) / [0.229, 0.224, 0.225][plane]!;
  });
  const own = await run(files[0]!, { x: new ort.Tensor('float32', planes, [1, 3, height, width]) });
  const made = await run(makeDetector(files), { picture: new ort.Tensor('uint8', rgb, [1, height, width, 3]) });
  const expected = Object.values(own)[0]!.data as Float32Array;
  assert.ok(Math.max(...expected) > 0.3, 'the model sees no text there');
  const worst = Math.max(...expected.map((value, index) => Math.abs(value - Number(made.text!.data[index]))));
  assert.ok(worst < 1e-4, `off by ${worst}`);
});

test('the text recogniser gives the two likeliest classes of each step, and its probability of a blank', async (t) => {
  const files = await readModelFiles(findModel('ocr-recogniser'), { dataDirectory: temporaryFolder(t), mirror: '' });
  const [width, classes] = [160, 6625];
  const values = Float32Array.from(strokes(width, 48), (value) => value / 127.5 - 1);
  const feeds = { x: new ort.Tensor('float32', values, [1, 3, 48, width]) };
  const all = Object.values(await run(files[0]!, feeds))[0]!.data as Float32Array;
  const made = await run(makeRecogniser(files), feeds);
  assert.deepEqual(made.blanks!.dims, [1, all.length / classes]);
  for (let step = 0; step < all.length / classes; step++) {
    const given = all.subarray(step * classes, (step + 1) * classes);
    const [first, second] = [...given.keys()].sort((a, b) => given[b]! - given[a]!) as [number, number];
    const at = 2 * step;
    assert.ok(Math.abs(Number(made.probabilities!.data[at]) - given[first]!) < 1e-4);
    assert.ok(Math.abs(Number(made.probabilities!.data[at + 1]) - given[second]!) < 1e-4);
    assert.ok(Math.abs(given[Number(made.classes!.data[at])]! - given[first]!) < 1e-4);
    // 5710 is the ideographic space among the keys, 6624 the one after them.
    assert.ok(Math.abs(Number(made.blanks!.data[step]) - given[5710]! - given[6624]!) < 1e-4);
  }
});

async function run(onnx: Uint8Array, feeds: Record<string, ort.Tensor>): Promise<ort.InferenceSession.ReturnType> {
  const session = await ort.InferenceSession.create(onnx, { logSeverityLevel: 3, intraOpNumThreads: 1 });
  try {
    return await session.run(feeds);
  } finally {
    await session.release();
  }
}
