// Records what TFJS itself answers, for test/models/import/centernet.test.ts. TFJS is no dependency of the project:
//   npm install --prefix /tmp/tfjs @tensorflow/tfjs-core@4.22.0 @tensorflow/tfjs-converter@4.22.0 @tensorflow/tfjs-backend-cpu@4.22.0
//   node test/models/golden/record-centernet.ts /tmp/tfjs
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire, findPackageJSON } from 'node:module';
import path from 'node:path';
import { cocoClasses } from '../../../models/coco.ts';
import { roadClasses } from '../../../models/detector.ts';
import type { TfjsModel } from '../../../models/import/tfjs-graph.ts';
import { sharedFolder } from '../../support/needs.ts';
import { drawRoad, readFrame, toRgb } from '../support/picture.ts';

const [inputWidth, inputHeight] = [512, 288];
const [columns, rows] = [inputWidth / 4, inputHeight / 4];
/** Pixels a side for which the model was saved. */
const savedSide = 512;
const pictures = [
  { picture: null, frame: 0, minimumScore: 0.02 },
  { picture: 'media/highway_carnd_vehicle_test.mp4', frame: 20, minimumScore: 0.05 },
  { picture: 'media/highway_solidWhiteRight.mp4', frame: 100, minimumScore: 0.05 },
] as const;

const require = createRequire(path.join(path.resolve(process.argv[2]!), 'package.json'));
const tf = require('@tensorflow/tfjs-core');
require('@tensorflow/tfjs-backend-cpu');
const { loadGraphModel } = require('@tensorflow/tfjs-converter');

interface SavedModel extends TfjsModel {
  readonly format: string;
  readonly signature: { inputs: Record<string, { tensorShape: { dim: { size: string }[] } }> };
}

async function load() {
  const folder = path.join(path.dirname(findPackageJSON('@vladmandic/human', import.meta.url)!), 'models');
  const weights = Buffer.from(await readFile(path.join(folder, 'centernet.bin')));
  const saved = JSON.parse(await readFile(path.join(folder, 'centernet.json'), 'utf8')) as SavedModel;
  // Another size has to be named in the placeholder, in the signature and where the maps are doubled.
  const placeholder = saved.modelTopology.node.find(({ op }) => op === 'Placeholder') as unknown as {
    attr: { shape: { shape: { dim: { size: string }[] } } };
  };
  for (const { dim } of [placeholder.attr.shape.shape, saved.signature.inputs['tower_0/images']!.tensorShape]) {
    [dim[1]!.size, dim[2]!.size] = [String(inputHeight), String(inputWidth)];
  }
  const entries = saved.weightsManifest[0]!.weights;
  let offset = 0;
  for (const { name, shape, quantization } of entries) {
    if (/up_sampling2d(_\d)?\/mul$/.test(name)) {
      for (const [at, size] of [inputHeight, inputWidth].entries()) {
        weights.writeInt32LE((weights.readInt32LE(offset + 4 * at) * size) / savedSide, offset + 4 * at);
      }
    }
    offset += shape.reduce((product, size) => product * size, 1) * (quantization?.dtype === 'float16' ? 2 : 4);
  }
  const weightData = weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.length);
  return loadGraphModel(tf.io.fromMemory({ ...saved, weightSpecs: entries, weightData }));
}

async function pixelsOf({ picture, frame }: (typeof pictures)[number]): Promise<Uint8Array> {
  if (picture === null) return drawRoad(inputWidth, inputHeight);
  const decoded = await readFrame(path.join(sharedFolder, picture), frame);
  return toRgb(decoded, [0, 0, decoded.width, decoded.height], inputWidth, inputHeight);
}

await tf.setBackend('cpu');
const model = await load();
const frames = [];
for (const source of pictures) {
  const input = tf.tensor4d(Float32Array.from(await pixelsOf(source)), [1, inputHeight, inputWidth, 3]);
  const [keypoints, extents] = model
    .execute(input, ['tower_0/keypoints', 'tower_0/wh'])
    .map((tensor: { dataSync(): Float32Array }) => tensor.dataSync());
  const peaks: (string | number)[][] = [];
  for (const name of roadClasses) {
    const channel = cocoClasses.indexOf(name);
    const scoreAt = (column: number, row: number): number =>
      column < 0 || column >= columns || row < 0 || row >= rows ? 0 : keypoints[(row * columns + column) * cocoClasses.length + channel];
    for (let point = 0; point < rows * columns; point++) {
      const [column, row] = [point % columns, Math.floor(point / columns)];
      const score = scoreAt(column, row);
      const around = [-1, 0, 1].flatMap((y) => [-1, 0, 1].map((x) => scoreAt(column + x, row + y)));
      if (score < source.minimumScore || score < Math.max(...around)) continue;
      const edges = [0, 1, 2, 3].map((edge) => Number(extents[point * 4 + edge].toFixed(3)));
      peaks.push([name, column, row, Number(score.toFixed(6)), ...edges]);
    }
  }
  frames.push({ ...source, peaks });
}

const recorded = {
  recordedWith: '@tensorflow/tfjs-core, -converter and -backend-cpu 4.22.0, models/centernet.json of @vladmandic/human 3.3.6',
  inputWidth,
  inputHeight,
  peakFields: ['class', 'column', 'row', 'score', 'left', 'upper', 'right', 'lower'],
  frames,
};
// One peak a line, so that a difference can be read.
const text = JSON.stringify(recorded, null, 2).replace(
  /\[\s+("[a-z ]+",\s+\d[^[\]]*?)\s+\]/g,
  (_, peak: string) => `[${peak.replace(/\s+/g, ' ')}]`,
);
await writeFile(path.join(import.meta.dirname, 'centernet-tfjs.json'), `${text}\n`);
