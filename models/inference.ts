import ort, { type InferenceSession, type Tensor } from 'onnxruntime-node';
import { asRoadstreamError, RoadstreamError } from '../schemas/errors.ts';
import type { Detection } from './detector.ts';
import { heads } from './heads/heads.ts';
import type { PreparedModel } from './prepare.ts';

/** A session of onnxruntime and its buffers. Its `run` blocks the thread that calls it. */
export class Inference {
  readonly #model: PreparedModel;
  readonly #session: InferenceSession;
  readonly #outputs: Readonly<Record<string, Tensor>>;
  readonly #outputValues: Readonly<Record<string, Float32Array>>;

  private constructor(model: PreparedModel, session: InferenceSession) {
    this.#model = model;
    this.#session = session;
    const shapes = Object.entries(heads[model.head].outputShapes(model));
    const size = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);
    this.#outputValues = Object.fromEntries(shapes.map(([name, shape]) => [name, new Float32Array(size(shape))]));
    this.#outputs = Object.fromEntries(
      shapes.map(([name, shape]) => [name, new ort.Tensor('float32', this.#outputValues[name]!, [1, ...shape])]),
    );
  }

  /**
   * @param threads How many cores one inference may use.
   * @throws MODEL_CORRUPT when onnxruntime cannot read it, MODEL_SHAPE_WRONG when its inputs or outputs are not those of its head.
   */
  static async open(model: PreparedModel, threads: number): Promise<Inference> {
    const session = await ort.InferenceSession.create(model.onnx, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
      // Errors only: warnings would go to standard error unasked.
      logSeverityLevel: 3,
      // Threads that wait for work by spinning would take the cores that decoding needs.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    }).catch((cause: unknown) => {
      throw new RoadstreamError('MODEL_CORRUPT', `onnxruntime cannot load ${model.name}: ${asRoadstreamError(cause).message}`, { cause });
    });
    checkShapes(model, session);
    return new Inference(model, session);
  }

  /**
   * @param pixels uint8 RGB [inputHeight, inputWidth, 3]; may lie in shared memory.
   * @throws INFERENCE_FAILED
   */
  async run(pixels: Uint8Array): Promise<Detection[]> {
    const { name, head, inputHeight, inputWidth } = this.#model;
    try {
      // One input at a time: on a CPU two in one batch take as long as two runs (measured: 2.0x), and the buffers stay small.
      await this.#session.run({ image: new ort.Tensor('uint8', pixels, [1, inputHeight, inputWidth, 3]) }, this.#outputs);
    } catch (cause) {
      throw new RoadstreamError('INFERENCE_FAILED', `${name} failed: ${asRoadstreamError(cause).message}`, { cause });
    }
    return heads[head].decode(this.#outputValues, this.#model);
  }

  async close(): Promise<void> {
    await this.#session.release();
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
