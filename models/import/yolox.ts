import onnxProto, { type onnx } from 'onnx-proto';
import { RoadstreamError } from '../../schemas/errors.ts';
import { cellCount, yoloxStrides } from '../heads/yolox.ts';
import { makeNode, tensor, valueInfo } from './onnx-graph.ts';
import { decodeModel } from './onnx-surround.ts';

const { ModelProto, TensorProto } = onnxProto.onnx;

export interface YoloxPreparation {
  /** Pixels, divisible by 32. */
  readonly inputWidth: number;
  readonly inputHeight: number;
  /** How many classes the model knows. */
  readonly classCount: number;
  /** Which of them to keep, in the order wanted. */
  readonly classes: readonly number[];
}

/**
 * Changes a YOLOX export (github.com/Megvii-BaseDetection/YOLOX, without --decode_in_inference) for any input size, any batch and
 * few classes. Input `image`: uint8 RGB [n, height, width, 3] instead of floating-point BGR [1, 3, h, w]. Output `predictions`:
 * [n, 5 + classes, cells] instead of [1, cells, 85], so that a cell's objectness is read without touching the rest.
 * @throws MODEL_CORRUPT when it is no ONNX, MODEL_SHAPE_WRONG when it is no YOLOX.
 */
export function prepareYolox(bytes: Uint8Array, { inputWidth, inputHeight, classCount, classes }: YoloxPreparation): Uint8Array {
  const model = decodeModel(bytes);
  const graph = new EditableGraph(model.graph);
  const { scales, output } = findHead(graph);
  for (const { reshape, scores } of scales) {
    keepClasses(graph, scores, classCount, classes);
    reshape.input![1] = graph.add(tensor('predictions/shape', [3], BigInt64Array.of(0n, BigInt(5 + classes.length), -1n)));
  }
  output.output = ['predictions'];
  foldFocus(graph);

  const prepared: onnx.IGraphProto = {
    name: 'yolox',
    ...graph.neededFor('predictions', [
      makeNode('Cast', ['image'], 'image/float', { to: TensorProto.DataType.FLOAT }),
      makeNode('Transpose', ['image/float'], 'image/planes', { perm: [0, 3, 1, 2] }),
    ]),
    input: [valueInfo({ name: 'image', type: 'uint8', shape: ['n', inputHeight, inputWidth, 3] })],
    output: [valueInfo({ name: 'predictions', type: 'float32', shape: ['n', 5 + classes.length, cellCount(inputWidth, inputHeight)] })],
  };
  return ModelProto.encode({ ...model, graph: prepared }).finish();
}

class EditableGraph {
  readonly nodes: readonly onnx.INodeProto[];
  readonly outputName: string;
  readonly inputName: string;
  readonly #constants: Map<string, onnx.ITensorProto>;
  readonly #makers: Map<string, onnx.INodeProto>;

  constructor(graph: onnx.IGraphProto) {
    this.nodes = graph.node ?? [];
    this.#constants = new Map((graph.initializer ?? []).map((constant) => [constant.name ?? '', constant]));
    this.#makers = new Map(this.nodes.flatMap((node) => (node.output ?? []).map((output) => [output, node] as const)));
    const inputs = (graph.input ?? []).filter(({ name }) => !this.#constants.has(name ?? ''));
    if (inputs.length !== 1 || graph.output?.length !== 1)
      throw noYolox(`it has ${inputs.length} inputs and ${graph.output?.length} outputs`);
    this.inputName = inputs[0]!.name!;
    this.outputName = graph.output[0]!.name!;
  }

  /** The node whose output this is, if it is one of this type. */
  maker(value: string | undefined, opType: string): onnx.INodeProto | undefined {
    const node = this.#makers.get(value ?? '');
    return node?.opType === opType ? node : undefined;
  }

  add(constant: onnx.ITensorProto): string {
    this.#constants.set(constant.name!, constant);
    return constant.name!;
  }

  weight(name: string | undefined): { shape: number[]; values: Float32Array } {
    const constant = this.#constants.get(name ?? '');
    if (constant === undefined || constant.dataType !== TensorProto.DataType.FLOAT) throw noYolox(`${name} is no floating-point constant`);
    const raw = constant.rawData;
    const values = raw?.length ? new Float32Array(Uint8Array.from(raw).buffer) : Float32Array.from(constant.floatData ?? []);
    return { shape: (constant.dims ?? []).map(Number), values };
  }

  /** What is left when everything that the output does not need is dropped, with `first` before all. */
  neededFor(output: string, first: readonly onnx.INodeProto[]): { node: onnx.INodeProto[]; initializer: onnx.ITensorProto[] } {
    const makers = new Map([...first, ...this.nodes].flatMap((node) => (node.output ?? []).map((name) => [name, node] as const)));
    const node: onnx.INodeProto[] = [];
    const initializer: onnx.ITensorProto[] = [];
    const seen = new Set<unknown>();
    const visit = (name: string): void => {
      const constant = this.#constants.get(name);
      const maker = makers.get(name);
      const found = constant ?? maker;
      if (found === undefined || seen.has(found)) return;
      seen.add(found);
      if (constant !== undefined) initializer.push(constant);
      else if (maker !== undefined) {
        for (const input of maker.input ?? []) visit(input);
        node.push(maker);
      }
    };
    visit(output);
    return { node, initializer };
  }
}

interface Scale {
  readonly reshape: onnx.INodeProto;
  /** The convolution that gives the classes' scores. */
  readonly scores: onnx.INodeProto;
}

/** The end of every YOLOX: three scales, each [box, objectness, classes] joined, flattened, joined again and transposed. */
function findHead(graph: EditableGraph): { scales: Scale[]; output: onnx.INodeProto } {
  const transpose = graph.maker(graph.outputName, 'Transpose');
  const output = graph.maker(transpose?.input?.[0], 'Concat');
  if (output?.input?.length !== yoloxStrides.length) throw noYolox('it does not end in three scales joined (is it decoded already?)');
  const scales = output.input.map((value) => {
    const reshape = graph.maker(value, 'Reshape');
    const joined = graph.maker(reshape?.input?.[0], 'Concat');
    const scores = graph.maker(graph.maker(joined?.input?.[2], 'Sigmoid')?.input?.[0], 'Conv');
    if (reshape === undefined || scores === undefined) throw noYolox('a scale is not made of box, objectness and classes');
    return { reshape, scores };
  });
  return { scales, output };
}

function keepClasses(graph: EditableGraph, convolution: onnx.INodeProto, classCount: number, kept: readonly number[]): void {
  for (const [at, name] of (convolution.input ?? []).entries()) {
    if (at === 0) continue;
    const { shape, values } = graph.weight(name);
    if (shape[0] !== classCount) throw noYolox(`it knows ${shape[0]} classes, where ${classCount} are declared`);
    const size = values.length / classCount;
    const rows = kept.flatMap((row) => Array.from(values.subarray(row * size, (row + 1) * size)));
    graph.add(tensor(name, [kept.length, ...shape.slice(1)], Float32Array.from(rows)));
  }
}

/** Where YOLOX's Focus takes the pixels of its four quarters from. Source: YOLOX, models/network_blocks.py. */
const focusOffsets = [
  { x: 0, y: 0 },
  { x: 0, y: 1 },
  { x: 1, y: 0 },
  { x: 1, y: 1 },
] as const;

/**
 * Focus (every other pixel into its own channel, then a 3x3 convolution) is one 6x6 convolution with stride 2; made so, it takes
 * RGB where the model was trained on BGR, and about 4 % of the whole time away.
 */
function foldFocus(graph: EditableGraph): void {
  const stem = graph.nodes.find((node) => node.opType === 'Conv')!;
  const focus = graph.maker(stem?.input?.[0], 'Concat');
  const { shape, values } = graph.weight(stem?.input?.[1]);
  if (focus?.input?.length !== 4 || !focus.input.every((value) => isSliceOf(graph, value)) || shape.slice(1).join() !== '12,3,3')
    throw noYolox('it does not begin with Focus');
  const outputs = shape[0]!;
  const folded = new Float32Array(outputs * 3 * 6 * 6);
  for (let output = 0; output < outputs; output++) {
    for (const [quarter, offset] of focusOffsets.entries()) {
      for (let channel = 0; channel < 3; channel++) {
        for (let tap = 0; tap < 9; tap++) {
          const from = ((output * 4 + quarter) * 3 + channel) * 9 + tap;
          const [row, column] = [2 * Math.floor(tap / 3) + offset.y, 2 * (tap % 3) + offset.x];
          folded[((output * 3 + (2 - channel)) * 6 + row) * 6 + column] = values[from]!;
        }
      }
    }
  }
  const name = graph.add(tensor('stem/weights', [outputs, 3, 6, 6], folded));
  const attributes = { kernel_shape: [6, 6], strides: [2, 2], pads: [2, 2, 2, 2], dilations: [1, 1], group: 1 };
  const replacement = makeNode('Conv', ['image/planes', name, ...stem.input!.slice(2)], stem.output![0]!, attributes);
  Object.assign(stem, replacement);
}

function isSliceOf(graph: EditableGraph, value: string | undefined): boolean {
  if (value === graph.inputName) return true;
  const slice = graph.maker(value, 'Slice');
  return slice !== undefined && isSliceOf(graph, slice.input?.[0]);
}

function noYolox(what: string): RoadstreamError {
  return new RoadstreamError(
    'MODEL_SHAPE_WRONG',
    `The model is no YOLOX as its own exporter (tools/export_onnx.py, without --decode_in_inference) writes it: ${what}. Export it so, or declare the head it has.`,
  );
}
