import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { appendFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { type DetectorOptions, openDetector, openDetectorInThread } from '../../models/session.ts';
import { needsShared, sharedFolder } from '../support/needs.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { recordMetrics } from './support/metrics.ts';
import { ownModelSide, ownPicture as picture, writeOwnModel } from './support/own-model.ts';
import { drawRoad, readFrame, toRgb, type Yuv } from './support/picture.ts';

async function open(t: TestContext, options: Pick<DetectorOptions, 'name'> & Partial<DetectorOptions>) {
  const detector = await openDetector({ dataDirectory: temporaryFolder(t), mirror: path.join(sharedFolder, 'models'), ...options });
  t.after(() => detector.close());
  return detector;
}

/** Fills a detector's input as it wants it. */
function look(frame: Yuv, window: readonly number[], detector: { inputWidth: number; inputHeight: number; fit: string; padding: number }) {
  const { inputWidth, inputHeight } = detector;
  const aspect = (window[3]! - window[1]!) / (window[2]! - window[0]!);
  const height = detector.fit === 'stretch' ? inputHeight : Math.round(inputWidth * aspect);
  const input = new Uint8Array(inputWidth * inputHeight * 3).fill(detector.padding);
  input.set(toRgb(frame, window, inputWidth, height));
  return { input, height };
}

for (const [name, weights] of [
  ['centernet', undefined],
  ['yolox-nano', 'models/yolox_nano_416.onnx'],
] as const) {
  test(`${name} sees the two cars ahead in real footage, and in the far window the same ones larger`, async (t) => {
    const video = needsShared(t, 'media/highway_carnd_vehicle_test.mp4');
    if (video === undefined || (weights !== undefined && needsShared(t, weights) === undefined)) return;
    const detector = await open(t, { name });
    const frame = await readFrame(video, 20);
    // Where the cars are, looked up in the picture: the black one beside, the white one farther ahead.
    const cars = [
      [1030, 400, 1230, 510],
      [812, 412, 950, 498],
    ] as const;
    const windows = [
      [0, 0, frame.width, frame.height],
      [760, 330, 1240, 600],
    ] as const;
    const looks = windows.map((window) => look(frame, window, detector));
    const { detections, inferenceMs } = await detector.detect(looks.map(({ input }) => input));
    assert.ok(inferenceMs > 0);
    for (const [at, window] of windows.entries()) {
      const scaleX = (window[2] - window[0]) / detector.inputWidth;
      const scaleY = (window[3] - window[1]) / looks[at]!.height;
      const seen = detections[at]!.map(({ class: kind, score, boxPx: [left, upper, right, lower] }) => {
        return {
          kind,
          score,
          box: [window[0] + left * scaleX, window[1] + upper * scaleY, window[0] + right * scaleX, window[1] + lower * scaleY],
        };
      });
      for (const car of cars) {
        const found = seen.some(
          ({ kind, score, box }) => kind === 'car' && score > 0.3 && box.every((edge, side) => Math.abs(edge - car[side]!) < 40),
        );
        assert.ok(found, `no car at ${car} in look ${at}: ${JSON.stringify(seen.slice(0, 5))}`);
      }
    }
  });
}

test('a detector in its own thread and one in the calling thread give the same', async (t) => {
  const dataDirectory = temporaryFolder(t);
  const threaded = await open(t, { name: 'centernet', dataDirectory });
  const direct = await openDetectorInThread({ name: 'centernet', dataDirectory });
  t.after(() => direct.close());
  const inputs = [drawRoad(512, 288), drawRoad(512, 288).toReversed()];
  assert.deepEqual((await threaded.detect(inputs)).detections, (await direct.detect(inputs)).detections);
  assert.equal(threaded.hash, direct.hash);
});

test('answers calls in their order, however many wait', async (t) => {
  const folder = temporaryFolder(t);
  const detector = await open(t, { name: await writeOwnModel(folder), dataDirectory: folder });
  const values = [30, 60, 40, 50];
  const results = await Promise.all(values.map((value) => detector.detect([picture(value)])));
  const scores = results.map(({ detections }) => Math.round(255 * detections[0]![0]!.score));
  assert.deepEqual(scores, values);
});

test('refuses an input of another size', async (t) => {
  const folder = temporaryFolder(t);
  const detector = await open(t, { name: await writeOwnModel(folder), dataDirectory: folder });
  await assert.rejects(detector.detect([new Uint8Array(10)]), { code: 'INFERENCE_FAILED', message: /32x32, 3072 bytes, not 10/ });
});

test('replaces a session that misses its deadline, counts it, and answers the next call', async (t) => {
  const measured = recordMetrics(t);
  const folder = temporaryFolder(t);
  const detector = await open(t, { name: await writeOwnModel(folder), dataDirectory: folder, deadlineMs: 250 });
  await detector.detect([picture(30)]);
  const [stuck, waiting] = await Promise.allSettled([detector.detect([picture(254)]), detector.detect([picture(30)])]);
  assert.equal(stuck.status === 'rejected' && stuck.reason.code, 'INFERENCE_STUCK');
  assert.equal(waiting.status === 'fulfilled' && waiting.value.detections[0]!.length > 0, true);
  assert.equal(await measured('roadstream.inference.stuck'), 1);
});

test('a closed detector refuses, and closing it twice is the same as once', async (t) => {
  const folder = temporaryFolder(t);
  const detector = await open(t, { name: await writeOwnModel(folder), dataDirectory: folder });
  await Promise.all([detector.close(), detector.close()]);
  await assert.rejects(detector.detect([picture(0)]), { code: 'INFERENCE_FAILED', message: /closed/ });
});

test('tells the log when a damaged model in the cache has been made again', async (t) => {
  const folder = temporaryFolder(t);
  const options = { name: await writeOwnModel(folder), dataDirectory: folder };
  await (await openDetector(options)).close();
  const prepared = path.join(folder, 'models/prepared');
  await appendFile(path.join(prepared, (await readdir(prepared)).find((file) => file.endsWith('.onnx'))!), 'x');
  const lines: string[] = [];
  await open(t, { ...options, log: pino({ level: 'warn' }, { write: (line) => lines.push(line) }) });
  assert.match(lines.join(), /was damaged/);
});

test('gives the error of its thread with code and remedy', async (t) => {
  const dataDirectory = temporaryFolder(t);
  await assert.rejects(openDetector({ name: 'yolox-nano', dataDirectory, mirror: '' }), {
    code: 'MODEL_MISSING',
    message: /pull yolox-nano/,
  });
});

test('a process that exits during an inference ends with its own exit code', async (t) => {
  const folder = temporaryFolder(t);
  const name = await writeOwnModel(folder);
  const script = `
    import { openDetector } from ${JSON.stringify(path.resolve(import.meta.dirname, '../../models/session.ts'))};
    const detector = await openDetector(${JSON.stringify({ name, dataDirectory: folder })});
    detector.detect([new Uint8Array(${ownModelSide * ownModelSide * 3}).fill(200)]);
    setTimeout(() => process.exit(7), 50);`;
  const ended = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]).catch((error: unknown) => error);
  assert.deepEqual([(ended as { code: number }).code, (ended as { stderr: string }).stderr], [7, '']);
});
