import type { Models } from '../../models/models.ts';
import type { Network } from '../../models/network.ts';
import type { Configuration, StreamConfiguration } from '../../schemas/configuration.ts';
import { RoadstreamError } from '../../schemas/errors.ts';
import type { StreamKind } from '../../schemas/messages.ts';
import type { SignReaders } from '../stages/signs.ts';
import { CabinSenses } from './cabin-senses.ts';
import { DashcamSenses } from './dashcam-senses.ts';
import { RoadsideSenses } from './roadside-senses.ts';
import { ScannerSenses } from './scanner-senses.ts';
import type { Senses } from './senses.ts';

export interface SensesOptions {
  readonly stream: StreamConfiguration;
  readonly alerts: Configuration['alerts'];
  readonly models: Models;
}

/** Loads what these kinds of cameras need, so that a model that is missing is told at once. @throws What loading the models throws. */
export async function preload(models: Models, kinds: readonly StreamKind[]): Promise<void> {
  if (kinds.includes('dashcam') || kinds.includes('roadside')) await models.detector();
  if (kinds.includes('dashcam')) await openSignReaders(models);
  if (kinds.includes('cabin')) await models.face();
  if (kinds.includes('scanner')) await models.text();
}

/** What a stream is looked at for, by its kind. @throws What loading the models throws. */
export async function openSenses({ stream, alerts, models }: SensesOptions): Promise<Senses> {
  switch (stream.kind) {
    case 'dashcam':
      return new DashcamSenses({
        stream,
        alerts,
        detector: await models.detector(),
        signReaders: await openSignReaders(models),
        laneNetwork: stream.lanes === 'network' ? await openLaneNetwork(models) : undefined,
      });
    case 'roadside':
      return new RoadsideSenses({ stream, alerts, detector: await models.detector() });
    case 'cabin':
      return new CabinSenses({ stream, alerts, face: await models.face() });
    case 'scanner':
      return new ScannerSenses({ stream, text: await models.text() });
  }
}

async function openSignReaders(models: Models): Promise<SignReaders | undefined> {
  const [text, classes] = await Promise.all([models.signText(), models.signNetwork()]);
  return text && { text, classes };
}

async function openLaneNetwork(models: Models): Promise<Network> {
  const network = await models.laneNetwork();
  if (network) return network;
  throw new RoadstreamError(
    'MODEL_MISSING',
    'Lanes are to be found by a network, and none has been fetched. Run: npm run models -- pull lanes-nano (or use lanes: contrast, which needs none).',
  );
}
