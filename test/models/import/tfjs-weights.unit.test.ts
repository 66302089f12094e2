import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepChannels, readTfjsWeights } from '../../../models/import/tfjs-weights.ts';

test('reads numbers of 16 and 32 bits and whole ones', () => {
  const bytes = Buffer.alloc(18);
  // IEEE 754 binary16: 1, -2, the largest (65504), the smallest (2^-24), infinity.
  for (const [at, bits] of [0x3c00, 0xc000, 0x7bff, 0x0001, 0x7c00].entries()) bytes.writeUInt16LE(bits, 2 * at);
  bytes.writeFloatLE(0.1, 10);
  bytes.writeInt32LE(-7, 14);
  const weights = readTfjsWeights(
    [
      { name: 'half', shape: [5], dtype: 'float32', quantization: { dtype: 'float16' } },
      { name: 'single', shape: [], dtype: 'float32' },
      { name: 'whole', shape: [1], dtype: 'int32' },
    ],
    bytes,
  );
  assert.deepEqual([...weights.get('half')!.values], [1, -2, 65504, 2 ** -24, Number.POSITIVE_INFINITY]);
  assert.deepEqual([...weights.get('single')!.values], [Math.fround(0.1)]);
  assert.deepEqual([...weights.get('whole')!.values], [-7]);
});

test('says when weights are missing, left over or of an unknown type', () => {
  const entry = { name: 'a', shape: [2], dtype: 'float32' };
  for (const [entries, length] of [[[entry], 7] as const, [[entry], 9] as const, [[{ ...entry, dtype: 'complex64' }], 16] as const]) {
    assert.throws(() => readTfjsWeights(entries, Buffer.alloc(length)), { code: 'MODEL_CORRUPT' });
  }
});

test('keeps the channels asked for, in the order asked for', () => {
  const { shape, values } = keepChannels({ shape: [2, 3], values: Float32Array.of(1, 2, 3, 4, 5, 6) }, [2, 0]);
  assert.deepEqual([shape, ...values], [[2, 2], 3, 1, 6, 4]);
});
