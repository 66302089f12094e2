import { OnnxGraph } from './onnx-graph.ts';
import { importTflite } from './tflite-graph.ts';
import { notTflite } from './tflite-model.ts';

/**
 * Face Mesh with attention (Grishchenko et al. 2020, Attention Mesh) of npm package @mediapipe/face_mesh. Input `image`: uint8 RGB
 * [n, 192, 192, 3]. Outputs, in pixels of the input: `mesh` [n, 1404], x, y, z of 468 points; `lips` [n, 160], `leftEye`, `rightEye`
 * [n, 142], `leftIris`, `rightIris` [n, 10], x and y each; `presence` [n, 1], before the sigmoid.
 * @param files The package's list of packed files, and the pack.
 * @throws MODEL_CORRUPT
 */
export function makeOnnx([list, pack]: readonly Uint8Array[]): Uint8Array {
  const file = unpack(Buffer.from(list!).toString(), pack!, 'face_landmark_with_attention.tflite');
  const outputs = ['mesh', 'lips', 'leftEye', 'rightEye', 'leftIris', 'rightIris', 'presence'];
  // Source: mediapipe/modules/face_landmark/face_landmark_cpu.pbtxt, output_tensor_float_range 0 to 1.
  return importTflite(new OnnxGraph(), file, { outputs, scale: 1 / 255, offset: 0 });
}

/**
 * Takes a file out of a pack.
 * @param list A script of Emscripten's, which names each file with its place.
 * @throws MODEL_CORRUPT
 */
export function unpack(list: string, pack: Uint8Array, name: string): Uint8Array {
  const escaped = name.replaceAll('.', '\\.');
  const place = new RegExp(`/${escaped}",\\s*"start":\\s*(\\d+),\\s*"end":\\s*(\\d+)`).exec(list);
  if (place === null || Number(place[2]) > pack.length) throw notTflite(`${name} is not in the pack`);
  return pack.subarray(Number(place[1]), Number(place[2]));
}
