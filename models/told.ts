import type { Logger } from 'pino';
import type { InferenceOptions } from './onnx-session.ts';
import type { PreparedFacts } from './prepared.ts';

/** Tells the log which model has been loaded, and what was wrong with its files. */
export function tellLoaded(
  { name, hash, origin, problems }: PreparedFacts,
  log: Logger | undefined,
  device: InferenceOptions['device'],
): void {
  for (const reason of problems) log?.warn({ model: name, reason }, 'the model works, but not all is well');
  if (origin === 'mended') log?.warn({ model: name, hash }, 'the cached model was damaged and has been made again');
  else log?.info({ model: name, hash, origin, device }, 'model loaded');
}
