import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { needs } from './needs.ts';

const run = promisify(execFile);

/**
 * @param requirements Path of a requirements.txt.
 * @returns A Python that has them; undefined after skipping the test.
 */
export async function needsPython(t: TestContext, requirements: string): Promise<string | undefined> {
  try {
    return await pythonWith(requirements);
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    const reason = (stderr || message).trim().split('\n').at(-1);
    needs(
      t,
      false,
      `Python with ${path.basename(path.dirname(requirements))}/requirements.txt`,
      `apt-get install -y python3-venv (${reason})`,
    );
    return undefined;
  }
}

/** Its packages are fetched once and then kept in the user's cache. */
export async function pythonWith(requirements: string): Promise<string> {
  const { stdout: version } = await run('python3', ['--version']);
  const hash = createHash('sha256').update(version).update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const folder = path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'roadstream', `python-${hash}`);
  const python = path.join(folder, 'bin', 'python');
  if (existsSync(python)) return python;
  const unfinished = `${folder}.${randomUUID()}.tmp`;
  try {
    await mkdir(path.dirname(unfinished), { recursive: true });
    await run('python3', ['-m', 'venv', unfinished]);
    await run(path.join(unfinished, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '-r', requirements]);
    // Python finds its packages from where it lies; only scripts name the folder, and none is used.
    await rename(unfinished, folder).catch((error) => {
      if (!existsSync(python)) throw error;
    });
    return python;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}
