import { RoadstreamError } from '../schemas/errors.ts';
import { cocoClasses } from './coco.ts';
import type { HeadName } from './heads/heads.ts';

/** A file that is fetched, and what it must be. */
export interface RemoteFile {
  readonly url: string;
  /** Its name in the cache and in a mirror. */
  readonly fileName: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

export interface ModelEntry {
  readonly name: string;
  readonly tier: 'built-in' | 'recommended';
  readonly description: string;
  /** SPDX */
  readonly licence: string;
  readonly head: HeadName;
  /** In the order of the model's outputs. */
  readonly classes: readonly string[];
  /** Pixels, divisible by 32. */
  readonly inputWidth: number;
  readonly inputHeight: number;
  readonly source: { readonly package: string; readonly files: readonly string[] } | RemoteFile;
}

/** Every model that has a name; whoever has another gives `file:` and its path. */
export const manifest: readonly ModelEntry[] = [
  {
    name: 'centernet',
    tier: 'built-in',
    description: 'MB3-CenterNet on COCO, from npm package @vladmandic/human',
    licence: 'MIT',
    head: 'centernet',
    classes: cocoClasses,
    inputWidth: 512,
    inputHeight: 288,
    source: { package: '@vladmandic/human', files: ['models/centernet.json', 'models/centernet.bin'] },
  },
  {
    name: 'yolox-nano',
    tier: 'recommended',
    description: 'YOLOX-nano on COCO: sees farther and takes less than half the time',
    licence: 'Apache-2.0',
    head: 'yolox',
    classes: cocoClasses,
    // A 16:9 picture leaves 22 rows unused, where a square input would leave 182.
    inputWidth: 416,
    inputHeight: 256,
    source: {
      url: 'https://raw.githubusercontent.com/Kazuhito00/YOLOX-ONNX-TFLite-Sample/3d4f1119d0694200671c08069ecb847aa0d8495a/model/yolox_nano.onnx',
      fileName: 'yolox_nano_416.onnx',
      sizeBytes: 3_660_092,
      sha256: '695e750a5d5754bb5a8d5325643b59282191a7e7a564e435a415fd3c578eab14',
    },
  },
];

/** @throws MODEL_UNKNOWN naming those there are. */
export function findModel(name: string): ModelEntry {
  const entry = manifest.find((candidate) => candidate.name === name);
  if (entry !== undefined) return entry;
  const names = manifest.map((candidate) => candidate.name).join(', ');
  throw new RoadstreamError('MODEL_UNKNOWN', `There is no model ${name}. There are ${names}, auto, and file:<path> for your own.`);
}
