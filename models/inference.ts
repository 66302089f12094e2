import ort, { type InferenceSession, type Tensor } from 'onnxruntime-node';
import { asRoadstreamError, RoadstreamError } from '../schemas/errors.ts';
import type { Detection } from './detector.ts';
import { heads } from './heads/heads.ts';
import { type DeviceOptions, openOnnxSession } from './onnx-session.ts';
import type { PreparedModel } from './prepare.ts';

export interface InferenceOptions extends DeviceOptions {
  /** Most inputs in one run, 1 to 8. */
  readonly largestBatch: number;
}

/** How many inputs one run may have, largest first. Few, since a GPU compiles its programs anew for each. */
const batchSizes = [8, 4, 2, 1] as const;

/** A session of onnxruntime and its buffers. Its `run` blocks the thread that calls it. */
export class Inference {
  readonly #model: PreparedModel;
  readonly #session: InferenceSession;
  /** Those of every batch size lie in the same memory. */
  readonly #outputs: ReadonlyMap<number, Readonly<Record<string, Tensor>>>;
  /** The same memory by place in the batch. */
  readonly #outputValues: readonly Readonly<Record<string, Float32Array>>[];
  #sizes: readonly number[];

  private constructor(model: PreparedModel, session: InferenceSession, largestBatch: number) {
    this.#model = model;
    this.#session = session;
    this.#sizes = batchSizes.filter((size) => size <= largestBatch);
    const outputs = Object.entries(heads[model.head].outputShapes(model)).map(([name, shape]) => {
      const length = shape.reduce((product, side) => product * side, 1);
      return { name, shape, length, values: new Float32Array(this.largestBatch * length) };
    });
    const tensors = (size: number) =>
      outputs.map(({ name, shape, length, values }) => {
        return [name, new ort.Tensor('float32', values.subarray(0, size * length), [size, ...shape])] as const;
      });
    this.#outputs = new Map(this.#sizes.map((size) => [size, Object.fromEntries(tensors(size))]));
    this.#outputValues = Array.from({ length: this.largestBatch }, (_, at) =>
      Object.fromEntries(outputs.map(({ name, length, values }) => [name, values.subarray(at * length, (at + 1) * length)])),
    );
  }

  /**
   * @throws DEVICE_UNAVAILABLE, MODEL_CORRUPT when onnxruntime cannot read it, MODEL_SHAPE_WRONG when its inputs or outputs are not
   * those of its head, INFERENCE_FAILED when it does not run on this device.
   */
  static async open(model: PreparedModel, { threads, device, largestBatch }: InferenceOptions): Promise<Inference> {
    const session = await openOnnxSession(model.name, model.onnx, { threads, device });
    checkShapes(model, session);
    const inference = new Inference(model, session, isBatchOpen(session) ? largestBatch : 1);
    if (largestBatch > 1) await inference.#warmUp();
    return inference;
  }

  /** Most inputs in one run: what was asked for, or less where the model cannot take it. */
  get largestBatch(): number {
    return this.#sizes[0]!;
  }

  /**
   * @param pixels Inputs one after another, each uint8 RGB [inputHeight, inputWidth, 3]; may lie in shared memory.
   * @returns One list an input.
   * @throws INFERENCE_FAILED
   */
  async run(pixels: Uint8Array): Promise<Detection[][]> {
    const found: Detection[][] = [];
    const count = pixels.length / this.#inputLength;
    while (found.length < count) {
      const size = this.#sizes.find((candidate) => candidate <= count - found.length)!;
      await this.#runBatch(pixels.subarray(found.length * this.#inputLength), size);
      found.push(...this.#outputValues.slice(0, size).map((values) => heads[this.#model.head].decode(values, this.#model)));
    }
    return found;
  }

  async close(): Promise<void> {
    await this.#session.release();
  }

  get #inputLength(): number {
    return this.#model.inputHeight * this.#model.inputWidth * 3;
  }

  async #runBatch(pixels: Uint8Array, size: number): Promise<void> {
    const { name, inputHeight, inputWidth } = this.#model;
    const image = new ort.Tensor('uint8', pixels.subarray(0, size * this.#inputLength), [size, inputHeight, inputWidth, 3]);
    try {
      await this.#session.run({ image }, this.#outputs.get(size)!);
    } catch (cause) {
      throw new RoadstreamError('INFERENCE_FAILED', `${name} failed: ${asRoadstreamError(cause).message}`, { cause });
    }
  }

  /** Has the device compile for every batch size, which takes longer than an inference may; a size that fails is not used. */
  async #warmUp(): Promise<void> {
    const black = new Uint8Array(this.largestBatch * this.#inputLength);
    await this.#runBatch(black, 1);
    for (const size of this.#sizes.slice(0, -1).toReversed()) {
      const works = await this.#runBatch(black, size).then(
        () => true,
        () => false,
      );
      if (works) continue;
      this.#sizes = this.#sizes.filter((candidate) => candidate < size);
      return;
    }
  }
}

function checkShapes(model: PreparedModel, session: InferenceSession): void {
  const expected = [
    ['image', 'uint8', [model.inputHeight, model.inputWidth, 3]] as const,
    ...Object.entries(heads[model.head].outputShapes(model)).map(([name, shape]) => [name, 'float32', shape] as const),
  ];
  const values = [...session.inputMetadata, ...session.outputMetadata];
  const found = values.map((value) => (value.isTensor ? `${value.name} ${value.type} [${value.shape.join(', ')}]` : value.name)).join('; ');
  const fits = expected.every(([name, type, shape]) =>
    values.some((value) => value.isTensor && value.name === name && value.type === type && fitsShape(value.shape, ['n', ...shape])),
  );
  if (fits && values.length === expected.length) return;
  const wanted = expected.map(([name, type, shape]) => `${name} ${type} [n, ${shape.join(', ')}]`).join('; ');
  throw new RoadstreamError('MODEL_SHAPE_WRONG', `${model.name} has ${found}, where its head ${model.head} needs ${wanted}.`);
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
