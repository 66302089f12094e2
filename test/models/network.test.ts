import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { createModels } from '../../models/models.ts';
import { type NetworkOptions, openNetwork } from '../../models/network.ts';
import { needsShared } from '../support/needs.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { drawRoad } from './support/picture.ts';

async function open(t: TestContext, options: Pick<NetworkOptions, 'name'> & Partial<NetworkOptions>) {
  const network = await openNetwork({ dataDirectory: temporaryFolder(t), mirror: '', ...options });
  t.after(() => network.close());
  return network;
}

/** A grey line of text without text. */
const line = (width: number) => ({ x: { data: new Float32Array(3 * 48 * width), shape: [1, 3, 48, width] } });

test('takes inputs of any shape that the model takes, and answers in the order of the calls', async (t) => {
  const network = await open(t, { name: 'ocr-recogniser', isBackground: true });
  assert.match(network.hash, /^[0-9a-f]{16}$/);
  const steps = await Promise.all(
    [64, 320, 32].map(async (width) => {
      const { outputs, inferenceMs } = await network.run(line(width));
      assert.ok(inferenceMs > 0);
      const [{ data, shape }] = Object.values(outputs) as [{ data: Float32Array; shape: number[] }];
      assert.equal(
        data.length,
        shape.reduce((product, size) => product * size, 1),
      );
      return shape;
    }),
  );
  assert.deepEqual(steps, [
    [1, 8, 2],
    [1, 40, 2],
    [1, 4, 2],
  ]);
});

test('says what is wrong with an input, and answers the next one', async (t) => {
  const network = await open(t, { name: 'ocr-angle' });
  const right = { x: { data: new Float32Array(3 * 48 * 192), shape: [1, 3, 48, 192] } };
  for (const [inputs, message] of [
    [{ x: { data: new Float32Array(10), shape: [1, 3, 48, 192] } }, /ocr-angle is given 10 values for x \[1, 3, 48, 192\]/],
    [{ y: right.x }, /ocr-angle failed: .*x/],
    [{ x: { data: new Uint8Array(3 * 48 * 192), shape: [1, 3, 48, 192] } }, /ocr-angle failed: .*type/i],
  ] as const)
    await assert.rejects(network.run(inputs), { code: 'INFERENCE_FAILED', message });
  const { outputs } = await network.run(right);
  const [up, down] = Object.values(outputs)[0]!.data;
  assert.ok(Math.abs(up! + down! - 1) < 1e-5);
});

test('lets the calls made so far finish when closed, and refuses later ones', async (t) => {
  const network = await open(t, { name: 'ocr-recogniser' });
  const calls = Promise.all([network.run(line(64)), network.run(line(32))]);
  const closing = network.close();
  await assert.rejects(network.run(line(32)), { code: 'INFERENCE_FAILED', message: /closed/ });
  assert.equal((await calls).length, 2);
  await Promise.all([closing, network.close()]);
});

test('models that have not been fetched are undefined, and a damaged one is an error', async (t) => {
  const folder = temporaryFolder(t);
  const models = createModels({ name: 'centernet', dataDirectory: folder, mirror: folder });
  t.after(() => models.close());
  assert.equal(await models.laneNetwork(), undefined);
  await writeFile(path.join(folder, 'gtsrb_dmitrykosintsev.onnx'), 'not this');
  await assert.rejects(models.signNetwork(), { code: 'MODEL_CORRUPT', message: /pull signs/ });
});

test('loads each model once, and closes what has been loaded', async (t) => {
  const models = createModels({ name: 'centernet', dataDirectory: temporaryFolder(t), mirror: '' });
  const [first, second] = await Promise.all([models.face(), models.face()]);
  assert.equal(first, second);
  await models.close();
  await assert.rejects(first.find(drawRoad(128, 128)), { code: 'INFERENCE_FAILED', message: /closed/ });
});

for (const [name, file] of [
  ['lanes-small', 'twinlitenetplus_small.onnx'],
  ['lanes-nano', 'twinlitenetplus_nano.onnx'],
] as const) {
  test(`${name} gives a high probability of a lane line where one is drawn, and a low one elsewhere`, async (t) => {
    const shared = needsShared(t, `models/${file}`);
    if (shared === undefined) return;
    const network = await open(t, { name, mirror: path.dirname(shared) });
    // A road with two white lines that run away to its middle.
    const [width, height] = [640, 384];
    const picture = drawRoad(width, height);
    const across = (y: number) => 20 + ((y - 200) * 260) / 184;
    for (let y = 210; y < height; y++) {
      const half = Math.round(2 + ((y - 210) * 8) / 174);
      for (const side of [-1, 1])
        for (let x = -half; x <= half; x++)
          picture.fill(
            245,
            3 * (y * width + Math.round(320 + side * across(y)) + x),
            3 * (y * width + Math.round(320 + side * across(y)) + x + 1),
          );
    }
    const { outputs } = await network.run({ image: { data: picture, shape: [1, height, width, 3] } });
    const { data, shape } = outputs.lines!;
    assert.deepEqual(shape, [1, height, width]);
    assert.ok(data.every((probability) => probability >= 0 && probability <= 1));
    const at = (x: number, y: number) => data[y * width + Math.round(x)]!;
    for (const side of [-1, 1]) assert.ok(at(320 + side * across(330), 330) > 0.5, `line at ${side}`);
    assert.ok(at(320, 330) < 0.2 && at(320, 100) < 0.2);
  });
}

test('the sign classifier gives a share to each of 43 classes, for every crop of a batch', async (t) => {
  const shared = needsShared(t, 'models/gtsrb_dmitrykosintsev.onnx');
  if (shared === undefined) return;
  const network = await open(t, { name: 'signs', mirror: path.dirname(shared) });
  const crops = Buffer.concat([drawRoad(30, 30), new Uint8Array(2700).fill(120)]);
  const { outputs } = await network.run({ image: { data: crops, shape: [2, 30, 30, 3] } });
  const { data, shape } = outputs.classes!;
  assert.deepEqual(shape, [2, 43]);
  for (const crop of [0, 1]) {
    const sum = data.subarray(43 * crop, 43 * (crop + 1)).reduce((total, share) => total + share, 0);
    assert.ok(Math.abs(sum - 1) < 1e-4);
  }
});
