import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { needs } from '../support/needs.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { ownModelSide, writeOwnModel } from './support/own-model.ts';

/** Chromium's own software renderer for Vulkan: far too slow to use, but it runs the very programs that a GPU does. */
const swiftShader = process.env.ROADSTREAM_SWIFTSHADER ?? '/usr/lib/chromium/vk_swiftshader_icd.json';

/** Gray values of pictures, one list a call; dark, since the model takes its time for bright ones. */
const calls = [[3], [4, 5], [6]];

/** In a process of its own, since the Vulkan loader reads the environment once. @returns What it says on standard output. */
async function runOn(driver: string, script: string): Promise<unknown> {
  const guarded = `
    try {
      ${script}
    } catch ({ code, message }) {
      console.log(JSON.stringify({ code, message }));
    }`;
  const env = { ...process.env, VK_DRIVER_FILES: driver, CUDA_VISIBLE_DEVICES: '' };
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', guarded], { env });
  return JSON.parse(stdout);
}

const fromRoot = (file: string) => JSON.stringify(path.resolve(import.meta.dirname, '../..', file));

async function detectOn(device: string, driver: string, folder: string): Promise<unknown> {
  const options = { name: await writeOwnModel(folder), dataDirectory: folder, device, largestBatch: 4, deadlineMs: 120_000 };
  return runOn(
    driver,
    `const { openDetector } = await import(${fromRoot('models/session.ts')});
    const picture = (value) => new Uint8Array(${ownModelSide * ownModelSide * 3}).fill(value);
    await using stack = new AsyncDisposableStack();
    const detector = await openDetector(${JSON.stringify(options)});
    stack.defer(() => detector.close());
    const results = await Promise.all(${JSON.stringify(calls)}.map((call) => detector.detect(call.map(picture))));
    console.log(JSON.stringify(results.map(({ detections }) => detections)));`,
  );
}

/** The face finder's outputs for two drawn faces, asked for at the same time. */
async function findFacesOn(device: string, largestBatch: number, dataDirectory: string): Promise<Record<string, number[]>[]> {
  const options = { name: 'face-finder', dataDirectory, device, largestBatch, deadlineMs: 120_000 };
  return (await runOn(
    swiftShader,
    `const { openNetwork } = await import(${fromRoot('models/network.ts')});
    const { drawFace } = await import(${fromRoot('test/models/support/picture.ts')});
    await using stack = new AsyncDisposableStack();
    const network = await openNetwork(${JSON.stringify(options)});
    stack.defer(() => network.close());
    const find = (share) => network.run({ image: { data: drawFace(128, share), shape: [1, 128, 128, 3] } });
    const found = await Promise.all([0.4, 0.62].map(find));
    console.log(JSON.stringify(found.map(({ outputs }) => ({ boxes: [...outputs.boxes.data], scores: [...outputs.scores.data] }))));`,
  )) as Record<string, number[]>[];
}

for (const [device, remedy] of [
  ['webgpu', /webgpu cannot be used.*Vulkan.*device: cpu/s],
  ['cuda', /cuda cannot be used.*CUDA 12.*device: cpu/s],
] as const) {
  test(`every model says that there is no ${device}, and what to do`, async (t) => {
    if (!needs(t, process.platform === 'linux', 'Linux', 'run it there: elsewhere a GPU cannot be hidden')) return;
    const options = { name: 'centernet', dataDirectory: temporaryFolder(t), mirror: '', device };
    const failures = (await runOn(
      '/nonexistent.json',
      `const { createModels } = await import(${fromRoot('models/models.ts')});
      const models = createModels(${JSON.stringify(options)});
      const opening = ['detector', 'face', 'text', 'signText'].map((name) => models[name]());
      const opened = await Promise.allSettled(opening);
      console.log(JSON.stringify(opened.map(({ reason }) => ({ code: reason?.code, message: reason?.message }))));`,
    )) as { code: string; message: string }[];
    assert.equal(failures.length, 4);
    for (const { code, message } of failures) {
      assert.equal(code, 'DEVICE_UNAVAILABLE');
      assert.match(message, remedy);
    }
  });
}

test('WebGPU sees the same as the CPU, in batches', async (t) => {
  const isHere = process.platform === 'linux' && process.arch === 'x64' && existsSync(swiftShader);
  if (!needs(t, isHere, `SwiftShader (${swiftShader}) on x64`, 'apt-get install -y chromium')) return;
  const folder = temporaryFolder(t);
  const [onGpu, onCpu] = [await detectOn('webgpu', swiftShader, folder), await detectOn('cpu', swiftShader, folder)];
  assert.deepEqual(rounded(onGpu), rounded(onCpu));
});

test('WebGPU finds the same faces in a batch as the CPU one by one', async (t) => {
  const isHere = process.platform === 'linux' && process.arch === 'x64' && existsSync(swiftShader);
  if (!needs(t, isHere, `SwiftShader (${swiftShader}) on x64`, 'apt-get install -y chromium')) return;
  const folder = temporaryFolder(t);
  const [onGpu, onCpu] = [await findFacesOn('webgpu', 2, folder), await findFacesOn('cpu', 1, folder)];
  assert.equal(onGpu.length, 2);
  for (const [at, found] of onCpu.entries()) {
    for (const [name, values] of Object.entries(found)) {
      // In pixels, and before the sigmoid.
      const off = values.map((value, index) => Math.abs(value - onGpu[at]![name]![index]!));
      assert.ok(Math.max(...off) < 0.01, `${name} of face ${at} is ${Math.max(...off)} off`);
    }
  }
});

/** A device may add in another order. */
function rounded(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, part) => (typeof part === 'number' ? Math.round(part * 1e4) / 1e4 : part));
}
