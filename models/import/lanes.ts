import { makeNode, tensor } from './onnx-graph.ts';
import { surround } from './onnx-surround.ts';

const [width, height] = [640, 384];

/**
 * TwinLiteNet+ (Che et al. 2024), of which only the lane lines are kept. Input `image`: uint8 RGB [1, 384, 640, 3], the picture in the
 * middle with its shape kept, the rest 114. Output `lines`: [1, 384, 640], the probability 0..1 of a line in each pixel.
 * @throws MODEL_CORRUPT
 */
export function makeOnnx([file]: readonly Uint8Array[]): Uint8Array {
  return surround(file!, {
    input: { name: 'image', type: 'uint8', shape: [1, height, width, 3] },
    outputs: [{ name: 'lines', type: 'float32', shape: [1, height, width] }],
    before: [
      makeNode('Cast', ['image'], 'image/float', { to: 1 }),
      makeNode('Transpose', ['image/float'], 'image/planes', { perm: [0, 3, 1, 2] }),
      makeNode('Mul', ['image/planes', 'image/scale'], 'images'),
    ],
    after: [
      // Of two classes, softmax is the sigmoid of the difference.
      makeNode('Conv', ['ll', 'lines/weights'], 'lines/odds', { kernel_shape: [1, 1] }),
      makeNode('Sigmoid', ['lines/odds'], 'lines/plane'),
      makeNode('Reshape', ['lines/plane', 'lines/shape'], 'lines'),
    ],
    constants: [
      tensor('image/scale', [], Float32Array.of(1 / 255)),
      tensor('lines/weights', [1, 2, 1, 1], Float32Array.of(-1, 1)),
      tensor('lines/shape', [3], BigInt64Array.of(1n, BigInt(height), BigInt(width))),
    ],
  });
}
