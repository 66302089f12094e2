import { makeNode, tensor } from './onnx-graph.ts';
import { surround } from './onnx-surround.ts';

/** Pixels a side of the input. */
const side = 30;

/**
 * A classifier of the German Traffic Sign Recognition Benchmark (Stallkamp et al. 2012). Input `image`: uint8 RGB [n, 30, 30, 3], the
 * sign and hardly more. Output `classes`: [n, 43], the probability 0..1 of each class.
 * @throws MODEL_CORRUPT
 */
export function makeOnnx([file]: readonly Uint8Array[]): Uint8Array {
  return surround(file!, {
    input: { name: 'image', type: 'uint8', shape: ['n', side, side, 3] },
    outputs: [{ name: 'classes', type: 'float32', shape: ['n', 43] }],
    before: [makeNode('Cast', ['image'], 'image/float', { to: 1 }), makeNode('Mul', ['image/float', 'image/scale'], 'input')],
    after: [makeNode('Identity', ['Identity:0'], 'classes')],
    constants: [tensor('image/scale', [], Float32Array.of(1 / 255))],
  });
}
