import { RoadstreamError } from '../schemas/errors.ts';
import { download, type PullOptions } from './download.ts';
import { findModel, type ModelEntry, manifest } from './manifest.ts';
import { prepareModel } from './prepare.ts';
import { prepareNetwork } from './prepare-network.ts';
import { locate, type StoreOptions } from './store.ts';

export interface ModelListing extends Pick<ModelEntry, 'name' | 'tier' | 'description' | 'licence'> {
  readonly state: 'here' | 'not fetched';
}

export interface ModelCheck {
  readonly name: string;
  /** What is wrong and what to do about it; undefined when nothing is. */
  readonly problem?: string;
}

/** Every model of the manifest, and whether its files are here. */
export async function listModels(options: StoreOptions): Promise<ModelListing[]> {
  return Promise.all(
    manifest.map(async ({ name, tier, description, licence, source }) => {
      const isHere = !('url' in source) || (await locate(source, options)) !== undefined;
      return { name, tier, description, licence, state: isHere ? 'here' : 'not fetched' };
    }),
  );
}

/**
 * Fetches a recommended model.
 * @returns The path of its file.
 * @throws MODEL_UNKNOWN, MODEL_DOWNLOAD_FAILED, MODEL_CORRUPT, DISK_FULL, REQUEST_INVALID for a model that is built in.
 */
export async function pullModel({ name, ...options }: PullOptions & { readonly name: string }): Promise<string> {
  const { source } = findModel(name);
  if ('url' in source) return download(name, source, options);
  throw new RoadstreamError('REQUEST_INVALID', `${name} is built in; there is nothing to fetch.`);
}

/** Checks the files of every model that is here; one damaged in the cache of prepared models is made again. */
export async function verifyModels(options: StoreOptions): Promise<ModelCheck[]> {
  const checks: ModelCheck[] = [];
  const listed = await listModels(options);
  for (const entry of manifest) {
    const { name } = entry;
    if (listed.find((model) => model.name === name)!.state === 'not fetched') continue;
    const problem = await ('head' in entry ? prepareModel(name, options) : prepareNetwork(entry, options)).then(
      () => undefined,
      (error: unknown) => (error as Error).message,
    );
    checks.push({ name, problem });
  }
  return checks;
}
