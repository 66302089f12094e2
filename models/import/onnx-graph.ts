import onnxProto, { type onnx } from 'onnx-proto';

const { AttributeProto, ModelProto, TensorProto } = onnxProto.onnx;
const { DataType } = TensorProto;

/** A whole number, a text or a list of whole numbers stand for themselves; a real number is named, since 1 could be either. */
export type Attribute = number | string | readonly number[] | { readonly float: number };

export type ElementType = 'float32' | 'uint8';

/** Name, element type and shape of what goes into or comes out of a graph; a text is a dimension left open. */
export interface ValueShape {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly (number | string)[];
}

/** An ONNX graph under construction. */
export class OnnxGraph {
  readonly #nodes: onnx.INodeProto[] = [];
  readonly #constants = new Map<string, onnx.ITensorProto>();

  /**
   * Adds a constant once; a name that is there already is kept.
   * @returns The name, to be used as an input.
   */
  constant(name: string, shape: readonly number[], values: Float32Array | BigInt64Array): string {
    if (!this.#constants.has(name)) this.#constants.set(name, tensor(name, shape, values));
    return name;
  }

  /** @returns The name of the output, which is also the node's. */
  node(opType: string, inputs: readonly string[], output: string, attributes: Readonly<Record<string, Attribute>> = {}): string {
    this.#nodes.push(makeNode(opType, inputs, output, attributes));
    return output;
  }

  /** @returns The ONNX file's bytes. */
  encode(name: string, inputs: readonly ValueShape[], outputs: readonly ValueShape[]): Uint8Array {
    return ModelProto.encode({
      irVersion: 8,
      // GridSample came with 16; later sets change nothing that is used here.
      opsetImport: [{ domain: '', version: 16 }],
      producerName: 'roadstream',
      graph: {
        name,
        node: this.#nodes,
        initializer: [...this.#constants.values()],
        input: inputs.map(valueInfo),
        output: outputs.map(valueInfo),
      },
    }).finish();
  }
}

export function makeNode(
  opType: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, Attribute>> = {},
): onnx.INodeProto {
  return {
    opType,
    name: output,
    input: [...inputs],
    output: [output],
    attribute: Object.entries(attributes).map(([name, value]) => makeAttribute(name, value)),
  };
}

export function valueInfo({ name, type, shape }: ValueShape): onnx.IValueInfoProto {
  const dim = shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: type === 'uint8' ? DataType.UINT8 : DataType.FLOAT, shape: { dim } } } };
}

export function tensor(name: string, shape: readonly number[], values: Float32Array | BigInt64Array): onnx.ITensorProto {
  return {
    name,
    dims: [...shape],
    dataType: values instanceof Float32Array ? DataType.FLOAT : DataType.INT64,
    rawData: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  };
}

function makeAttribute(name: string, value: Attribute): onnx.IAttributeProto {
  const { AttributeType } = AttributeProto;
  if (typeof value === 'number') return { name, type: AttributeType.INT, i: value };
  if (typeof value === 'string') return { name, type: AttributeType.STRING, s: Buffer.from(value) };
  if ('float' in value) return { name, type: AttributeType.FLOAT, f: value.float };
  return { name, type: AttributeType.INTS, ints: [...value] };
}
