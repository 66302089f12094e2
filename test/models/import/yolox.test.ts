import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import ort from 'onnxruntime-node';
import { cellCount } from '../../../models/heads/yolox.ts';
import { OnnxGraph } from '../../../models/import/onnx-graph.ts';
import { prepareYolox } from '../../../models/import/yolox.ts';
import { needsShared } from '../../support/needs.ts';
import { drawRoad } from '../support/picture.ts';

const classCount = 80;
const classes = [0, 1, 2, 3, 5, 7, 9, 11];

test('answers as the model it was made from, for the classes kept', async (t) => {
  const file = needsShared(t, 'models/yolox_nano_416.onnx');
  if (file === undefined) return;
  const side = 416;
  const original = await readFile(file);
  const rgb = drawRoad(side, side);
  const bgrPlanes = new Float32Array(rgb.length);
  for (let pixel = 0; pixel < side * side; pixel++) {
    for (let channel = 0; channel < 3; channel++) bgrPlanes[(2 - channel) * side * side + pixel] = rgb[pixel * 3 + channel]!;
  }
  const before = await ort.InferenceSession.create(original);
  const expected = (await before.run({ images: new ort.Tensor('float32', bgrPlanes, [1, 3, side, side]) })).output!.data as Float32Array;
  const after = await ort.InferenceSession.create(prepareYolox(original, { inputWidth: side, inputHeight: side, classCount, classes }));
  const found = (await after.run({ image: new ort.Tensor('uint8', rgb, [1, side, side, 3]) })).predictions!.data as Float32Array;

  const rows = [0, 1, 2, 3, 4, ...classes.map((index) => 5 + index)];
  const cells = cellCount(side, side);
  let largest = 0;
  for (let cell = 0; cell < cells; cell++) {
    for (const [to, from] of rows.entries()) largest = Math.max(largest, Math.abs(found[to * cells + cell]! - expected[cell * 85 + from]!));
  }
  assert.ok(largest < 1e-3, `largest difference ${largest}`);
});

test('takes a wide input and any batch', async (t) => {
  const file = needsShared(t, 'models/yolox_nano_416.onnx');
  if (file === undefined) return;
  const prepared = prepareYolox(await readFile(file), { inputWidth: 416, inputHeight: 256, classCount, classes });
  const session = await ort.InferenceSession.create(prepared);
  const { predictions } = await session.run({ image: new ort.Tensor('uint8', new Uint8Array(2 * 256 * 416 * 3), [2, 256, 416, 3]) });
  assert.deepEqual(predictions!.dims, [2, 13, cellCount(416, 256)]);
});

test('says when the declared number of classes is not the one the model has', async (t) => {
  const file = needsShared(t, 'models/yolox_nano_416.onnx');
  if (file === undefined) return;
  const bytes = await readFile(file);
  assert.throws(() => prepareYolox(bytes, { inputWidth: 416, inputHeight: 416, classCount: 3, classes: [0] }), {
    code: 'MODEL_SHAPE_WRONG',
    message: /80 classes, where 3 are declared/,
  });
});

test('says when a file is no ONNX, and when it is no YOLOX', () => {
  const options = { inputWidth: 416, inputHeight: 416, classCount, classes };
  for (const bytes of [Buffer.from('<html>not found</html>'), Buffer.alloc(0)]) {
    assert.throws(() => prepareYolox(bytes, options), { code: 'MODEL_CORRUPT' });
  }
  const graph = new OnnxGraph();
  graph.node('Relu', ['images'], 'output');
  const shape = [1, 3, 416, 416];
  const other = graph.encode('other', [{ name: 'images', type: 'float32', shape }], [{ name: 'output', type: 'float32', shape }]);
  assert.throws(() => prepareYolox(other, options), { code: 'MODEL_SHAPE_WRONG' });
});
