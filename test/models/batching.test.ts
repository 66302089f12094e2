import assert from 'node:assert/strict';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { renderScenario } from '../../ingest/simulator/simulate.ts';
import type { DetectionResult, Detector } from '../../models/detector.ts';
import { openDetectorInference } from '../../models/detector-inference.ts';
import { openNetwork } from '../../models/network.ts';
import { prepareModel } from '../../models/prepare.ts';
import { type DetectorOptions, openDetector } from '../../models/session.ts';
import { needsShared, sharedFolder } from '../support/needs.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { recordMetrics } from './support/metrics.ts';
import { ownPicture, writeOwnModel } from './support/own-model.ts';
import { drawnFaces, toRgb } from './support/picture.ts';

const mirror = path.join(sharedFolder, 'models');

/** Both looks at four pictures of a drive, one after another. */
function drawLooks(inputWidth: number, inputHeight: number): Uint8Array[] {
  const [width, height, everyFrames] = [1280, 720, 20];
  const looks: Uint8Array[] = [];
  for (const { frameIndex, i420 } of renderScenario('car-following', { frames: 3 * everyFrames + 1 })) {
    if (frameIndex % everyFrames !== 0) continue;
    const [u, v] = [width * height, (width * height * 5) / 4];
    const planes = [i420.subarray(0, u), i420.subarray(u, v), i420.subarray(v)] as const;
    const picture = { width, height, planes, strides: [width, width / 2, width / 2] as const };
    for (const window of [
      [0, 0, width, height],
      [400, 252, 880, 522],
    ])
      looks.push(toRgb(picture, window, inputWidth, inputHeight));
  }
  return looks;
}

for (const [name, weights] of [
  ['centernet', undefined],
  ['yolox-nano', 'models/yolox_nano_416.onnx'],
] as const) {
  test(`${name} sees the same in a batch of any size as one by one`, async (t) => {
    if (weights !== undefined && needsShared(t, weights) === undefined) return;
    const model = await prepareModel(name, { dataDirectory: temporaryFolder(t), mirror });
    const [single, batched] = [
      await openDetectorInference(model, { threads: 1, device: 'cpu', largestBatch: 1 }),
      await openDetectorInference(model, { threads: 1, device: 'cpu', largestBatch: 8 }),
    ];
    t.after(() => Promise.all([single.close(), batched.close()]));
    assert.deepEqual([single.largestBatch, batched.largestBatch], [1, 8]);
    const looks = drawLooks(model.inputWidth, model.inputHeight);
    const expected = await single.run(Buffer.concat(looks));
    assert.ok(expected.every((detections) => detections.some(({ class: kind }) => kind === 'car')));
    // 15 is 8, 4, 2 and 1, and a look has another place in the later batches than in the first.
    const order = [...looks.keys(), ...looks.keys()].toSpliced(looks.length, 1);
    const found = await batched.run(Buffer.concat(order.map((look) => looks[look]!)));
    assert.equal(found.length, 15);
    for (const [at, detections] of found.entries()) {
      const alone = expected[order[at]!]!;
      assert.deepEqual(
        detections.map(({ class: kind }) => kind),
        alone.map(({ class: kind }) => kind),
      );
      for (const [index, { score, boxPx }] of detections.entries()) {
        const off = boxPx.map((edge, side) => Math.abs(edge - alone[index]!.boxPx[side]!) / model.inputWidth);
        assert.ok(Math.max(...off, Math.abs(score - alone[index]!.score)) <= 1e-4, `look ${at}, detection ${index}`);
      }
    }
  });
}

for (const [name, side, weights] of [
  ['face-finder', 128, undefined],
  ['face-mesh', 192, undefined],
  ['signs', 30, 'models/gtsrb_dmitrykosintsev.onnx'],
] as const) {
  test(`${name} gives each call of a batch what it gives alone`, async (t) => {
    if (weights !== undefined && needsShared(t, weights) === undefined) return;
    const measured = recordMetrics(t);
    const options = { name, dataDirectory: temporaryFolder(t), mirror, deadlineMs: 60_000 };
    const [single, batched] = [await openNetwork(options), await openNetwork({ ...options, largestBatch: 8 })];
    t.after(() => Promise.all([single.close(), batched.close()]));
    const calls = Object.values(drawnFaces).map((draw) => ({ image: { data: draw(side), shape: [1, side, side, 3] } }));
    const expected = await Promise.all(calls.map((call) => single.run(call)));
    // 11 are 8, which fill a run, and 3, which wait for more.
    const order = [0, 1, 2, 2, 1, 0, 1, 2, 0, 1, 1];
    const found = await Promise.all(order.map((call) => batched.run(calls[call]!)));
    for (const [at, { outputs }] of found.entries()) {
      const alone = expected[order[at]!]!.outputs;
      assert.deepEqual(Object.keys(outputs), Object.keys(alone));
      for (const [output, { data, shape }] of Object.entries(outputs)) {
        assert.deepEqual(shape, alone[output]!.shape);
        const off = data.map((value, index) => Math.abs(value - alone[output]!.data[index]!) / Math.max(1, Math.abs(value)));
        assert.ok(
          off.every((part) => part <= 1e-4),
          `${output} of call ${at} is ${Math.max(...off)} off`,
        );
      }
    }
    const { count, max } = (await measured('roadstream.inference.batch')) as { count: number; max: number };
    assert.deepEqual({ count, max }, { count: 2, max: 8 });
  });
}

test('a call that does not fit is refused, and takes no other of its batch along', async (t) => {
  const network = await openNetwork({ name: 'face-finder', dataDirectory: temporaryFolder(t), largestBatch: 4 });
  t.after(() => network.close());
  const [right, small] = [128, 64].map((side) => ({ image: { data: new Uint8Array(side * side * 3), shape: [1, side, side, 3] } }));
  const [first, wrong, second] = await Promise.allSettled([network.run(right!), network.run(small!), network.run(right!)]);
  assert.deepEqual([first.status, second.status], ['fulfilled', 'fulfilled']);
  assert.ok(wrong.status === 'rejected');
  assert.equal(wrong.reason.code, 'INFERENCE_FAILED');
  assert.match(wrong.reason.message, /face-finder takes image uint8 \[n, 128, 128, 3\], not image uint8 \[n, 64, 64, 3\]/);
});

async function openOwn(t: TestContext, options: Partial<DetectorOptions> = {}, batch: number | 'n' = 'n'): Promise<Detector> {
  const folder = temporaryFolder(t);
  const detector = await openDetector({
    name: await writeOwnModel(folder, {}, batch),
    dataDirectory: folder,
    largestBatch: 8,
    deadlineMs: 60_000,
    ...options,
  });
  t.after(() => detector.close());
  return detector;
}

/** What the own model made of each picture: its brightness. */
const brightnesses = ({ detections }: DetectionResult) => detections.map(([best]) => Math.round(255 * best!.score));

/** What became of a call: as above, or why it failed. */
const fate = async (call: Promise<DetectionResult>) =>
  call.then(brightnesses, ({ code, message }: { code: string; message: string }) => (/closed/.test(message) ? 'closed' : code));

test('calls at the same time run as one up to the largest batch, each gets its own, first come, first served', async (t) => {
  const measured = recordMetrics(t);
  const detector = await openOwn(t);
  const calls = [[30], [31, 32], [33, 34, 35], [36, 37], [38], [39, 40]];
  const answered: number[][] = [];
  await Promise.all(calls.map(async (call) => answered.push(brightnesses(await detector.detect(call.map(ownPicture))))));
  assert.deepEqual(answered, calls);
  const { count, sum, max } = (await measured('roadstream.inference.batch')) as { count: number; sum: number; max: number };
  assert.deepEqual({ count, sum, max }, { count: 2, sum: 11, max: 8 });
});

test('what has queued up during a run is the next one', async (t) => {
  const measured = recordMetrics(t);
  const detector = await openOwn(t);
  // Eight fill a run, which begins at once.
  const calls = [Array<number>(8).fill(100), [41], [42, 43]];
  assert.deepEqual(await Promise.all(calls.map((call) => fate(detector.detect(call.map(ownPicture))))), calls);
  const { count, sum, min } = (await measured('roadstream.inference.batch')) as { count: number; sum: number; min: number };
  assert.deepEqual({ count, sum, min }, { count: 2, sum: 11, min: 3 });
});

test('a call of more inputs than the largest batch is answered whole', async (t) => {
  const detector = await openOwn(t, { largestBatch: 2 });
  const values = [30, 31, 32, 33, 34];
  assert.deepEqual(await fate(detector.detect(values.map(ownPicture))), values);
});

for (const [what, options, batch] of [
  ['on the CPU, unless asked to', { largestBatch: undefined }, 'n'],
  ['for a model that takes one input only', {}, 1],
] as const) {
  test(`nothing is gathered ${what}`, async (t) => {
    const measured = recordMetrics(t);
    const detector = await openOwn(t, options, batch);
    const calls = [[30, 31], [32], [33]];
    assert.deepEqual(await Promise.all(calls.map((call) => fate(detector.detect(call.map(ownPicture))))), calls);
    assert.equal(await measured('roadstream.inference.batch'), undefined);
  });
}

test('an input that fails takes no other of its batch along', async (t) => {
  const detector = await openOwn(t);
  const calls = [[30, 31], [255], [32]].map((call) => fate(detector.detect(call.map(ownPicture))));
  assert.deepEqual(await Promise.all(calls), [[30, 31], 'INFERENCE_FAILED', [32]]);
});

test('an input that is stuck takes no other of its batch along; each session lost to it is counted', async (t) => {
  const measured = recordMetrics(t);
  const detector = await openOwn(t, { deadlineMs: 400 });
  const calls = [[30], [31, 32], [254]].map((call) => fate(detector.detect(call.map(ownPicture))));
  assert.deepEqual(await Promise.all(calls), [[30], [31, 32], 'INFERENCE_STUCK']);
  assert.equal(await measured('roadstream.inference.stuck'), 2);
});

test('closing lets the run under way finish and refuses the calls that wait', async (t) => {
  const detector = await openOwn(t);
  const running = Array<number>(8).fill(100);
  const calls = [running, [30], [31]].map((call) => fate(detector.detect(call.map(ownPicture))));
  await detector.close();
  assert.deepEqual(await Promise.all(calls), [running, 'closed', 'closed']);
});
