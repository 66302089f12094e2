import { RoadstreamError } from '../../schemas/errors.ts';

/** One named array of a TFJS graph model. */
export interface Weight {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export interface WeightEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly quantization?: { readonly dtype: string };
}

/**
 * Reads the weights of a TFJS graph model; integers, which only shapes are made of, become real numbers too.
 * @param entries In the order in which they lie in `bytes`.
 * @throws MODEL_CORRUPT when `bytes` holds more or less than the entries say or an unknown type.
 */
export function readTfjsWeights(entries: readonly WeightEntry[], bytes: Uint8Array): Map<string, Weight> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const weights = new Map<string, Weight>();
  let offset = 0;
  for (const entry of entries) {
    const storage = storages[entry.quantization?.dtype ?? entry.dtype];
    if (storage === undefined) throw corrupt(`weight ${entry.name} is stored as ${entry.quantization?.dtype ?? entry.dtype}`);
    const values = new Float32Array(entry.shape.reduce((product, size) => product * size, 1));
    if (offset + values.length * storage.bytes > bytes.length) throw corrupt(`its weights end within ${entry.name}`);
    for (let i = 0; i < values.length; i++) values[i] = storage.read(view, offset + i * storage.bytes);
    offset += values.length * storage.bytes;
    weights.set(entry.name, { shape: entry.shape, values });
  }
  if (offset !== bytes.length) throw corrupt(`its weights are ${bytes.length} bytes long instead of ${offset}`);
  return weights;
}

/**
 * Keeps some of the last dimension's channels.
 * @param kept Indices, in the order wanted.
 */
export function keepChannels({ shape, values }: Weight, kept: readonly number[]): Weight {
  const channels = shape.at(-1)!;
  const rows = values.length / channels;
  const result = new Float32Array(rows * kept.length);
  for (let row = 0; row < rows; row++) {
    for (const [to, from] of kept.entries()) result[row * kept.length + to] = values[row * channels + from]!;
  }
  return { shape: [...shape.slice(0, -1), kept.length], values: result };
}

interface Storage {
  readonly bytes: number;
  readonly read: (view: DataView, offset: number) => number;
}

const storages: Readonly<Record<string, Storage | undefined>> = {
  float32: { bytes: 4, read: (view, offset) => view.getFloat32(offset, true) },
  int32: { bytes: 4, read: (view, offset) => view.getInt32(offset, true) },
  float16: { bytes: 2, read: (view, offset) => view.getFloat16(offset, true) },
};

function corrupt(what: string): RoadstreamError {
  return new RoadstreamError('MODEL_CORRUPT', `The TFJS model cannot be read: ${what}. Install the npm packages again (npm ci).`);
}
