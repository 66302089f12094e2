import { makeNode, tensor } from './onnx-graph.ts';
import { surround } from './onnx-surround.ts';

/**
 * PP-OCRv4's text recognition, that answers with what is needed of its 6625 probabilities a step: they would be megabytes a line. Input `x`:
 * float32 BGR [1, 3, 48, width], -1..1. Outputs: `probabilities` and `classes` of the two likeliest classes, [1, steps, 2]; `blanks`,
 * [1, steps], the probability of any white space. Classes: none, the keys in their order, blank.
 * @throws MODEL_CORRUPT
 */
export function makeOnnx([file, keys]: readonly Uint8Array[]): Uint8Array {
  const characters = ['none', ...Buffer.from(keys!).toString('utf8').split('\n'), ' '];
  const blanks = characters.flatMap((character, index) => (character.trim() === '' ? [BigInt(index)] : []));
  return surround(file!, {
    input: { name: 'x', type: 'float32', shape: [1, 3, 48, 'width'] },
    outputs: [
      { name: 'probabilities', type: 'float32', shape: [1, 'steps', 2] },
      { name: 'classes', type: 'float32', shape: [1, 'steps', 2] },
      { name: 'blanks', type: 'float32', shape: [1, 'steps'] },
    ],
    before: [],
    after: [
      { ...makeNode('TopK', ['softmax_11.tmp_0'], 'probabilities', { axis: 2, k: 2 }), output: ['probabilities', 'classes/whole'] },
      makeNode('Cast', ['classes/whole'], 'classes', { to: 1 }),
      makeNode('Gather', ['softmax_11.tmp_0', 'blanks/classes'], 'blanks/each', { axis: 2 }),
      makeNode('ReduceSum', ['blanks/each'], 'blanks', { axes: [2], keepdims: 0 }),
    ],
    constants: [tensor('blanks/classes', [blanks.length], BigInt64Array.from(blanks))],
  });
}
