import { toObject } from 'flatbuffers/mjs/flexbuffers.js';
import type { OnnxGraph } from './onnx-graph.ts';
import { notTflite, type TfliteOperator } from './tflite-model.ts';

/**
 * The three operators of MediaPipe's own by which Face Mesh looks at lips and eyes again, as plain arithmetic. A transform is a
 * matrix [n, 4, 4], of which the third row and column do nothing.
 * Source: mediapipe/util/tflite/operations/landmarks_to_transform_matrix.cc, transform_tensor_bilinear.cc, transform_landmarks.cc.
 */
export function addAttentionOperator(
  graph: OnnxGraph,
  { operation, customOptions }: TfliteOperator,
  inputs: readonly string[],
  output: string,
  shapes: { readonly input: readonly number[]; readonly output: readonly number[] },
): void {
  const expressions = new Expressions(graph, output);
  switch (operation) {
    case 'Landmarks2TransformMatrix':
      addTransform(expressions, inputs[0]!, output, readTransformOptions(customOptions));
      return;
    case 'TransformTensorBilinear':
      addSampling(expressions, inputs, output, shapes);
      return;
    case 'TransformLandmarks': {
      // Points [n, points, 2] times the transposed rotation, plus the shift.
      const upper = expressions.slice(inputs[1]!, 1, 0, 2);
      const transposed = expressions.node('Transpose', [upper], { perm: [0, 2, 1] });
      const rotated = expressions.node('MatMul', [inputs[0]!, expressions.slice(transposed, 1, 0, 2)]);
      graph.node('Add', [rotated, expressions.slice(transposed, 1, 3, 4)], output);
      return;
    }
    default:
      throw notTflite(`operator ${operation} is not known`);
  }
}

interface TransformOptions {
  /** Landmarks whose line is to be level. */
  readonly left_rotation_idx: number;
  readonly right_rotation_idx: number;
  /** The angle that this line is to have; the reader gives null for 0. */
  readonly target_rotation_radians: number | null;
  /** Landmarks that are to be seen; a list, or lists of one. */
  readonly subset_idxs: readonly (number | readonly number[])[];
  readonly scale_x: number;
  readonly scale_y: number;
  /** Size of the window, in points of the picture that is sampled. */
  readonly output_width: number;
  readonly output_height: number;
}

function readTransformOptions(encoded: Uint8Array | undefined): TransformOptions {
  if (encoded === undefined) throw notTflite('an operator has no options');
  return toObject(Uint8Array.from(encoded).buffer) as TransformOptions;
}

/** From the window to the picture: the smallest upright box around the turned landmarks, enlarged, and turned back. */
function addTransform(to: Expressions, landmarks: string, output: string, options: TransformOptions): void {
  const { left_rotation_idx: left, right_rotation_idx: right, output_width: width, output_height: height } = options;
  const eastward = to.subtract(to.coordinate(landmarks, [right], 0), to.coordinate(landmarks, [left], 0));
  const southward = to.subtract(to.coordinate(landmarks, [right], 1), to.coordinate(landmarks, [left], 1));
  const length = to.node('Sqrt', [to.add(to.multiply(eastward, eastward), to.multiply(southward, southward))]);
  const [cosine, sine] = [to.divide(eastward, length), to.divide(southward, length)];
  // The rotation is by the target less the line's angle.
  const target = options.target_rotation_radians ?? 0;
  const [targetCosine, targetSine] = [to.number(Math.cos(target)), to.number(Math.sin(target))];
  const c = to.add(to.multiply(cosine, targetCosine), to.multiply(sine, targetSine));
  const s = to.subtract(to.multiply(cosine, targetSine), to.multiply(sine, targetCosine));

  const seen = [...new Set(options.subset_idxs.flat())];
  const [x, y] = [to.coordinate(landmarks, seen, 0), to.coordinate(landmarks, seen, 1)];
  const turnedX = to.subtract(to.multiply(x, c), to.multiply(y, s));
  const turnedY = to.add(to.multiply(x, s), to.multiply(y, c));
  const [highX, lowX, highY, lowY] = [to.highest(turnedX), to.lowest(turnedX), to.highest(turnedY), to.lowest(turnedY)];
  const half = to.number(0.5);
  const [middleX, middleY] = [to.multiply(to.add(highX, lowX), half), to.multiply(to.add(highY, lowY), half)];
  const centreX = to.add(to.multiply(middleX, c), to.multiply(middleY, s));
  const centreY = to.subtract(to.multiply(middleY, c), to.multiply(middleX, s));
  const scaleX = to.multiply(to.subtract(highX, lowX), to.number(options.scale_x / width));
  const scaleY = to.multiply(to.subtract(highY, lowY), to.number(options.scale_y / height));

  // Of each tensor as many as there are faces.
  const zero = to.subtract(c, c);
  const one = to.add(zero, to.number(1));
  const [halfWidth, halfHeight] = [to.number(-width / 2), to.number(-height / 2)];
  const row = (a: string, b: string, centre: string): string[] => {
    return [a, b, zero, to.add(centre, to.add(to.multiply(a, halfWidth), to.multiply(b, halfHeight)))];
  };
  const numbers = [
    ...row(to.multiply(c, scaleX), to.multiply(s, scaleY), centreX),
    ...row(to.node('Neg', [to.multiply(s, scaleX)]), to.multiply(c, scaleY), centreY),
    ...[zero, zero, one, zero],
    ...[zero, zero, zero, one],
  ];
  to.graph.node('Reshape', [to.node('Concat', numbers, { axis: 2 }), to.shape([-1, 4, 4])], output);
}

/** A window of the picture, between its points; 0 where it lies outside. */
function addSampling(
  to: Expressions,
  [picture, transform]: readonly string[],
  output: string,
  shapes: { readonly input: readonly number[]; readonly output: readonly number[] },
): void {
  const [, fromHeight, fromWidth] = shapes.input as [number, number, number];
  const [, height, width] = shapes.output as [number, number, number];
  const points = new Float32Array(4 * height * width);
  for (let at = 0; at < height * width; at++) {
    // Pixels are sampled at their middles.
    points[at] = (at % width) + 0.5;
    points[height * width + at] = Math.floor(at / width) + 0.5;
    points[3 * height * width + at] = 1;
  }
  const places = to.node('MatMul', [
    to.slice(transform!, 1, 0, 2),
    to.graph.constant(`window/${width}x${height}`, [1, 4, height * width], points),
  ]);
  // GridSample has -1 and 1 at the middles of the outermost pixels.
  const scale = to.graph.constant(`grid/${fromWidth}x${fromHeight}`, [1, 2, 1], Float32Array.of(2 / (fromWidth - 1), 2 / (fromHeight - 1)));
  const middle = to.graph.constant(
    `grid/middle/${fromWidth}x${fromHeight}`,
    [1, 2, 1],
    Float32Array.of(1 + 1 / (fromWidth - 1), 1 + 1 / (fromHeight - 1)),
  );
  const spread = to.node('Transpose', [to.subtract(to.multiply(places, scale), middle)], { perm: [0, 2, 1] });
  const grid = to.node('Reshape', [spread, to.shape([-1, height, width, 2])]);
  const sampled = to.node('GridSample', [picture!, grid], { mode: 'bilinear', padding_mode: 'zeros', align_corners: 1 });
  // MediaPipe gives 0 for a point that is outside by however little, where GridSample fades.
  const farthest = to.node('ReduceMax', [to.node('Abs', [grid])], { axes: [3], keepdims: 0 });
  const isInside = to.node('Cast', [to.node('LessOrEqual', [farthest, to.graph.constant('grid/edge', [], Float32Array.of(1))])], { to: 1 });
  to.graph.node('Mul', [sampled, to.node('Reshape', [isInside, to.shape([-1, 1, height, width])])], output);
}

/** Writes arithmetic on tensors [n, points, 1] as nodes, each under a name of its own. */
class Expressions {
  readonly graph: OnnxGraph;
  readonly #prefix: string;
  #count = 0;

  constructor(graph: OnnxGraph, prefix: string) {
    this.graph = graph;
    this.#prefix = prefix;
  }

  node(...[opType, inputs, attributes]: [string, readonly string[], Parameters<OnnxGraph['node']>[3]?]): string {
    return this.graph.node(opType, inputs, `${this.#prefix}/${this.#count++}`, attributes);
  }

  add(a: string, b: string): string {
    return this.node('Add', [a, b]);
  }

  subtract(a: string, b: string): string {
    return this.node('Sub', [a, b]);
  }

  multiply(a: string, b: string): string {
    return this.node('Mul', [a, b]);
  }

  divide(a: string, b: string): string {
    return this.node('Div', [a, b]);
  }

  highest(values: string): string {
    return this.node('ReduceMax', [values], { axes: [1], keepdims: 1 });
  }

  lowest(values: string): string {
    return this.node('ReduceMin', [values], { axes: [1], keepdims: 1 });
  }

  number(value: number): string {
    return this.graph.constant(`number/${value}`, [1, 1, 1], Float32Array.of(value));
  }

  shape(sizes: readonly number[]): string {
    return this.#whole(`shape/${sizes.join()}`, sizes);
  }

  slice(value: string, axis: number, from: number, to: number): string {
    return this.node('Slice', [value, ...[from, to, axis].map((whole) => this.#whole(`whole/${whole}`, [whole]))]);
  }

  /** Of some landmarks [n, all, 3], x (0) or y (1). */
  coordinate(landmarks: string, indices: readonly number[], axis: number): string {
    const chosen = this.node('Gather', [landmarks, this.#whole(`landmarks/${indices.join()}`, indices)], { axis: 1 });
    return this.slice(chosen, 2, axis, axis + 1);
  }

  #whole(name: string, values: readonly number[]): string {
    return this.graph.constant(name, [values.length], BigInt64Array.from(values, BigInt));
  }
}
