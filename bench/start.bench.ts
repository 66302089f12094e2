import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Benchmark, type Figure, quantile } from './figure.ts';

const launcher = path.resolve(import.meta.dirname, '../bin/roadstream.js');

/** Starts the program as a user would and waits for its first judged frame. @returns Seconds, the launch of Node.js included. */
async function firstJudgedFrame(folder: string): Promise<number> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [launcher, 'start', '--port', '0'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  try {
    let printed = '';
    for await (const chunk of child.stdout) {
      printed += chunk;
      if (printed.includes('first frame judged')) return (performance.now() - startedAt) / 1000;
    }
    throw new Error(`it ended before its first judged frame:\n${printed}`);
  } finally {
    child.kill('SIGTERM');
    await exited;
  }
}

export const benchmark: Benchmark = {
  name: 'start',
  description: 'npm start in an empty folder until the first judged frame, then again with what it has kept',
  async run(tell) {
    const first: number[] = [];
    const later: number[] = [];
    for (let round = 0; round < 3; round++) {
      const folder = mkdtempSync(path.join(os.tmpdir(), 'roadstream-start-'));
      writeFileSync(path.join(folder, 'roadstream.yaml'), '');
      first.push(await firstJudgedFrame(folder));
      later.push(await firstJudgedFrame(folder));
      tell(`${first.at(-1)!.toFixed(1)} s, then ${later.at(-1)!.toFixed(1)} s`);
      rmSync(folder, { recursive: true, force: true });
    }
    const figure = (name: string, values: number[], atMost: number): Figure => ({
      name,
      value: quantile(values, 1),
      unit: 's',
      atMost,
      note: `slowest of 3; median ${quantile(values, 0.5).toFixed(1)}`,
    });
    return [figure('very first start → first judged frame', first, 15), figure('later start → first judged frame', later, 6)];
  },
};
