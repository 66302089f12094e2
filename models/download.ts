import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { copyFile, mkdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { finished, pipeline } from 'node:stream/promises';
import { shownAddress } from '../platform/redact.ts';
import { RoadstreamError } from '../schemas/errors.ts';
import type { RemoteFile } from './manifest.ts';
import { diskError, exists, mirrorOf, modelFolder, type StoreOptions } from './store.ts';

export interface PullOptions extends StoreOptions {
  /** Told of bytes that are here and bytes there will be. */
  readonly onProgress?: (done: number, all: number) => void;
  readonly signal?: AbortSignal;
}

/** A server that sends nothing for so long is given up; the next attempt goes on from there. */
const silenceMs = 30_000;

/**
 * Fetches a file into the cache, from the mirror where there is one, and checks it. What an interrupted attempt has left is used.
 * @returns The file's path.
 * @throws MODEL_DOWNLOAD_FAILED (retryable unless the server knows no such file), MODEL_CORRUPT, DISK_FULL
 */
export async function download(name: string, file: RemoteFile, options: PullOptions): Promise<string> {
  const target = path.join(modelFolder(options), file.fileName);
  const partial = `${target}.part`;
  if ((await exists(target)) && (await hashOf(target)) === file.sha256) {
    options.onProgress?.(file.sizeBytes, file.sizeBytes);
    return target;
  }
  const mirror = mirrorOf(file, options);
  try {
    await mkdir(path.dirname(target), { recursive: true });
    if (mirror.path === undefined) await fetchInto(partial, mirror.url ?? file.url, file.sizeBytes, options);
    else await copyFrom(mirror.path, partial, name);
  } catch (error) {
    throw diskError(error, target);
  }
  const found = await hashOf(partial);
  if (found !== file.sha256) {
    await rm(partial);
    const from = mirror.path ?? shownAddress(mirror.url ?? file.url);
    throw new RoadstreamError(
      'MODEL_CORRUPT',
      `What ${from} holds is not ${name}: its SHA-256 is ${found} instead of ${file.sha256}. Nothing was kept.`,
    );
  }
  await rename(partial, target);
  options.onProgress?.(file.sizeBytes, file.sizeBytes);
  return target;
}

async function copyFrom(source: string, target: string, name: string): Promise<void> {
  if (await exists(source)) return copyFile(source, target);
  throw new RoadstreamError(
    'MODEL_DOWNLOAD_FAILED',
    `ROADSTREAM_MODEL_MIRROR has no ${source}. Put ${name} there, or unset it to fetch from the internet.`,
  );
}

async function fetchInto(partial: string, url: string, sizeBytes: number, { onProgress, signal }: PullOptions): Promise<void> {
  const already = await stat(partial).then(
    ({ size }) => (size < sizeBytes ? size : 0),
    () => 0,
  );
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(new Error(`nothing came for ${silenceMs / 1000} s`)), silenceMs);
  let output: WriteStream | undefined;
  let done = already;
  try {
    const { address, headers } = credentialsApart(url);
    const response = await fetch(address, {
      headers: already > 0 ? { ...headers, range: `bytes=${already}-` } : headers,
      signal: AbortSignal.any([silence.signal, ...(signal === undefined ? [] : [signal])]),
    });
    if (!response.ok || response.body === null) throw refused(url, response.status);
    // A server that knows no ranges answers 200 with the whole file.
    if (response.status !== 206) done = 0;
    output = createWriteStream(partial, { flags: done > 0 ? 'a' : 'w' });
    await pipeline(
      response.body,
      async function* (chunks: AsyncIterable<Uint8Array>) {
        for await (const chunk of chunks) {
          timer.refresh();
          done += chunk.length;
          if (done > sizeBytes) throw new Error(`more than the expected ${sizeBytes} bytes came`);
          onProgress?.(done, sizeBytes);
          yield chunk;
        }
      },
      output,
    );
    if (done < sizeBytes) throw new Error('the connection closed early');
  } catch (error) {
    if (output !== undefined) await finished(output).catch(() => {});
    if (done > sizeBytes) await rm(partial, { force: true });
    if (error instanceof RoadstreamError || diskError(error, partial) !== error) throw error;
    throw new RoadstreamError(
      'MODEL_DOWNLOAD_FAILED',
      `${shownAddress(url)} could not be fetched: ${reason(error)} (${done} of ${sizeBytes} bytes are here). Run the same command again to go on, or name a folder that holds the file in ROADSTREAM_MODEL_MIRROR.`,
      { cause: error, retryable: true },
    );
  } finally {
    clearTimeout(timer);
  }
}

function refused(url: string, status: number): RoadstreamError {
  const message = `${shownAddress(url)} answers ${status}. Check the address and ROADSTREAM_MODEL_MIRROR, or name a folder that holds the file there.`;
  return new RoadstreamError('MODEL_DOWNLOAD_FAILED', message, { retryable: status === 429 || status >= 500 });
}

/** fetch refuses addresses with credentials, and says them in its message. */
function credentialsApart(url: string): { address: string; headers: Record<string, string> } {
  const address = new URL(url);
  const { username, password } = address;
  if (username === '') return { address: url, headers: {} };
  const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  address.username = '';
  address.password = '';
  return { address: address.href, headers: { authorization: `Basic ${credentials}` } };
}

/** fetch says only `fetch failed`; why stands in the cause. */
function reason(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
