import { RoadstreamError } from '../../schemas/errors.ts';
import type { OnnxGraph } from './onnx-graph.ts';
import type { Weight, WeightEntry } from './tfjs-weights.ts';

interface TfjsAttribute {
  readonly s?: string;
  readonly list?: { readonly i?: readonly string[]; readonly s?: readonly string[] };
}

export interface TfjsNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: Readonly<Record<string, TfjsAttribute>>;
}

/** The model.json of a TFJS graph model. */
export interface TfjsModel {
  readonly modelTopology: { readonly node: readonly TfjsNode[] };
  readonly weightsManifest: readonly { readonly weights: readonly WeightEntry[] }[];
}

/**
 * Adds the nodes that `outputs` need to an ONNX graph, under their TFJS names. Pictures turn from NHWC to NCHW, so the
 * placeholder is expected as NCHW and the outputs are NCHW.
 * @param weights What `readTfjsWeights` gave, possibly with channels taken out.
 * @throws MODEL_CORRUPT for an operation that is not known here.
 */
export function importTfjsGraph(
  graph: OnnxGraph,
  nodes: readonly TfjsNode[],
  weights: ReadonlyMap<string, Weight>,
  outputs: readonly string[],
): void {
  const translation = new Translation(graph, nodes, weights);
  for (const output of outputs) translation.value(output);
}

/** Of hard-swish, x·relu6(x+3)/6 (Howard et al. 2019, Searching for MobileNetV3); stored in 16 bits it is 1/6 - 4e-5. */
const sixth = { value: 1 / 6, tolerance: 1e-4 };

class Translation {
  readonly #graph: OnnxGraph;
  readonly #nodes: ReadonlyMap<string, TfjsNode>;
  readonly #weights: ReadonlyMap<string, Weight>;
  readonly #done = new Set<string>();
  /** What a value has yet to be multiplied by: a stored 1/6 that is not quite one costs nothing in the weights that follow. */
  readonly #owed = new Map<string, number>();

  constructor(graph: OnnxGraph, nodes: readonly TfjsNode[], weights: ReadonlyMap<string, Weight>) {
    this.#graph = graph;
    this.#nodes = new Map(nodes.map((node) => [node.name, node]));
    this.#weights = weights;
  }

  /** @returns The ONNX name of a value, after everything it needs has been added. */
  value(name: string): string {
    const source = this.#unscaled(name);
    const owed = this.#owed.get(name);
    if (owed === undefined) return source;
    const scaled = `${name}/scaled`;
    if (this.#done.has(scaled)) return scaled;
    this.#done.add(scaled);
    return this.#graph.node('Mul', [source, this.#graph.constant(`${scaled}/by`, [], Float32Array.of(owed))], scaled);
  }

  /** As `value`, when the caller takes care of the factor that is owed. */
  #unscaled(name: string): string {
    const weight = this.#weights.get(name);
    if (weight !== undefined) {
      // A vector goes along the channels, which are the second dimension here and the last there.
      const shape = weight.shape.length === 1 ? [1, weight.shape[0]!, 1, 1] : weight.shape;
      return this.#graph.constant(name, shape, weight.values);
    }
    if (!this.#done.has(name)) {
      this.#done.add(name);
      const node = this.#nodes.get(name);
      if (node === undefined) throw unknown(`there is no node ${name}`);
      this.#add(node);
    }
    return name;
  }

  #add(node: TfjsNode): void {
    const inputs = node.input ?? [];
    const simple = simpleOperations[node.op];
    if (simple !== undefined) {
      this.#graph.node(simple, [this.value(inputs[0]!)], node.name);
      return;
    }
    switch (node.op) {
      case 'Placeholder':
        return;
      case 'Mul':
        if (!this.#addHardActivation(node)) this.#addProduct(node);
        return;
      case 'Add':
      case 'AddV2':
        this.#graph.node(
          'Add',
          inputs.map((input) => this.value(input)),
          node.name,
        );
        return;
      case 'Mean':
        // Over height and width in every model seen; squeeze-and-excite is the only use.
        this.#graph.node('GlobalAveragePool', [this.#unscaled(inputs[0]!)], node.name);
        this.#owe(node.name, this.#owed.get(inputs[0]!) ?? 1);
        return;
      case 'ConcatV2':
        this.#graph.node(
          'Concat',
          inputs.slice(0, -1).map((input) => this.value(input)),
          node.name,
          { axis: 1 },
        );
        return;
      case 'ResizeBilinear':
        this.#addDoubling(node);
        return;
      case 'Conv2D':
      case '_FusedConv2D':
      case 'DepthwiseConv2dNative':
      case 'FusedDepthwiseConv2dNative':
        this.#addConvolution(node);
        return;
      default:
        throw unknown(`operation ${node.op} of node ${node.name} is not known`);
    }
  }

  #addProduct({ name, input = [] }: TfjsNode): void {
    this.#graph.node(
      'Mul',
      input.map((operand) => this.#unscaled(operand)),
      name,
    );
    this.#owe(
      name,
      input.reduce((product, operand) => product * (this.#owed.get(operand) ?? 1), 1),
    );
  }

  #owe(name: string, factor: number): void {
    if (factor !== 1) this.#owed.set(name, factor);
  }

  /** Hard-swish and hard-sigmoid are four and three nodes in TFJS and one here, which saves passes over the memory. */
  #addHardActivation(node: TfjsNode): boolean {
    const [factors, relu6] = this.#operands(node, (operand) => this.#nodes.get(operand)?.op === 'Relu6');
    const sum = relu6 === undefined ? undefined : this.#nodes.get(this.#nodes.get(relu6)!.input![0]!);
    if (factors === undefined || sum?.op !== 'Add') return false;
    const [source, three] = this.#operands(sum, (operand) => this.#isConstant(operand, 3, 0));
    if (source === undefined || three === undefined) return false;
    if (this.#isConstant(factors, sixth.value, sixth.tolerance)) {
      this.#graph.node('HardSigmoid', [this.value(source)], node.name, { alpha: { float: sixth.value }, beta: { float: 0.5 } });
      this.#owe(node.name, this.#weights.get(factors)!.values[0]! / sixth.value);
      return true;
    }
    const product = this.#nodes.get(factors);
    if (product?.op !== 'Mul') return false;
    const [same, factor] = this.#operands(product, (operand) => this.#isConstant(operand, sixth.value, sixth.tolerance));
    if (same !== source || factor === undefined) return false;
    this.#graph.node('HardSwish', [this.value(source)], node.name);
    this.#owe(node.name, this.#weights.get(factor)!.values[0]! / sixth.value);
    return true;
  }

  /** @returns The two operands, the one that `isSecond` holds for last. */
  #operands(node: TfjsNode, isSecond: (operand: string) => boolean): [first: string | undefined, second: string | undefined] {
    const [a, b] = node.input ?? [];
    if (a === undefined || b === undefined) return [undefined, undefined];
    if (isSecond(b)) return [a, b];
    return isSecond(a) ? [b, a] : [undefined, undefined];
  }

  #isConstant(name: string, value: number, tolerance: number): boolean {
    const weight = this.#weights.get(name);
    return weight?.values.length === 1 && Math.abs(weight.values[0]! - value) <= tolerance;
  }

  #addDoubling(node: TfjsNode): void {
    const scales = this.#graph.constant('doubled', [4], Float32Array.of(1, 1, 2, 2));
    this.#graph.node('Resize', [this.value(node.input![0]!), '', scales], node.name, {
      mode: 'linear',
      // What TensorFlow does with align_corners and half_pixel_centers both off.
      coordinate_transformation_mode: 'asymmetric',
    });
  }

  #addConvolution(node: TfjsNode): void {
    const [source, weightName, biasName] = node.input!;
    const weight = this.#weights.get(weightName!)!;
    const isDepthwise = node.op.includes('Depthwise');
    const [height, width, inputs, outputs] = weight.shape as [number, number, number, number];
    const fused = (node.attr?.fused_ops?.list?.s ?? []).map(decodeText);
    const shape = isDepthwise ? [inputs * outputs, 1, height, width] : [outputs, inputs, height, width];
    const values = isDepthwise ? swapMatrix(weight.values, height * width, inputs * outputs) : outputsFirst(weight);
    const operand = this.#unscaled(source!);
    const owed = this.#owed.get(source!) ?? 1;
    const operands = [operand, this.#graph.constant(weightName!, shape, owed === 1 ? values : values.map((value) => value * owed))];
    if (fused.includes('BiasAdd')) {
      const bias = this.#weights.get(biasName!)!;
      operands.push(this.#graph.constant(biasName!, bias.shape, bias.values));
    }
    const activation = fused.find((operation) => operation !== 'BiasAdd');
    const output = activation === undefined ? node.name : `${node.name}/linear`;
    this.#graph.node('Conv', operands, output, {
      kernel_shape: [height, width],
      strides: spatial(node.attr?.strides),
      dilations: spatial(node.attr?.dilations),
      group: isDepthwise ? inputs : 1,
      auto_pad: decodeText(node.attr?.padding?.s ?? '') === 'SAME' ? 'SAME_UPPER' : 'VALID',
    });
    if (activation === undefined) return;
    const opType = simpleOperations[activation];
    if (opType === undefined) throw unknown(`activation ${activation} of node ${node.name} is not known`);
    this.#graph.node(opType, [output], node.name);
  }
}

const simpleOperations: Readonly<Record<string, string | undefined>> = {
  Identity: 'Identity',
  Relu: 'Relu',
  Sigmoid: 'Sigmoid',
};

/** TFJS keeps text in base64. */
function decodeText(encoded: string): string {
  return Buffer.from(encoded, 'base64').toString();
}

/** Height's and width's part of a list along NHWC. */
function spatial(attribute: TfjsAttribute | undefined): number[] {
  return (attribute?.list?.i ?? ['1', '1', '1', '1']).slice(1, 3).map(Number);
}

/** [rows, columns] to [columns, rows]. */
function swapMatrix(values: Float32Array, rows: number, columns: number): Float32Array {
  const swapped = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) swapped[column * rows + row] = values[row * columns + column]!;
  }
  return swapped;
}

/** [height, width, inputs, outputs] to [outputs, inputs, height, width]. */
function outputsFirst({ shape, values }: Weight): Float32Array {
  const [height, width, inputs, outputs] = shape as [number, number, number, number];
  const byOutput = swapMatrix(values, height * width * inputs, outputs);
  const stride = height * width * inputs;
  for (let output = 0; output < outputs; output++) {
    byOutput.set(swapMatrix(byOutput.subarray(output * stride, (output + 1) * stride), height * width, inputs), output * stride);
  }
  return byOutput;
}

function unknown(what: string): RoadstreamError {
  return new RoadstreamError('MODEL_CORRUPT', `The TFJS graph cannot be turned into ONNX: ${what}.`);
}
