import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { OnnxGraph } from '../../../models/import/onnx-graph.ts';

/** Pixels a side. */
export const ownModelSide = 32;

/**
 * Writes somebody's own detector with a centernet head and its declaration: whatever is red is a car, four times as large as it is
 * bright. The brighter the picture, the longer it takes: milliseconds when dark, about a second when white.
 * @returns The name to open it under.
 */
export async function writeOwnModel(folder: string, declaration: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const [side, points] = [ownModelSide, ownModelSide / 4];
  const graph = new OnnxGraph();
  graph.node('Cast', ['image'], 'float', { to: 1 });
  graph.node('Transpose', ['float'], 'planes', { perm: [0, 3, 1, 2] });
  graph.node('MaxPool', ['planes'], 'bright', { kernel_shape: [4, 4], strides: [4, 4] });
  graph.node('Mul', ['bright', graph.constant('255th', [], Float32Array.of(1 / 255))], 'share');

  // A product of two square matrices of zeros, 14 rows for each step of brightness, changes nothing and takes its time.
  graph.node('ReduceMax', ['planes'], 'brightest', { keepdims: 0 });
  graph.node('Mul', ['brightest', graph.constant('rowsPerStep', [], Float32Array.of(14))], 'rows');
  graph.node('Cast', ['rows'], 'rows/whole', { to: 7 });
  graph.node('Reshape', ['rows/whole', graph.constant('one', [1], BigInt64Array.of(1n))], 'rows/list');
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
    [{ name: 'image', type: 'uint8', shape: ['n', side, side, 3] }],
    [
      { name: 'peaks', type: 'float32', shape: ['n', 3, points, points] },
      { name: 'extents', type: 'float32', shape: ['n', 4, points, points] },
    ],
  );
  const file = path.join(folder, 'own.onnx');
  await writeFile(file, onnx);
  const declared = { head: 'centernet', classes: ['car', 'boat', 'kite'], inputWidth: side, inputHeight: side, ...declaration };
  await writeFile(path.join(folder, 'own.json'), JSON.stringify(declared));
  return `file:${file}`;
}
