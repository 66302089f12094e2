import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { listModels, pullModel, verifyModels } from '../../models/commands.ts';
import { download } from '../../models/download.ts';
import { manifest, type RemoteFile } from '../../models/manifest.ts';
import { needsShared } from '../support/needs.ts';
import { temporaryFolder } from '../support/temporary.ts';

const content = randomBytes(300_000);
const sha256 = createHash('sha256').update(content).digest('hex');

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A server on loopback; each request is answered by the next of the answers, the last one for ever. */
async function serve(t: TestContext, ...answers: Answer[]): Promise<{ file: RemoteFile; ranges: (string | undefined)[]; address: string }> {
  const ranges: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    ranges.push(request.headers.range);
    answers[Math.min(ranges.length, answers.length) - 1]!(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { file: { url: `${address}/net.onnx`, fileName: 'net.onnx', sizeBytes: content.length, sha256 }, ranges, address };
}

const whole: Answer = (_request, response) => void response.end(content);

const ranged: Answer = ({ headers }, response) => {
  const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? 'bytes=0-')![1]);
  response.writeHead(headers.range ? 206 : 200, { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` });
  response.end(content.subarray(from));
};

/** Breaks the connection after 100 kB. */
const breaking: Answer = (_request, response) => {
  response.writeHead(200, { 'content-length': content.length });
  response.write(content.subarray(0, 100_000), () => setTimeout(() => response.destroy(), 50));
};

const failing =
  (status: number): Answer =>
  (_request, response) =>
    void response.writeHead(status).end('no');

test('fetches a file, tells how far it is, and fetches it only once', async (t) => {
  const dataDirectory = temporaryFolder(t);
  const { file, ranges } = await serve(t, whole);
  const progress: number[] = [];
  const target = await download('net', file, { dataDirectory, mirror: '', onProgress: (done, all) => progress.push(done / all) });
  assert.deepEqual(await readFile(target), content);
  assert.deepEqual(progress, progress.toSorted());
  assert.equal(progress.at(-1), 1);
  await download('net', file, { dataDirectory, mirror: '' });
  assert.equal(ranges.length, 1);
});

test('goes on where a broken connection has left it', async (t) => {
  const dataDirectory = temporaryFolder(t);
  const { file, ranges } = await serve(t, breaking, ranged);
  await assert.rejects(download('net', file, { dataDirectory, mirror: '' }), {
    code: 'MODEL_DOWNLOAD_FAILED',
    retryable: true,
    message: /100000 of 300000 bytes are here/,
  });
  assert.deepEqual(await readdir(path.join(dataDirectory, 'models')), ['net.onnx.part']);
  const target = await download('net', file, { dataDirectory, mirror: '' });
  assert.deepEqual(ranges, [undefined, 'bytes=100000-']);
  assert.deepEqual(await readFile(target), content);
});

test('begins again where the server knows no ranges', async (t) => {
  const dataDirectory = temporaryFolder(t);
  const { file } = await serve(t, breaking, whole);
  await assert.rejects(download('net', file, { dataDirectory, mirror: '' }), { code: 'MODEL_DOWNLOAD_FAILED' });
  assert.deepEqual(await readFile(await download('net', file, { dataDirectory, mirror: '' })), content);
});

test('keeps nothing of a file with another hash, so that the next attempt is a fresh one', async (t) => {
  const dataDirectory = temporaryFolder(t);
  const other: Answer = (_request, response) => void response.end(Buffer.alloc(content.length));
  const { file, ranges } = await serve(t, other, ranged);
  await assert.rejects(download('net', file, { dataDirectory, mirror: '' }), { code: 'MODEL_CORRUPT', message: new RegExp(sha256) });
  assert.deepEqual(await readdir(path.join(dataDirectory, 'models')), []);
  await download('net', file, { dataDirectory, mirror: '' });
  assert.deepEqual(ranges, [undefined, undefined]);
});

test('stops at a server that sends more than the file is long', async (t) => {
  const dataDirectory = temporaryFolder(t);
  const endless: Answer = (_request, response) => void response.end(Buffer.concat([content, content]));
  const { file } = await serve(t, endless);
  await assert.rejects(download('net', file, { dataDirectory, mirror: '' }), {
    code: 'MODEL_DOWNLOAD_FAILED',
    message: /more than the expected 300000/,
  });
  assert.deepEqual(await readdir(path.join(dataDirectory, 'models')), []);
});

for (const [status, retryable] of [
  [404, false],
  [503, true],
] as const) {
  test(`an answer ${status} is ${retryable ? '' : 'not '}worth another attempt`, async (t) => {
    const { file } = await serve(t, failing(status));
    const dataDirectory = temporaryFolder(t);
    await assert.rejects(download('net', file, { dataDirectory, mirror: '' }), {
      code: 'MODEL_DOWNLOAD_FAILED',
      retryable,
      message: new RegExp(`answers ${status}`),
    });
  });
}

test('a server that is not there is named, without its credentials', async (t) => {
  const dataDirectory = temporaryFolder(t);
  const file = { url: 'http://127.0.0.1:1/net.onnx', fileName: 'net.onnx', sizeBytes: 1, sha256 };
  const mirror = 'http://user:secret@127.0.0.1:1/models/';
  await assert.rejects(download('net', file, { dataDirectory, mirror }), (error: Error & { code: string }) => {
    return (
      error.code === 'MODEL_DOWNLOAD_FAILED' &&
      error.message.includes('http://127.0.0.1:1/models/net.onnx') &&
      !error.message.includes('secret')
    );
  });
});

test("takes the mirror's address with its credentials instead of the manifest's", async (t) => {
  const dataDirectory = temporaryFolder(t);
  const guarded: Answer = (request, response) => {
    const expected = `Basic ${Buffer.from('user:pass word').toString('base64')}`;
    if (request.url === '/models/net.onnx' && request.headers.authorization === expected) response.end(content);
    else response.writeHead(401).end();
  };
  const { file, address } = await serve(t, guarded);
  const mirror = `${address.replace('//', '//user:pass%20word@')}/models`;
  const target = await download('net', { ...file, url: 'http://127.0.0.1:1/' }, { dataDirectory, mirror });
  assert.deepEqual(await readFile(target), content);
});

test('copies from a mirror that is a folder, and says when it lacks the file', async (t) => {
  const folder = temporaryFolder(t);
  const [dataDirectory, mirror] = [path.join(folder, 'data'), path.join(folder, 'mirror')];
  const file = { url: 'http://127.0.0.1:1/', fileName: 'net.onnx', sizeBytes: content.length, sha256 };
  await assert.rejects(download('net', file, { dataDirectory, mirror }), {
    code: 'MODEL_DOWNLOAD_FAILED',
    message: /ROADSTREAM_MODEL_MIRROR has no/,
  });
  await mkdir(mirror);
  await writeFile(path.join(mirror, 'net.onnx'), content);
  assert.deepEqual(await readFile(await download('net', file, { dataDirectory, mirror })), content);
});

test('the commands list, pull and verify the recommended model', async (t) => {
  const shared = needsShared(t, 'models/yolox_nano_416.onnx');
  if (shared === undefined) return;
  const dataDirectory = temporaryFolder(t);
  const states = async () => (await listModels({ dataDirectory, mirror: '' })).map(({ name, state }) => `${name} ${state}`);
  const builtIn = ['face-finder', 'face-mesh', 'ocr-detector', 'ocr-angle', 'ocr-recogniser'];
  const others = [...builtIn.map((name) => `${name} here`), ...['lanes-nano', 'lanes-small', 'signs'].map((name) => `${name} not fetched`)];
  assert.deepEqual(await states(), ['centernet here', 'yolox-nano not fetched', ...others]);
  const file = await pullModel({ name: 'yolox-nano', dataDirectory, mirror: path.dirname(shared) });
  assert.deepEqual(await states(), ['centernet here', 'yolox-nano here', ...others]);
  const checks = await verifyModels({ dataDirectory, mirror: '' });
  assert.deepEqual(
    checks,
    ['centernet', 'yolox-nano', ...builtIn].map((name) => ({ name, problem: undefined })),
  );
  await writeFile(file, 'damaged');
  const [, damaged] = await verifyModels({ dataDirectory, mirror: '' });
  assert.match(damaged?.problem ?? '', /SHA-256.*npm run models -- pull yolox-nano/);
});

test('every recommended model can be fetched, and is what the manifest says', async (t) => {
  const [dataDirectory, shared] = [temporaryFolder(t), needsShared(t, 'models')];
  if (shared === undefined) return;
  for (const { name, tier } of manifest) if (tier === 'recommended') await pullModel({ name, dataDirectory, mirror: shared });
  const checks = await verifyModels({ dataDirectory, mirror: '' });
  assert.deepEqual(
    checks,
    manifest.map(({ name }) => ({ name, problem: undefined })),
  );
});

test('pulling what is built in, or what nobody knows, is told apart', async (t) => {
  const dataDirectory = temporaryFolder(t);
  await assert.rejects(pullModel({ name: 'centernet', dataDirectory }), { code: 'REQUEST_INVALID' });
  await assert.rejects(pullModel({ name: 'yolo-giant', dataDirectory }), { code: 'MODEL_UNKNOWN' });
});
