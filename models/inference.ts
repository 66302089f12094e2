import ort, { type InferenceSession } from 'onnxruntime-node';
import { asRoadstreamError, RoadstreamError } from '../schemas/errors.ts';
import { type InferenceOptions, openOnnxSession } from './onnx-session.ts';
import { countValues, type Tensor, type Tensors, type TensorType } from './thread/task.ts';

/** What goes into a model and comes out of it for one input; in its tensors the number of inputs comes before. */
export interface ItemShapes {
  readonly inputs: Readonly<Record<string, TensorType>>;
  /** All float32. */
  readonly outputs: Readonly<Record<string, readonly number[]>>;
}

interface LoadedModel {
  readonly name: string;
  readonly onnx: Uint8Array;
}

/** How many inputs one run may have, largest first. Few, since a GPU compiles its programs anew for each. */
const batchSizes = [8, 4, 2, 1] as const;

/** A session of onnxruntime and its buffers. Its `run` blocks the thread that calls it. */
export class Inference {
  readonly #name: string;
  readonly #session: InferenceSession;
  readonly #items: ItemShapes | undefined;
  #sizes: readonly number[];
  #outputs: Tensors<Float32Array> = {};

  private constructor(name: string, session: InferenceSession, items: ItemShapes | undefined, largestBatch: number) {
    this.#name = name;
    this.#session = session;
    this.#items = items;
    this.#sizes = batchSizes.filter((size) => size <= largestBatch);
  }

  /**
   * @param declared Of the inputs and outputs; those of the session unless given.
   * @throws DEVICE_UNAVAILABLE, MODEL_CORRUPT when onnxruntime cannot read it, MODEL_SHAPE_WRONG when it has not what is declared,
   * INFERENCE_FAILED when it does not run on this device.
   */
  static async open({ name, onnx }: LoadedModel, options: InferenceOptions, declared?: ItemShapes): Promise<Inference> {
    const session = await openOnnxSession(name, onnx, options);
    if (declared) checkShapes(name, session, declared);
    const items = declared ?? shapesOf(session);
    const largestBatch = items && isBatchOpen(session) ? options.largestBatch : 1;
    const inference = new Inference(name, session, items, largestBatch);
    if (options.device !== 'cpu' || options.largestBatch > 1) await inference.#warmUp();
    return inference;
  }

  /** Of one input; undefined when the model takes any shape. */
  get items(): ItemShapes | undefined {
    return this.#items;
  }

  /** Most inputs in one run: what was asked for, or less where the model cannot take it. */
  get largestBatch(): number {
    return this.#sizes[0]!;
  }

  /**
   * @param inputs By name, the number of inputs first in their shapes; may lie in shared memory.
   * @returns Of all inputs; the next run uses the same memory.
   * @throws INFERENCE_FAILED
   */
  async run(inputs: Tensors): Promise<Tensors<Float32Array>> {
    if (!this.#items) return this.#runOnce(inputs);
    const count = Object.values(inputs)[0]?.shape[0] ?? 0;
    this.#makeRoom(this.#items, count);
    for (let first = 0; first < count; ) {
      const size = this.#sizes.find((candidate) => candidate <= count - first)!;
      await this.#runOnce(part(inputs, first, size), part(this.#outputs, first, size));
      first += size;
    }
    return this.#outputs;
  }

  async close(): Promise<void> {
    await this.#session.release();
  }

  /** Keeps the memory while the number of inputs stays the same. */
  #makeRoom({ outputs }: ItemShapes, count: number): void {
    if (Object.values(this.#outputs)[0]?.shape[0] === count) return;
    this.#outputs = tensorsOf(Object.keys(outputs), (name) => {
      const shape = [count, ...outputs[name]!];
      return { data: new Float32Array(countValues(shape)), shape };
    });
  }

  async #runOnce(inputs: Tensors, outputs?: Tensors<Float32Array>): Promise<Tensors<Float32Array>> {
    try {
      const feeds = toOnnx(inputs);
      const results = outputs ? await this.#session.run(feeds, toOnnx(outputs)) : await this.#session.run(feeds);
      return tensorsOf(Object.keys(results), (name) => ({ data: results[name]!.data as Float32Array, shape: results[name]!.dims }));
    } catch (cause) {
      throw new RoadstreamError('INFERENCE_FAILED', `${this.#name} failed: ${asRoadstreamError(cause).message}`, { cause });
    }
  }

  /** Has the device compile for every batch size, which takes longer than an inference may; a size that fails is not used. */
  async #warmUp(): Promise<void> {
    if (!this.#items) return;
    const { inputs } = this.#items;
    const black = tensorsOf(Object.keys(inputs), (name) => {
      const shape = [this.largestBatch, ...inputs[name]!.shape];
      const count = countValues(shape);
      return { data: inputs[name]!.type === 'uint8' ? new Uint8Array(count) : new Float32Array(count), shape };
    });
    await this.run(part(black, 0, 1));
    for (const size of this.#sizes.slice(0, -1).toReversed()) {
      const works = await this.run(part(black, 0, size)).then(
        () => true,
        () => false,
      );
      if (works) continue;
      this.#sizes = this.#sizes.filter((candidate) => candidate < size);
      return;
    }
  }
}

/** Of one input's outputs. @param at Its place among all inputs. */
export function outputsOf(outputs: Tensors<Float32Array>, at: number): Readonly<Record<string, Float32Array>> {
  return Object.fromEntries(Object.entries(part(outputs, at, 1)).map(([name, { data }]) => [name, data]));
}

/** Some of the inputs or outputs, in the same memory. */
export function part<Values extends Uint8Array | Float32Array>(tensors: Tensors<Values>, first: number, count: number): Tensors<Values> {
  return tensorsOf(Object.keys(tensors), (name) => {
    const { data, shape } = tensors[name]!;
    const length = countValues(shape.slice(1));
    return { data: data.subarray(first * length, (first + count) * length) as Values, shape: [count, ...shape.slice(1)] };
  });
}

function tensorsOf<Values extends Uint8Array | Float32Array>(
  names: readonly string[],
  make: (name: string) => Tensor<Values>,
): Tensors<Values> {
  return Object.fromEntries(names.map((name) => [name, make(name)]));
}

function toOnnx(tensors: Tensors): Record<string, ort.Tensor> {
  const made = Object.entries(tensors).map(([name, { data, shape }]) => {
    return [name, data instanceof Uint8Array ? new ort.Tensor('uint8', data, shape) : new ort.Tensor('float32', data, shape)] as const;
  });
  return Object.fromEntries(made);
}

/** @returns undefined where a dimension besides the batch is left open. */
function shapesOf({ inputMetadata, outputMetadata }: InferenceSession): ItemShapes | undefined {
  const values = [...inputMetadata, ...outputMetadata];
  if (!values.every((value) => value.isTensor && value.shape.slice(1).every((size) => typeof size === 'number'))) return undefined;
  const shapes = (found: typeof inputMetadata) =>
    found.flatMap((value) =>
      value.isTensor ? [[value.name, { type: value.type, shape: value.shape.slice(1) as number[] }] as const] : [],
    );
  return {
    inputs: Object.fromEntries(shapes(inputMetadata)) as ItemShapes['inputs'],
    outputs: Object.fromEntries(shapes(outputMetadata).map(([name, { shape }]) => [name, shape])),
  };
}

function checkShapes(model: string, session: InferenceSession, { inputs, outputs }: ItemShapes): void {
  const expected = [
    ...Object.entries(inputs).map(([name, { type, shape }]) => [name, type, shape] as const),
    ...Object.entries(outputs).map(([name, shape]) => [name, 'float32', shape] as const),
  ];
  const values = [...session.inputMetadata, ...session.outputMetadata];
  const found = values.map((value) => (value.isTensor ? `${value.name} ${value.type} [${value.shape.join(', ')}]` : value.name)).join('; ');
  const fits = expected.every(([name, type, shape]) =>
    values.some((value) => value.isTensor && value.name === name && value.type === type && fitsShape(value.shape, ['n', ...shape])),
  );
  if (fits && values.length === expected.length) return;
  const wanted = expected.map(([name, type, shape]) => `${name} ${type} [n, ${shape.join(', ')}]`).join('; ');
  throw new RoadstreamError('MODEL_SHAPE_WRONG', `${model} has ${found}, where its head needs ${wanted}.`);
}

/** A dimension that is a text is left open, and takes any size. */
function fitsShape(found: readonly (number | string)[], wanted: readonly (number | string)[]): boolean {
  return (
    found.length === wanted.length && found.every((size, at) => typeof size === 'string' || size === wanted[at] || (at === 0 && size === 1))
  );
}

/** Whether inputs and outputs leave the size of the batch open. */
function isBatchOpen(session: InferenceSession): boolean {
  return [...session.inputMetadata, ...session.outputMetadata].every((value) => value.isTensor && typeof value.shape[0] === 'string');
}
