import { existsSync } from 'node:fs';
import path from 'node:path';
import { sharedFolder } from '../test/support/needs.ts';
import type { CrewOptions } from './crew-task.ts';

const shared = path.join(sharedFolder, 'models');

/** Where weights that are not built in come from. */
const modelMirror = process.env.ROADSTREAM_MODEL_MIRROR ?? (existsSync(shared) ? shared : undefined);

export const builtInDetector = 'centernet';

/** What is graded, and with which models. */
export type ModelChoice = CrewOptions & { readonly detectors: readonly string[] };

/** What every machine has, and nothing else, so that the same is measured everywhere: fetched models are not looked for. */
export const builtInModels: ModelChoice = {
  detectors: [builtInDetector],
  dataDirectory: path.resolve('.roadstream/built-in'),
  mirror: '',
};

/** @returns Whatever is at hand: the recommended detector first where its weights are, then the built-in one. */
export function modelsAtHand(): ModelChoice {
  const isHere = modelMirror !== undefined && existsSync(path.join(modelMirror, 'yolox_nano_416.onnx'));
  return {
    detectors: isHere ? ['yolox-nano', builtInDetector] : [builtInDetector],
    dataDirectory: path.resolve('.roadstream'),
    mirror: modelMirror,
  };
}
