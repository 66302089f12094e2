import { existsSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';

const repository = path.resolve(import.meta.dirname, '../..');

/** Folder with footage and weights that are not part of the project: ROADSTREAM_SHARED, or `../shared` beside the repository. */
export const sharedFolder = process.env.ROADSTREAM_SHARED ?? path.join(repository, '../shared');

/**
 * Skips the test when what it needs is not here; under ROADSTREAM_TEST_STRICT=1 it fails instead.
 * @param present Whether it is here.
 * @param reason What is missing, for example `Chromium`.
 * @param remedy The one command that makes the test run.
 * @returns Whether to go on.
 */
export function needs(t: TestContext, present: boolean, reason: string, remedy: string): boolean {
  if (present) return true;
  if (process.env.ROADSTREAM_TEST_STRICT === '1') throw new Error(`missing: ${reason}. To have it: ${remedy}`);
  t.skip(`${reason} is missing; to run this: ${remedy}`);
  return false;
}

/** @returns The path of a shared file, or undefined after skipping the test. */
export function needsShared(t: TestContext, file: string): string | undefined {
  const found = path.join(sharedFolder, file);
  return needs(t, existsSync(found), file, `ROADSTREAM_SHARED=<folder that holds ${file}> npm test`) ? found : undefined;
}
