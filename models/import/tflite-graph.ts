import type { OnnxGraph } from './onnx-graph.ts';
import { addAttentionOperator } from './tflite-attention.ts';
import { notTflite, readTfliteModel, type TfliteModel, type TfliteOperator } from './tflite-model.ts';

export interface TfliteImport {
  /** Names of the ONNX outputs, in the order of the file's. Pictures of one pixel lose their height and width. */
  readonly outputs: readonly string[];
  /** A byte of the picture times `scale` plus `offset` is what the model takes. */
  readonly scale: number;
  readonly offset: number;
}

/** schema.fbs, Padding and ActivationFunctionType. */
const paddings = { same: 0, valid: 1 } as const;
const activations = { none: 0, relu: 1 } as const;

/** Slots of the operators' options in schema.fbs. */
const slots = {
  convolution: { padding: 0, strideWidth: 1, strideHeight: 2, activation: 3, dilationWidth: 4, dilationHeight: 5 },
  depthwise: { padding: 0, strideWidth: 1, strideHeight: 2, activation: 4, dilationWidth: 5, dilationHeight: 6 },
  pool: { padding: 0, strideWidth: 1, strideHeight: 2, filterWidth: 3, filterHeight: 4, activation: 5 },
  concatenation: { axis: 0, activation: 1 },
  arithmetic: { activation: 0 },
} as const;

/** Where NHWC's dimensions are in NCHW. */
const channelsFirst = [0, 2, 3, 1] as const;

/**
 * Turns a TensorFlow Lite model of one picture into ONNX. Input `image`: uint8 RGB [n, height, width, 3].
 * @throws MODEL_CORRUPT
 */
export function importTflite(graph: OnnxGraph, file: Uint8Array, { outputs, scale, offset }: TfliteImport): Uint8Array {
  const model = readTfliteModel(file);
  const [input] = model.inputs;
  const [, height, width, channels] = model.tensors[input!]!.shape as [number, number, number, number];
  if (model.inputs.length !== 1 || channels !== 3 || model.outputs.length !== outputs.length) throw notTflite('it is another model');
  graph.node('Cast', ['image'], 'image/float', { to: 1 });
  graph.node('Mul', ['image/float', graph.constant('image/scale', [], Float32Array.of(scale))], 'image/scaled');
  graph.node('Add', ['image/scaled', graph.constant('image/offset', [], Float32Array.of(offset))], 'image/shifted');
  graph.node('Transpose', ['image/shifted'], nameOf(input!), { perm: [0, 3, 1, 2] });

  const translation = new Translation(graph, model);
  for (const operator of model.operators) translation.add(operator);
  const results = model.outputs.map((tensor, at) => translation.addOutput(tensor, outputs[at]!));
  return graph.encode('tflite', [{ name: 'image', type: 'uint8', shape: ['n', height, width, 3] }], results);
}

const nameOf = (tensor: number): string => `${tensor}`;

class Translation {
  readonly #graph: OnnxGraph;
  readonly #model: TfliteModel;
  readonly #constants: Map<number, Float32Array | Int32Array>;

  constructor(graph: OnnxGraph, model: TfliteModel) {
    this.#graph = graph;
    this.#model = model;
    this.#constants = new Map(model.tensors.flatMap(({ values }, at) => (values === undefined ? [] : [[at, values] as const])));
  }

  add(operator: TfliteOperator): void {
    const { operation, inputs, outputs, options } = operator;
    const [first, second] = inputs as [number, number];
    const output = outputs[0]!;
    switch (operation) {
      case 'DEQUANTIZE':
        this.#constants.set(output, this.#constant(first));
        return;
      case 'CONV_2D':
      case 'DEPTHWISE_CONV_2D':
        this.#addConvolution(operator);
        return;
      case 'MAX_POOL_2D':
        this.#addPool(operator);
        return;
      case 'ADD':
      case 'MUL':
        this.#activated(output, options?.byte(slots.arithmetic.activation), (name) =>
          this.#graph.node(operation === 'ADD' ? 'Add' : 'Mul', [this.#operand(first), this.#operand(second)], name),
        );
        return;
      case 'RELU':
        this.#graph.node('Relu', [nameOf(first)], nameOf(output));
        return;
      case 'PRELU':
        this.#graph.node('PRelu', [nameOf(first), this.#slopes(second)], nameOf(output));
        return;
      case 'PAD':
        this.#addPadding(first, second, output);
        return;
      case 'RESHAPE':
        this.#graph.node('Reshape', [this.#channelsLast(first), this.#shapeOf(output)], nameOf(output));
        return;
      case 'CONCATENATION':
        this.#addConcatenation(operator);
        return;
      case 'STRIDED_SLICE':
        if (this.#shape(first).join() !== this.#shape(output).join()) throw notTflite('it cuts a slice out');
        this.#graph.node('Identity', [nameOf(first)], nameOf(output));
        return;
      default: {
        const shapes = { input: this.#shape(first), output: this.#shape(output) };
        addAttentionOperator(this.#graph, operator, inputs.map(nameOf), nameOf(output), shapes);
      }
    }
  }

  /** @returns Its shape, of any batch. */
  addOutput(tensor: number, name: string) {
    const shape = this.#shape(tensor);
    const isPixel = shape.length === 4 && shape[1] === 1 && shape[2] === 1;
    const found = isPixel ? [shape[3]!] : shape.slice(1);
    this.#graph.node('Reshape', [nameOf(tensor), this.#anyBatch(`${name}/shape`, found)], name);
    return { name, type: 'float32' as const, shape: ['n', ...found] };
  }

  #shape(tensor: number): readonly number[] {
    return this.#model.tensors[tensor]!.shape;
  }

  #constant(tensor: number): Float32Array | Int32Array {
    const values = this.#constants.get(tensor);
    if (values === undefined) throw notTflite(`${this.#model.tensors[tensor]?.name} is no constant`);
    return values;
  }

  #reals(tensor: number): Float32Array {
    return Float32Array.from(this.#constant(tensor));
  }

  /** Its name, also where it is a constant. */
  #operand(tensor: number): string {
    if (!this.#constants.has(tensor)) return nameOf(tensor);
    const shape = this.#shape(tensor);
    if (shape.length === 4) throw notTflite('a constant is a picture');
    return this.#graph.constant(`constant/${tensor}`, shape, this.#reals(tensor));
  }

  #slopes(tensor: number): string {
    const values = this.#reals(tensor);
    if (values.length !== this.#shape(tensor).at(-1)) throw notTflite('a slope varies over the picture');
    return this.#graph.constant(`slopes/${tensor}`, [values.length, 1, 1], values);
  }

  #anyBatch(name: string, shape: readonly number[]): string {
    return this.#graph.constant(name, [shape.length + 1], BigInt64Array.from([-1, ...shape], BigInt));
  }

  #shapeOf(tensor: number): string {
    const shape = this.#shape(tensor);
    if (shape.length === 4 && (shape[1] !== 1 || shape[2] !== 1)) throw notTflite('numbers become a picture');
    const found = shape.length === 4 ? [shape[3]!, 1, 1] : shape.slice(1);
    return this.#anyBatch(`shape/${tensor}`, found);
  }

  #channelsLast(tensor: number): string {
    const shape = this.#shape(tensor);
    if (shape.length !== 4 || (shape[1] === 1 && shape[2] === 1)) return nameOf(tensor);
    return this.#graph.node('Transpose', [nameOf(tensor)], `${tensor}/channelsLast`, { perm: [0, 2, 3, 1] });
  }

  #activated(output: number, activation: number | undefined, add: (name: string) => void): void {
    if (activation === undefined || activation === activations.none) {
      add(nameOf(output));
      return;
    }
    if (activation !== activations.relu) throw notTflite(`activation ${activation} is not known`);
    add(`${output}/linear`);
    this.#graph.node('Relu', [`${output}/linear`], nameOf(output));
  }

  #addConvolution({ operation, inputs, outputs, options }: TfliteOperator): void {
    const [source, weights, bias] = inputs as [number, number, number];
    const isDepthwise = operation === 'DEPTHWISE_CONV_2D';
    const slot = isDepthwise ? slots.depthwise : slots.convolution;
    const [first, height, width, last] = this.#shape(weights) as [number, number, number, number];
    const shape = isDepthwise ? [last, 1, height, width] : [first, last, height, width];
    const values = channelsBeforePixels(this.#reals(weights), isDepthwise ? 1 : first, height * width, last);
    const operands = [nameOf(source), this.#graph.constant(`weights/${weights}`, shape, values)];
    if (bias !== undefined && bias >= 0) {
      const biases = this.#reals(bias);
      operands.push(this.#graph.constant(`bias/${bias}`, [biases.length], biases));
    }
    this.#activated(outputs[0]!, options?.byte(slot.activation), (name) =>
      this.#graph.node('Conv', operands, name, {
        kernel_shape: [height, width],
        strides: [options!.int(slot.strideHeight), options!.int(slot.strideWidth)],
        dilations: [options!.int(slot.dilationHeight, 1), options!.int(slot.dilationWidth, 1)],
        group: isDepthwise ? last : 1,
        auto_pad: options!.byte(slot.padding) === paddings.same ? 'SAME_UPPER' : 'VALID',
      }),
    );
  }

  #addPool({ inputs, outputs, options }: TfliteOperator): void {
    const slot = slots.pool;
    this.#activated(outputs[0]!, options?.byte(slot.activation), (name) =>
      this.#graph.node('MaxPool', [nameOf(inputs[0]!)], name, {
        kernel_shape: [options!.int(slot.filterHeight), options!.int(slot.filterWidth)],
        strides: [options!.int(slot.strideHeight), options!.int(slot.strideWidth)],
        auto_pad: options!.byte(slot.padding) === paddings.same ? 'SAME_UPPER' : 'VALID',
      }),
    );
  }

  #addPadding(source: number, amounts: number, output: number): void {
    const values = [...this.#constant(amounts)];
    if (values.length !== 8) throw notTflite('what is no picture is padded');
    const along = [0, 3, 1, 2];
    const both = [...along.map((dimension) => values[2 * dimension]!), ...along.map((dimension) => values[2 * dimension + 1]!)];
    const pads = this.#graph.constant(`pads/${output}`, [8], BigInt64Array.from(both, BigInt));
    this.#graph.node('Pad', [nameOf(source), pads], nameOf(output));
  }

  #addConcatenation({ inputs, outputs, options }: TfliteOperator): void {
    const dimensions = this.#shape(outputs[0]!).length;
    const axis = (options!.int(slots.concatenation.axis) + dimensions) % dimensions;
    this.#activated(outputs[0]!, options?.byte(slots.concatenation.activation), (name) =>
      this.#graph.node('Concat', inputs.map(nameOf), name, { axis: dimensions === 4 ? channelsFirst[axis]! : axis }),
    );
  }
}

/** [outputs, pixels, channels] to [outputs, channels, pixels]. */
function channelsBeforePixels(values: Float32Array, outputs: number, pixels: number, channels: number): Float32Array {
  const swapped = new Float32Array(values.length);
  for (let output = 0; output < outputs; output++) {
    const first = output * pixels * channels;
    for (let pixel = 0; pixel < pixels; pixel++) {
      for (let channel = 0; channel < channels; channel++) {
        swapped[first + channel * pixels + pixel] = values[first + pixel * channels + channel]!;
      }
    }
  }
  return swapped;
}
