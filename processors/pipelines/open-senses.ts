import type { Models } from '../../models/models.ts';
import type { Configuration, StreamConfiguration } from '../../schemas/configuration.ts';
import { RoadstreamError } from '../../schemas/errors.ts';
import type { StreamKind } from '../../schemas/messages.ts';
import { DashcamSenses } from './dashcam-senses.ts';
import type { Senses } from './senses.ts';

export interface SensesOptions {
  readonly stream: StreamConfiguration;
  readonly alerts: Configuration['alerts'];
  readonly models: Models;
}

/** Loads what these kinds of cameras need, so that a model that is missing is told at once. @throws What loading the models throws. */
export async function preload(models: Models, kinds: readonly StreamKind[]): Promise<void> {
  if (kinds.includes('dashcam')) await models.detector();
}

/** What a stream is looked at for, by its kind. @throws What loading the models throws. */
export async function openSenses({ stream, alerts, models }: SensesOptions): Promise<Senses> {
  switch (stream.kind) {
    case 'dashcam':
      return new DashcamSenses({ stream, alerts, detector: await models.detector() });
    default:
      throw new RoadstreamError('REQUEST_INVALID', `Stream ${stream.id} is a ${stream.kind} camera, which is not analysed yet.`);
  }
}
