import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { OnnxGraph } from '../../../models/import/onnx-graph.ts';

/** Pixels a side. */
export const ownModelSide = 32;

/** @param value Of every byte, 0..255. */
export const ownPicture = (value: number): Uint8Array => new Uint8Array(ownModelSide * ownModelSide * 3).fill(value);

/**
 * Writes somebody's own detector with a centernet head and its declaration: whatever is red is a car, four times as large as it is
 * bright. The brighter the picture, the longer it takes: milliseconds when dark, about a second when almost white. White makes it fail.
 * @param batch How many pictures it takes at once; `n` is any number.
 * @returns The name to open it under.
 */
export async function writeOwnModel(
  folder: string,
  declaration: Readonly<Record<string, unknown>> = {},
  batch: number | 'n' = 'n',
): Promise<string> {
  const [side, points] = [ownModelSide, ownModelSide / 4];
  const graph = new OnnxGraph();
  graph.node('Cast', ['image'], 'float', { to: 1 });
  graph.node('Transpose', ['float'], 'planes', { perm: [0, 3, 1, 2] });
  graph.node('MaxPool', ['planes'], 'bright', { kernel_shape: [4, 4], strides: [4, 4] });
  graph.node('Mul', ['bright', graph.constant('255th', [], Float32Array.of(1 / 255))], 'share');

  // A product of two square matrices of zeros, 14 rows for each step of brightness, changes nothing and takes its time.
  graph.node('ReduceMax', ['planes'], 'brightest', { keepdims: 0 });
  graph.node('Cast', ['brightest'], 'step', { to: 7 });
  // White, 255, has no place in the table.
  const table = graph.constant(
    'rowsOfSteps',
    [255],
    BigInt64Array.from({ length: 255 }, (_, step) => BigInt(14 * step)),
  );
  graph.node('Gather', [table, 'step'], 'rows');
  graph.node('Reshape', ['rows', graph.constant('one', [1], BigInt64Array.of(1n))], 'rows/list');
  graph.node('Concat', ['rows/list', 'rows/list'], 'square', { axis: 0 });
  graph.node('ConstantOfShape', ['square'], 'zeros');
  graph.node('MatMul', ['zeros', 'zeros'], 'product');
  graph.node('ReduceSum', ['product'], 'nothing', { keepdims: 0 });

  graph.node('Add', ['share', 'nothing'], 'peaks');
  const weights = graph.constant(
    'weights',
    [4, 3, 1, 1],
    Float32Array.from({ length: 12 }, (_, at) => (at % 3 === 0 ? 4 : 0)),
  );
  graph.node('Conv', ['peaks', weights], 'extents');
  const onnx = graph.encode(
    'own',
    [{ name: 'image', type: 'uint8', shape: [batch, side, side, 3] }],
    [
      { name: 'peaks', type: 'float32', shape: [batch, 3, points, points] },
      { name: 'extents', type: 'float32', shape: [batch, 4, points, points] },
    ],
  );
  const file = path.join(folder, 'own.onnx');
  await writeFile(file, onnx);
  const declared = { head: 'centernet', classes: ['car', 'boat', 'kite'], inputWidth: side, inputHeight: side, ...declaration };
  await writeFile(path.join(folder, 'own.json'), JSON.stringify(declared));
  return `file:${file}`;
}
