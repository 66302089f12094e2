import assert from 'node:assert/strict';
import { appendFile, copyFile, mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { manifest } from '../../models/manifest.ts';
import { prepareModel } from '../../models/prepare.ts';
import { openDetectorInThread } from '../../models/session.ts';
import { diskError, resolveName } from '../../models/store.ts';
import { needs, needsShared } from '../support/needs.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { ownModelSide, writeOwnModel } from './support/own-model.ts';

/** So that the environment does not decide what a test sees. */
const mirror = '';

test('makes the built-in model at the first start and finds it at the second', async (t) => {
  const dataDirectory = temporaryFolder(t);
  const first = await prepareModel('centernet', { dataDirectory, mirror });
  const second = await prepareModel('centernet', { dataDirectory, mirror });
  assert.deepEqual([first.origin, second.origin], ['made', 'kept']);
  assert.equal(second.hash, first.hash);
  assert.match(first.hash, /^[0-9a-f]{16}$/);
});

for (const [harm, harmed] of [
  ['cut short', (file: string) => truncate(file, 100_000)],
  ['made longer', (file: string) => appendFile(file, 'x')],
  ['emptied', (file: string) => truncate(file, 0)],
] as const) {
  test(`makes a cached model again that has been ${harm}, the same as before`, async (t) => {
    const dataDirectory = temporaryFolder(t);
    const { hash } = await prepareModel('centernet', { dataDirectory, mirror });
    const folder = path.join(dataDirectory, 'models/prepared');
    const file = (await readdir(folder)).find((name) => name.endsWith('.onnx'))!;
    await harmed(path.join(folder, file));
    const mended = await prepareModel('centernet', { dataDirectory, mirror });
    assert.deepEqual([mended.origin, mended.hash], ['mended', hash]);
    assert.equal((await prepareModel('centernet', { dataDirectory, mirror })).origin, 'kept');
  });
}

test('makes a model anew when its file has changed, and drops the old one', async (t) => {
  const dataDirectory = temporaryFolder(t);
  const name = await writeOwnModel(dataDirectory);
  await prepareModel(name, { dataDirectory, mirror });
  await writeOwnModel(dataDirectory, { classes: ['truck', 'boat', 'kite'] });
  const changed = await prepareModel(name, { dataDirectory, mirror });
  assert.deepEqual([changed.origin, changed.classes], ['made', ['truck', null, null]]);
  assert.equal((await readdir(path.join(dataDirectory, 'models/prepared'))).length, 2);
});

test('auto is the built-in model until the better one is in the cache or in a mirror folder', async (t) => {
  const shared = needsShared(t, 'models/yolox_nano_416.onnx');
  if (shared === undefined) return;
  const dataDirectory = temporaryFolder(t);
  assert.equal(await resolveName('auto', { dataDirectory, mirror }), 'centernet');
  assert.equal(await resolveName('auto', { dataDirectory, mirror: path.dirname(shared) }), 'yolox-nano');
  await prepareModel('centernet', { dataDirectory, mirror });
  await copyFile(shared, path.join(dataDirectory, 'models/yolox_nano_416.onnx'));
  assert.equal(await resolveName('auto', { dataDirectory, mirror }), 'yolox-nano');
});

test('auto is the built-in model while the fetched one is damaged, and says how to mend that', async (t) => {
  const dataDirectory = await temporaryFolder(t);
  await mkdir(path.join(dataDirectory, 'models'));
  await writeFile(path.join(dataDirectory, 'models/yolox_nano_416.onnx'), 'half a file');
  const { name, problems } = await prepareModel('auto', { dataDirectory, mirror });
  assert.equal(name, 'centernet');
  assert.match(problems.join(), /models -- pull yolox-nano.*centernet/);
});

test('works where a made model cannot be kept, and says so', async (t) => {
  const dataDirectory = await temporaryFolder(t);
  // A file where a folder is needed stops root too, as a full disk does.
  await writeFile(path.join(dataDirectory, 'models'), '');
  const { origin, problems } = await prepareModel('centernet', { dataDirectory, mirror });
  assert.deepEqual([origin, problems.length], ['made', 1]);
});

test('names what there is when asked for a model there is not', async (t) => {
  const dataDirectory = temporaryFolder(t);
  await assert.rejects(prepareModel('yolo-giant', { dataDirectory, mirror }), {
    code: 'MODEL_UNKNOWN',
    message: /centernet, yolox-nano, auto, and file:/,
  });
});

test('says how to fetch a model that has not been fetched', async (t) => {
  const dataDirectory = temporaryFolder(t);
  await assert.rejects(prepareModel('yolox-nano', { dataDirectory, mirror }), {
    code: 'MODEL_MISSING',
    message: /npm run models -- pull yolox-nano/,
  });
});

test('refuses a fetched file with another hash, and names both', async (t) => {
  const folder = temporaryFolder(t);
  await writeFile(path.join(folder, 'yolox_nano_416.onnx'), 'not this');
  const { source } = manifest.find(({ name }) => name === 'yolox-nano')!;
  assert.ok('sha256' in source);
  await assert.rejects(prepareModel('yolox-nano', { dataDirectory: folder, mirror: folder }), (error: Error & { code: string }) => {
    return error.code === 'MODEL_CORRUPT' && error.message.includes(source.sha256) && error.message.includes(folder);
  });
});

test("somebody's own model answers with the classes it declares, boats left out", async (t) => {
  const dataDirectory = temporaryFolder(t);
  const detector = await openDetectorInThread({ name: await writeOwnModel(dataDirectory), dataDirectory, mirror });
  t.after(() => detector.close());
  const pixels = new Uint8Array(ownModelSide * ownModelSide * 3);
  // A dark red pixel and a dark green one, which would be a boat.
  pixels.set([51, 0, 0], (8 * ownModelSide + 8) * 3);
  pixels.set([0, 51, 0], (20 * ownModelSide + 20) * 3);
  const { detections } = await detector.detect([pixels]);
  assert.deepEqual(
    detections[0]!.map(({ class: name, score, boxPx }) => [
      name,
      Math.round(score * 1000) / 1000,
      boxPx.map((edge) => Math.round(edge * 10) / 10),
    ]),
    [['car', 0.2, [7.2, 7.2, 8.8, 8.8]]],
  );
});

for (const [what, declaration, code, message] of [
  ['an unknown head', { head: 'retina' }, 'MODEL_HEAD_UNKNOWN', /retina.*centernet, yolox/],
  ['an unknown key', { colour: 'red' }, 'CONFIGURATION_INVALID', /colour/],
  ['a size that 32 does not divide', { inputWidth: 100 }, 'CONFIGURATION_INVALID', /inputWidth/],
  ['no class of the road', { classes: ['cat', 'dog', 'cow'] }, 'MODEL_SHAPE_WRONG', /person, bicycle, car/],
  ['another shape than it has', { inputWidth: 64 }, 'MODEL_SHAPE_WRONG', /\[n, 32, 32, 3\].*\[n, 32, 64, 3\]/],
  ['another number of classes than it has', { classes: ['car'] }, 'MODEL_SHAPE_WRONG', /peaks/],
] as const) {
  test(`refuses somebody's own model that declares ${what}`, async (t) => {
    const dataDirectory = temporaryFolder(t);
    const name = await writeOwnModel(dataDirectory, declaration);
    await assert.rejects(openDetectorInThread({ name, dataDirectory, mirror }), { code, message });
  });
}

test('says which file is missing beside an own model, and what it holds', async (t) => {
  const dataDirectory = temporaryFolder(t);
  const file = path.join(dataDirectory, 'lonely.onnx');
  await assert.rejects(prepareModel(`file:${file}`, { dataDirectory, mirror }), { code: 'MODEL_MISSING', message: /lonely\.onnx/ });
  await writeFile(file, 'x');
  await assert.rejects(prepareModel(`file:${file}`, { dataDirectory, mirror }), {
    code: 'MODEL_MISSING',
    message: /lonely\.json.*"head":"yolox"/,
  });
});

test('says when an own model is no ONNX at all', async (t) => {
  const dataDirectory = temporaryFolder(t);
  const name = await writeOwnModel(dataDirectory);
  await writeFile(name.slice('file:'.length), 'plain text');
  await assert.rejects(openDetectorInThread({ name, dataDirectory, mirror }), { code: 'MODEL_CORRUPT' });
});

test('a full disk has its own error', async (t) => {
  if (!needs(t, process.platform === 'linux', '/dev/full', 'run the tests on Linux')) return;
  const error = diskError(await writeFile('/dev/full', 'x').catch((thrown: unknown) => thrown), '/dev/full');
  assert.deepEqual([(error as { code: string }).code, (error as Error).message.includes('/dev/full')], ['DISK_FULL', true]);
  const other = diskError(await readFile('/nonexistent').catch((thrown: unknown) => thrown), '/nonexistent');
  assert.equal((other as { code: string }).code, 'ENOENT');
});
