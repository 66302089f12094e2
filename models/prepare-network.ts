import type { NetworkEntry } from './manifest.ts';
import { keepPrepared, type PreparedFacts } from './prepared.ts';
import { readModelFiles, type StoreOptions, sha256 } from './store.ts';

export interface PreparedNetwork extends PreparedFacts {
  readonly onnx: Uint8Array;
}

/**
 * Gets a network ready, from the cache where it has been made before.
 * @throws MODEL_MISSING, MODEL_CORRUPT
 */
export async function prepareNetwork(entry: NetworkEntry, options: StoreOptions): Promise<PreparedNetwork> {
  const { name, importing } = entry;
  const files = await readModelFiles(entry, options);
  const problems: string[] = [];
  const make = async (): Promise<Uint8Array> => {
    const { makeOnnx } = (await import(`./import/${importing}.ts`)) as { makeOnnx: (files: readonly Uint8Array[]) => Uint8Array };
    return makeOnnx(files);
  };
  const { onnx, origin }: Pick<PreparedNetwork, 'onnx' | 'origin'> =
    importing === undefined
      ? { onnx: files[0]!, origin: 'kept' }
      : await keepPrepared({ name, importing }, files, options, make, (problem) => problems.push(problem));
  return { name, onnx, hash: sha256(onnx).slice(0, 16), origin, problems };
}
