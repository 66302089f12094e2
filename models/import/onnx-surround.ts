import onnxProto, { type onnx } from 'onnx-proto';
import { RoadstreamError } from '../../schemas/errors.ts';
import { type ValueShape, valueInfo } from './onnx-graph.ts';

const { ModelProto } = onnxProto.onnx;

export interface Surrounding {
  readonly input: ValueShape;
  readonly outputs: readonly ValueShape[];
  /** Nodes that make the model's own input of the new one. */
  readonly before: readonly onnx.INodeProto[];
  /** Nodes that make the new outputs of the model's own. */
  readonly after: readonly onnx.INodeProto[];
  readonly constants: readonly onnx.ITensorProto[];
}

/**
 * Gives an ONNX model another input and other outputs.
 * @throws MODEL_CORRUPT when it is no ONNX.
 */
export function surround(bytes: Uint8Array, { input, outputs, before, after, constants }: Surrounding): Uint8Array {
  const { graph, ...model } = decodeModel(bytes);
  return ModelProto.encode({
    ...model,
    graph: {
      ...graph,
      node: [...before, ...(graph.node ?? []), ...after],
      initializer: [...(graph.initializer ?? []), ...constants],
      input: [valueInfo(input)],
      output: outputs.map(valueInfo),
    },
  }).finish();
}

/** @throws MODEL_CORRUPT when it is no ONNX. */
export function decodeModel(bytes: Uint8Array): onnx.IModelProto & { readonly graph: onnx.IGraphProto } {
  try {
    const { graph, ...model } = ModelProto.decode(bytes);
    if (graph?.node?.length) return { ...model, graph };
  } catch (cause) {
    throw new RoadstreamError('MODEL_CORRUPT', 'The file is no ONNX model; fetch or export it again.', { cause });
  }
  throw new RoadstreamError('MODEL_CORRUPT', 'The file is an ONNX model without nodes; fetch or export it again.');
}
