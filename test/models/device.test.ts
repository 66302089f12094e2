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
async function detectOn(device: string, driver: string, folder: string): Promise<unknown> {
  const options = { name: await writeOwnModel(folder), dataDirectory: folder, device, largestBatch: 4, deadlineMs: 120_000 };
  const script = `
    import { openDetector } from ${JSON.stringify(path.resolve(import.meta.dirname, '../../models/session.ts'))};
    const picture = (value) => new Uint8Array(${ownModelSide * ownModelSide * 3}).fill(value);
    try {
      await using stack = new AsyncDisposableStack();
      const detector = await openDetector(${JSON.stringify(options)});
      stack.defer(() => detector.close());
      const results = await Promise.all(${JSON.stringify(calls)}.map((call) => detector.detect(call.map(picture))));
      console.log(JSON.stringify(results.map(({ detections }) => detections)));
    } catch ({ code, message }) {
      console.log(JSON.stringify({ code, message }));
    }`;
  const env = { ...process.env, VK_DRIVER_FILES: driver };
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { env });
  return JSON.parse(stdout);
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

/** A device may add in another order. */
function rounded(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, part) => (typeof part === 'number' ? Math.round(part * 1e4) / 1e4 : part));
}
