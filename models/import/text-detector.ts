import { makeNode, tensor } from './onnx-graph.ts';
import { surround } from './onnx-surround.ts';

/** Blue first, as PaddleOCR gives pictures. Source: NormalizeImage of its ch_PP-OCRv4_det configuration. */
const mean = [0.485, 0.456, 0.406];
const deviation = [0.229, 0.224, 0.225];

/**
 * PP-OCRv4's text detection, that takes the picture as it is. Input `picture`: uint8 RGB [1, height, width, 3], both sides divisible by 32.
 * Output `text`: [1, 1, height, width], the probability 0..1 of text in each pixel.
 * @throws MODEL_CORRUPT
 */
export function makeOnnx([file]: readonly Uint8Array[]): Uint8Array {
  return surround(file!, {
    input: { name: 'picture', type: 'uint8', shape: [1, 'height', 'width', 3] },
    outputs: [{ name: 'text', type: 'float32', shape: [1, 1, 'height', 'width'] }],
    before: [
      makeNode('Gather', ['picture', 'picture/order'], 'picture/bgr', { axis: 3 }),
      makeNode('Cast', ['picture/bgr'], 'picture/float', { to: 1 }),
      makeNode('Mul', ['picture/float', 'picture/scale'], 'picture/scaled'),
      makeNode('Add', ['picture/scaled', 'picture/offset'], 'picture/normal'),
      makeNode('Transpose', ['picture/normal'], 'x', { perm: [0, 3, 1, 2] }),
    ],
    after: [makeNode('Identity', ['sigmoid_0.tmp_0'], 'text')],
    constants: [
      tensor('picture/order', [3], BigInt64Array.of(2n, 1n, 0n)),
      tensor(
        'picture/scale',
        [3],
        Float32Array.from(deviation, (value) => 1 / (255 * value)),
      ),
      tensor(
        'picture/offset',
        [3],
        Float32Array.from(mean, (value, channel) => -value / deviation[channel]!),
      ),
    ],
  });
}
