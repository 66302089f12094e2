import { shownAddress } from '../../platform/redact.ts';
import type { StreamConfiguration } from '../../schemas/configuration.ts';
import { RoadstreamError } from '../../schemas/errors.ts';
import { openLoadSource } from '../load/source.ts';
import { openSimulatedSource } from '../simulator/source.ts';
import type { Source } from '../source.ts';
import { openFileSource } from './file.ts';
import { openRtspSource } from './rtsp.ts';

export interface SourceLimits {
  /** Folders below which files must lie. */
  readonly fileFolders: readonly string[];
  /** Where recorded loops of load: streams are kept; without it, in memory only. */
  readonly cacheDirectory?: string;
}

/**
 * Gives the source that a stream's address names. Nothing is connected yet.
 * @throws SOURCE_SCHEME_REFUSED, CONFIGURATION_INVALID, SCENARIO_UNKNOWN
 */
export function openSource(
  { url, transport, loop }: Pick<StreamConfiguration, 'url' | 'transport' | 'loop'>,
  { fileFolders, cacheDirectory }: SourceLimits,
): Source {
  const scheme = /^\s*([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
  switch (scheme) {
    case 'rtsp':
    case 'rtsps':
      return openRtspSource({ url: url.trim(), transport });
    case 'file':
      return openFileSource({ url: url.trim(), fileFolders, loop });
    case 'sim':
      return openSimulatedSource({ url: url.trim() });
    case 'load':
      return openLoadSource({ url: url.trim(), cacheDirectory });
    default:
      throw new RoadstreamError(
        'SOURCE_SCHEME_REFUSED',
        `${shownAddress(url)} is not accepted; a camera's address begins with rtsp:, rtsps:, file: or sim: (or load:, to put the system under load).`,
      );
  }
}
