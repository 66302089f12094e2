import { ByteBuffer } from 'flatbuffers';
import { RoadstreamError } from '../../schemas/errors.ts';

export interface TfliteTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** What a constant holds; half precision is widened. */
  readonly values: Float32Array | Int32Array | undefined;
}

export interface TfliteOperator {
  /** Its name in schema.fbs, or that of a custom operator. */
  readonly operation: string;
  /** Indices of tensors. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly options: Table | undefined;
  /** Of a custom operator, in its own encoding. */
  readonly customOptions: Uint8Array | undefined;
}

export interface TfliteModel {
  readonly tensors: readonly TfliteTensor[];
  readonly operators: readonly TfliteOperator[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** The operators that are understood, by their number. Source: tensorflow/lite/schema/schema.fbs, BuiltinOperator. */
const operations: Readonly<Record<number, string>> = {
  0: 'ADD',
  2: 'CONCATENATION',
  3: 'CONV_2D',
  4: 'DEPTHWISE_CONV_2D',
  6: 'DEQUANTIZE',
  17: 'MAX_POOL_2D',
  18: 'MUL',
  19: 'RELU',
  22: 'RESHAPE',
  32: 'CUSTOM',
  34: 'PAD',
  45: 'STRIDED_SLICE',
  54: 'PRELU',
};

/** Slots of schema.fbs, version 3, in the order of their declaration. */
const slots = {
  model: { operatorCodes: 1, subgraphs: 2, buffers: 4 },
  operatorCode: { deprecatedBuiltinCode: 0, customCode: 1, builtinCode: 3 },
  subgraph: { tensors: 0, inputs: 1, outputs: 2, operators: 3 },
  tensor: { shape: 0, type: 1, buffer: 2, name: 3, sparsity: 6 },
  buffer: { data: 0 },
  operator: { opcodeIndex: 0, inputs: 1, outputs: 2, builtinOptions: 4, customOptions: 5 },
} as const;

/** schema.fbs, TensorType. */
const tensorTypes = { float32: 0, float16: 1, int32: 2 } as const;

/** A table of a flatbuffer, whose fields are found by their slots. Source: flatbuffers.dev, internals. */
export class Table {
  readonly #bytes: ByteBuffer;
  readonly #at: number;

  constructor(bytes: ByteBuffer, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  byte(slot: number, absent = 0): number {
    const at = this.#field(slot);
    return at === undefined ? absent : this.#bytes.readInt8(at);
  }

  int(slot: number, absent = 0): number {
    const at = this.#field(slot);
    return at === undefined ? absent : this.#bytes.readInt32(at);
  }

  ints(slot: number): number[] {
    return this.#vector(slot, (at) => this.#bytes.readInt32(at));
  }

  text(slot: number): string {
    return Buffer.from(this.octets(slot) ?? []).toString();
  }

  /** @returns A view; undefined when the field is absent. */
  octets(slot: number): Uint8Array | undefined {
    const at = this.#field(slot);
    if (at === undefined) return undefined;
    const vector = this.#follow(at);
    const end = vector + 4 + this.#bytes.readInt32(vector);
    if (end > this.#bytes.capacity()) throw new RangeError('beyond the end');
    return this.#bytes.bytes().subarray(vector + 4, end);
  }

  table(slot: number): Table | undefined {
    const at = this.#field(slot);
    return at === undefined ? undefined : new Table(this.#bytes, this.#follow(at));
  }

  tables(slot: number): Table[] {
    return this.#vector(slot, (at) => new Table(this.#bytes, this.#follow(at)));
  }

  #vector<Element>(slot: number, read: (at: number) => Element): Element[] {
    const at = this.#field(slot);
    if (at === undefined) return [];
    const vector = this.#follow(at);
    return Array.from({ length: this.#bytes.readInt32(vector) }, (_, index) => read(vector + 4 + 4 * index));
  }

  #follow(at: number): number {
    return at + this.#bytes.readUint32(at);
  }

  #field(slot: number): number | undefined {
    const offsets = this.#at - this.#bytes.readInt32(this.#at);
    const entry = 4 + 2 * slot;
    const offset = entry < this.#bytes.readInt16(offsets) ? this.#bytes.readUint16(offsets + entry) : 0;
    return offset === 0 ? undefined : this.#at + offset;
  }
}

/**
 * Reads a TensorFlow Lite file: its first graph, with the constants it holds.
 * @throws MODEL_CORRUPT when it is none, or holds what is not known here.
 */
export function readTfliteModel(file: Uint8Array): TfliteModel {
  // The identifier of schema.fbs, version 3.
  if (Buffer.from(file.subarray(4, 8)).toString() !== 'TFL3') throw notTflite('it does not begin as one');
  try {
    return readGraph(file);
  } catch (error) {
    // Offsets that lead beyond the file's end make JavaScript's own errors.
    throw error instanceof RoadstreamError ? error : notTflite('it is not whole');
  }
}

function readGraph(file: Uint8Array): TfliteModel {
  const bytes = new ByteBuffer(file);
  const model = new Table(bytes, bytes.readUint32(0));
  const graph = model.tables(slots.model.subgraphs)[0];
  if (graph === undefined) throw notTflite('it is not whole');
  const buffers = model.tables(slots.model.buffers);
  const codes = model.tables(slots.model.operatorCodes);
  return {
    tensors: graph.tables(slots.subgraph.tensors).map((tensor) => readTensor(tensor, buffers)),
    operators: graph.tables(slots.subgraph.operators).map((operator) => ({
      operation: nameOf(codes[operator.int(slots.operator.opcodeIndex)]!),
      inputs: operator.ints(slots.operator.inputs),
      outputs: operator.ints(slots.operator.outputs),
      options: operator.table(slots.operator.builtinOptions),
      customOptions: operator.octets(slots.operator.customOptions),
    })),
    inputs: graph.ints(slots.subgraph.inputs),
    outputs: graph.ints(slots.subgraph.outputs),
  };
}

function nameOf(code: Table): string {
  // Numbers beyond a byte have their own field; the larger of the two counts.
  const number = Math.max(code.byte(slots.operatorCode.deprecatedBuiltinCode), code.int(slots.operatorCode.builtinCode));
  const name = operations[number];
  if (name === undefined) throw notTflite(`operator ${number} is not known`);
  return name === 'CUSTOM' ? code.text(slots.operatorCode.customCode) : name;
}

function readTensor(tensor: Table, buffers: readonly Table[]): TfliteTensor {
  const name = tensor.text(slots.tensor.name);
  const data = buffers[tensor.int(slots.tensor.buffer)]?.octets(slots.buffer.data);
  const isConstant = data !== undefined && data.length > 0;
  if (isConstant && tensor.table(slots.tensor.sparsity) !== undefined) throw notTflite(`constant ${name} is sparse`);
  return {
    name,
    shape: tensor.ints(slots.tensor.shape),
    values: isConstant ? widen(name, data, tensor.byte(slots.tensor.type)) : undefined,
  };
}

function widen(name: string, data: Uint8Array, type: number): Float32Array | Int32Array {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (type === tensorTypes.float32) return Float32Array.from({ length: data.length / 4 }, (_, at) => view.getFloat32(4 * at, true));
  if (type === tensorTypes.float16) return Float32Array.from({ length: data.length / 2 }, (_, at) => view.getFloat16(2 * at, true));
  if (type === tensorTypes.int32) return Int32Array.from({ length: data.length / 4 }, (_, at) => view.getInt32(4 * at, true));
  throw notTflite(`constant ${name} is of type ${type}`);
}

export function notTflite(what: string): RoadstreamError {
  return new RoadstreamError(
    'MODEL_CORRUPT',
    `The TensorFlow Lite file cannot be turned into ONNX: ${what}. Install the npm packages again (npm ci).`,
  );
}
