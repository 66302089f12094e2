import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import path from 'node:path';
import { RoadstreamError } from '../schemas/errors.ts';
import { findModel, type ModelEntry, type PackagedFiles, type RemoteFile } from './manifest.ts';

/** Where model files lie. */
export interface StoreOptions {
  readonly dataDirectory: string;
  /** A folder or http(s) address that holds the same files as the manifest's addresses; ROADSTREAM_MODEL_MIRROR unless given. */
  readonly mirror?: string | undefined;
}

export function modelFolder({ dataDirectory }: StoreOptions): string {
  return path.join(dataDirectory, 'models');
}

/** @returns The mirror's folder, when it is one; and the address of a file in it, when it is an address. */
export function mirrorOf(
  file: RemoteFile,
  { mirror = process.env.ROADSTREAM_MODEL_MIRROR }: StoreOptions,
): { path?: string; url?: string } {
  if (!mirror) return {};
  if (/^https?:/.test(mirror)) return { url: `${mirror.replace(/\/+$/, '')}/${file.fileName}` };
  return { path: path.join(mirror.startsWith('file:') ? new URL(mirror).pathname : mirror, file.fileName) };
}

/** @returns Path of a fetched file: in the cache, else in a mirror that is a folder; undefined when it is in neither. */
export async function locate(file: RemoteFile, options: StoreOptions): Promise<string | undefined> {
  for (const candidate of [path.join(modelFolder(options), file.fileName), mirrorOf(file, options).path]) {
    if (candidate !== undefined && (await exists(candidate))) return candidate;
  }
  return undefined;
}

/**
 * Reads a fetched file.
 * @throws MODEL_MISSING, MODEL_CORRUPT when it is not what the manifest says.
 */
export async function readFetched(name: string, file: RemoteFile, options: StoreOptions): Promise<Buffer> {
  const found = await locate(file, options);
  const remedy = `npm run models -- pull ${name}`;
  if (found === undefined) {
    throw new RoadstreamError(
      'MODEL_MISSING',
      `${name} has not been fetched. Run: ${remedy}${name === 'yolox-nano' ? ' (or use detector centernet, which is built in)' : ''}.`,
    );
  }
  const bytes = await readFile(found);
  if (sha256(bytes) !== file.sha256) {
    throw new RoadstreamError(
      'MODEL_CORRUPT',
      `${found} is not ${name}: its SHA-256 is ${sha256(bytes)} instead of ${file.sha256}. Run: ${remedy}`,
    );
  }
  return bytes;
}

/**
 * Reads a model's files.
 * @throws MODEL_MISSING, MODEL_CORRUPT
 */
export async function readModelFiles({ name, source }: Pick<ModelEntry, 'name' | 'source'>, options: StoreOptions): Promise<Buffer[]> {
  return 'url' in source ? [await readFetched(name, source, options)] : readPackaged(name, source);
}

async function readPackaged(name: string, source: PackagedFiles): Promise<Buffer[]> {
  const manifestOfPackage = findPackageJSON(source.package, import.meta.url);
  try {
    if (manifestOfPackage === undefined) throw new Error('not installed');
    return await Promise.all(source.files.map((file) => readFile(path.join(path.dirname(manifestOfPackage), file))));
  } catch (cause) {
    throw new RoadstreamError('MODEL_MISSING', `${name} lies in npm package ${source.package}, which is not whole. Run: npm ci`, { cause });
  }
}

/** @returns Which detector `auto` is: the better one when its file is here. */
export async function resolveName(name: string, options: StoreOptions): Promise<string> {
  if (name !== 'auto') return name;
  const better = findModel('yolox-nano');
  return 'url' in better.source && (await locate(better.source, options)) !== undefined ? better.name : 'centernet';
}

/**
 * Writes a file so that nobody ever sees half of it.
 * @throws DISK_FULL
 */
export async function writeWhole(file: string, content: Uint8Array | string): Promise<void> {
  const unfinished = `${file}.${randomUUID()}.tmp`;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(unfinished, content);
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw diskError(error, file);
  }
}

/** Turns a full disk into its own error and leaves every other as it is. */
export function diskError(error: unknown, file: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new RoadstreamError('DISK_FULL', `${file} cannot be written: the disk is full. Make room, or set dataDirectory to another disk.`, {
    cause: error,
  });
}

export function sha256(...parts: readonly (Uint8Array | string)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

export async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
}
