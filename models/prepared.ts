import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { asRoadstreamError } from '../schemas/errors.ts';
import { exists, modelFolder, type StoreOptions, sha256, writeWhole } from './store.ts';

/** Whether a prepared model lay in the cache, had to be made, or was found damaged there and made again. */
export type Origin = 'kept' | 'made' | 'mended';

export interface PreparedFacts {
  readonly name: string;
  /** First 16 hex digits of the SHA-256 of the ONNX. */
  readonly hash: string;
  readonly origin: Origin;
  /** What is wrong, but did not keep the model from working, and what to do about it. */
  readonly problems: readonly string[];
}

/**
 * Looks for what `make` would give. The file's name is a hash of all that goes into it, the importing code included, so it is made
 * anew whenever one of them changes; the hash beside it tells whether it is still whole.
 */
export async function keepPrepared(
  declared: { readonly name: string; readonly [key: string]: unknown },
  files: readonly Uint8Array[],
  options: StoreOptions,
  make: () => Promise<Uint8Array>,
  tell: (problem: string) => void,
): Promise<{ readonly onnx: Uint8Array; readonly origin: Origin }> {
  const key = sha256(JSON.stringify(declared), ...files, ...(await importingCode())).slice(0, 16);
  const folder = path.join(modelFolder(options), 'prepared');
  const file = path.join(folder, `${declared.name}-${key}.onnx`);
  const hashFile = `${file}.sha256`;
  const isThere = await exists(file);
  if (isThere && (await exists(hashFile))) {
    const [onnx, expected] = await Promise.all([readFile(file), readFile(hashFile, 'utf8')]);
    if (expected.startsWith(sha256(onnx))) return { onnx, origin: 'kept' };
  }
  const onnx = await make();
  try {
    await dropOlder(folder, declared.name);
    await writeWhole(file, onnx);
    await writeWhole(hashFile, `${sha256(onnx)}  ${path.basename(file)}\n`);
  } catch (thrown) {
    // It is in memory: a full or read-only disk only makes the next start slower.
    tell(asRoadstreamError(thrown).message);
  }
  return { onnx, origin: isThere ? 'mended' : 'made' };
}

async function importingCode(): Promise<Buffer[]> {
  const folder = path.join(import.meta.dirname, 'import');
  return Promise.all((await readdir(folder)).toSorted().map((file) => readFile(path.join(folder, file))));
}

async function dropOlder(folder: string, name: string): Promise<void> {
  const files = await readdir(folder).catch(() => []);
  const older = files.filter((file) => file.startsWith(`${name}-`) && /^[0-9a-f]{16}\.onnx(\.sha256)?$/.test(file.slice(name.length + 1)));
  await Promise.all(older.map((file) => rm(path.join(folder, file), { force: true })));
}
