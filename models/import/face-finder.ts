import { OnnxGraph } from './onnx-graph.ts';
import { importTflite } from './tflite-graph.ts';

/**
 * BlazeFace (Bazarevsky et al. 2019) of npm package @mediapipe/face_detection. Input `image`: uint8 RGB [n, 128, 128, 3]. Outputs, for
 * each of its 896 anchors: `boxes` [n, 896, 16], in pixels from the anchor; `scores` [n, 896, 1] before the sigmoid.
 * @throws MODEL_CORRUPT
 */
export function makeOnnx([file]: readonly Uint8Array[]): Uint8Array {
  // Source: mediapipe/modules/face_detection/face_detection_short_range.pbtxt, output_tensor_float_range -1 to 1.
  return importTflite(new OnnxGraph(), file!, { outputs: ['boxes', 'scores'], scale: 2 / 255, offset: -1 });
}
