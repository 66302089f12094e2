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
  const env = { ...process.env, VK_DRIVER_FILES: driver };
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

/** The face finder's outputs for a drawn face. */
async function findFaceOn(device: string, dataDirectory: string): Promise<Record<string, number[]>> {
  const options = { name: 'face-finder', dataDirectory, device, deadlineMs: 120_000 };
  return (await runOn(
    swiftShader,
    `const { openNetwork } = await import(${fromRoot('models/network.ts')});
    const { drawFace } = await import(${fromRoot('test/models/support/picture.ts')});
    await using stack = new AsyncDisposableStack();
    const network = await openNetwork(${JSON.stringify(options)});
    stack.defer(() => network.close());
    const { outputs } = await network.run({ image: { data: drawFace(128, 0.4), shape: [1, 128, 128, 3] } });
    console.log(JSON.stringify({ boxes: [...outputs.boxes.data], scores: [...outputs.scores.data] }));`,
  )) as Record<string, number[]>;
}

test('says that a GPU is missing, and what to do', async (t) => {
  if (!needs(t, process.platform === 'linux', 'Linux', 'run it there: elsewhere a GPU cannot be hidden')) return;
  const failure = (await detectOn('webgpu', '/nonexistent.json', temporaryFolder(t))) as { code: string; message: string };
  assert.equal(failure.code, 'DEVICE_UNAVAILABLE');
  assert.match(failure.message, /webgpu cannot be used.*Vulkan.*device: cpu/s);
});

test('WebGPU sees the same as the CPU, in batches', async (t) => {
  const isHere = process.platform === 'linux' && process.arch === 'x64' && existsSync(swiftShader);
  if (!needs(t, isHere, `SwiftShader (${swiftShader}) on x64`, 'apt-get install -y chromium')) return;
  const folder = temporaryFolder(t);
  const [onGpu, onCpu] = [await detectOn('webgpu', swiftShader, folder), await detectOn('cpu', swiftShader, folder)];
  assert.deepEqual(rounded(onGpu), rounded(onCpu));
});

test('WebGPU finds the same face as the CPU', async (t) => {
  const isHere = process.platform === 'linux' && process.arch === 'x64' && existsSync(swiftShader);
  if (!needs(t, isHere, `SwiftShader (${swiftShader}) on x64`, 'apt-get install -y chromium')) return;
  const folder = temporaryFolder(t);
  const [onGpu, onCpu] = [await findFaceOn('webgpu', folder), await findFaceOn('cpu', folder)];
  for (const [name, values] of Object.entries(onCpu)) {
    // In pixels, and before the sigmoid.
    const off = values.map((value, at) => Math.abs(value - onGpu[name]![at]!));
    assert.ok(Math.max(...off) < 0.01, `${name} is ${Math.max(...off)} off`);
  }
});

/** A device may add in another order. */
function rounded(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, part) => (typeof part === 'number' ? Math.round(part * 1e4) / 1e4 : part));
}
