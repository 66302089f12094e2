import { RoadstreamError } from '../../schemas/errors.ts';

/** An array of numbers that goes into a model or comes out of it, row by row. */
export interface Tensor<Values extends Uint8Array | Float32Array = Uint8Array | Float32Array> {
  readonly data: Values;
  readonly shape: readonly number[];
}

/** What a model takes for one input; in its tensors the number of inputs comes before. */
export interface TensorType {
  readonly type: 'uint8' | 'float32';
  readonly shape: readonly number[];
}

export type Tensors<Values extends Uint8Array | Float32Array = Uint8Array | Float32Array> = Readonly<Record<string, Tensor<Values>>>;

/** Does what enters onnxruntime; never returns when the process is ending, see `threadState`. */
export type Enter = <T>(work: () => Promise<T>) => Promise<T>;

/** What a thread does with the model that it has loaded. */
export interface Task<Facts, Value> {
  readonly facts: Facts;
  /** @param inputs In shared memory, which the next call uses again. */
  run(inputs: Tensors): Promise<Value>;
  close(): Promise<void>;
}

export type OpenTask<Options, Facts, Value> = (options: Options, enter: Enter) => Promise<Task<Facts, Value>>;

/** What the one shared word says: whether the thread is inside onnxruntime, and whether it may go there any more. */
export const threadState = { idle: 0, busy: 1, barred: 2 } as const;

/** How many values a tensor of this shape has. */
export function countValues(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * @param model Its name, for messages.
 * @param items What it takes for one input, by name; without it, only whether each tensor holds what its shape says is checked.
 * @throws INFERENCE_FAILED when a tensor does not hold what its shape says, or is not what the model takes.
 */
export function checkTensors(model: string, tensors: Tensors, items?: Readonly<Record<string, TensorType>>): void {
  for (const [name, { data, shape }] of Object.entries(tensors)) {
    if (data.length === countValues(shape)) continue;
    throw new RoadstreamError('INFERENCE_FAILED', `${model} is given ${data.length} values for ${name} [${shape.join(', ')}].`);
  }
  if (!items) return;
  const [given, wanted] = [Object.entries(tensors).map(describeTensor), Object.entries(items).map(describeItem)];
  if (given.toSorted().join('; ') === wanted.toSorted().join('; ')) return;
  throw new RoadstreamError('INFERENCE_FAILED', `${model} takes ${wanted.join('; ')}, not ${given.join('; ')}.`);
}

function describeTensor([name, { data, shape }]: readonly [string, Tensor]): string {
  return describeItem([name, { type: data instanceof Uint8Array ? 'uint8' : 'float32', shape: shape.slice(1) }]);
}

function describeItem([name, { type, shape }]: readonly [string, TensorType]): string {
  return `${name} ${type} [n, ${shape.join(', ')}]`;
}
