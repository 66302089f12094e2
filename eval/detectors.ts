import { existsSync } from 'node:fs';
import path from 'node:path';
import { sharedFolder } from '../test/support/needs.ts';

const shared = path.join(sharedFolder, 'models');

/** Where weights that are not built in come from. */
export const modelMirror = process.env.ROADSTREAM_MODEL_MIRROR ?? (existsSync(shared) ? shared : undefined);

export const builtInDetector = 'centernet';

/** @returns The recommended detector first where its weights are at hand, and the built-in one. */
export function availableDetectors(): string[] {
  const isHere = modelMirror !== undefined && existsSync(path.join(modelMirror, 'yolox_nano_416.onnx'));
  return isHere ? ['yolox-nano', builtInDetector] : [builtInDetector];
}
