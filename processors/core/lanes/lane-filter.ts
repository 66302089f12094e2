import type { Camera } from '../geometry.ts';
import { type LaneShape, lateralAt, roadRow } from './lane-shape.ts';

/**
 * The lane and how well it is known: an extended Kalman filter over
 * [left m, right m, own drift to the right m/s, heading rad, curvature 1/m, pitch rad], and its covariance row by row.
 * Plain JSON, never changed in place.
 */
export interface LaneFilter {
  readonly values: readonly number[];
  readonly covariance: readonly number[];
}

/** A marking taken to lie on one of the lines. */
export interface LinePoint {
  readonly side: 'left' | 'right';
  readonly rowPx: number;
  readonly columnPx: number;
  /** One sigma, pixels. */
  readonly sigmaPx: number;
}

export const states = { left: 0, right: 1, drift: 2, heading: 3, curvature: 4, pitch: 5 } as const;
const size = 6;

/** What is known of a lane that was just found: a search's bins, a usual driver's drift, and the search's steps. */
const firstSigmas = [0.15, 0.15, 0.3, 0.012, 0.001, (0.4 * Math.PI) / 180];
/** One sigma of a line that is only supposed a lane's width beside the other. */
export const supposedSigmaMeters = 0.5;
/**
 * Variances gained a second. Lines: lanes widen by 0.1 m within seconds. Drift: a driver's steering reaches 0.5 m/s in a second.
 * Heading: a lane change turns 3 degrees in two seconds. Curvature: a clothoid into a radius of 300 m takes 3 s. Pitch: braking and
 * waves of the road tilt by half a degree within a second.
 */
const noises = [0.05 ** 2, 0.05 ** 2, 0.5 ** 2, 0.02 ** 2, 0.0012 ** 2, ((0.5 * Math.PI) / 180) ** 2];
/**
 * Seconds in which heading, curvature and momentary pitch go back to what they usually are where nothing shows them: without it a car
 * close ahead, which leaves a few meters of the lines to be seen, lets them run away together.
 */
const returnSeconds = { heading: 3, curvature: 5, pitch: 3 };

export function startLane(shape: LaneShape, supposed?: 'left' | 'right'): LaneFilter {
  const { leftMeters, rightMeters, headingRadians, curvaturePerMeter, pitchRadians } = shape;
  const covariance = new Array<number>(size * size).fill(0);
  firstSigmas.forEach((sigma, index) => {
    covariance[index * size + index] = sigma ** 2;
  });
  const filter = { values: [leftMeters, rightMeters, 0, headingRadians, curvaturePerMeter, pitchRadians], covariance };
  return supposed ? supposeSide(filter, supposed, supposed === 'left' ? leftMeters : rightMeters) : filter;
}

export function shapeOf({ values }: LaneFilter): LaneShape {
  const [leftMeters, rightMeters, , headingRadians, curvaturePerMeter, pitchRadians] = values as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return { leftMeters, rightMeters, headingRadians, curvaturePerMeter, pitchRadians };
}

/** One sigma of a state. */
export function sigmaOf({ covariance }: LaneFilter, state: keyof typeof states): number {
  return Math.sqrt(covariance[states[state] * (size + 1)]!);
}

/** Of the lane's middle, meters. */
export function middleSigma({ covariance }: LaneFilter): number {
  return Math.sqrt(Math.max(0, covariance[0]! + 2 * covariance[1]! + covariance[size + 1]!)) / 2;
}

/**
 * The lane some time later: both lines move aside as the own vehicle drifts.
 * @param restPitchRadians To which the pitch returns.
 */
export function predictLane(filter: LaneFilter, seconds: number, restPitchRadians: number): LaneFilter {
  const transition = identity();
  transition[states.left * size + states.drift] = -seconds;
  transition[states.right * size + states.drift] = -seconds;
  for (const state of ['heading', 'curvature', 'pitch'] as const)
    transition[states[state] * (size + 1)] = Math.exp(-seconds / returnSeconds[state]);
  const values = apply(transition, filter.values);
  values[states.pitch]! += (1 - transition[states.pitch * (size + 1)]!) * restPitchRadians;
  const covariance = multiply(multiply(transition, filter.covariance), transposed(transition));
  noises.forEach((noise, index) => {
    covariance[index * (size + 1)]! += noise * seconds;
  });
  return { values, covariance };
}

/** Column where a line is expected in a row, and one sigma of it. Pixels; undefined at and above the horizon. */
export function expectLine(
  camera: Camera,
  filter: LaneFilter,
  side: 'left' | 'right',
  rowPx: number,
): { readonly columnPx: number; readonly sigmaPx: number } | undefined {
  const expected = observe(camera, filter.values, side, rowPx);
  return (
    expected && {
      columnPx: expected.columnPx,
      sigmaPx: Math.sqrt(Math.max(0, dot(expected.slopes, apply(filter.covariance, expected.slopes)))),
    }
  );
}

/** The lane after what one picture shows of it. Points at once in a frame share their errors: their sigmas must tell. */
export function correctLane(camera: Camera, filter: LaneFilter, points: readonly LinePoint[]): LaneFilter {
  const values = [...filter.values];
  const covariance = [...filter.covariance];
  for (const { side, rowPx, columnPx, sigmaPx } of points) {
    const expected = observe(camera, values, side, rowPx);
    if (!expected) continue;
    const spread = apply(covariance, expected.slopes);
    const total = dot(expected.slopes, spread) + sigmaPx ** 2;
    const innovation = columnPx - expected.columnPx;
    for (let i = 0; i < size; i++) {
      const gain = spread[i]! / total;
      values[i]! += gain * innovation;
      for (let j = 0; j < size; j++) covariance[i * size + j]! -= gain * spread[j]!;
    }
  }
  return { values, covariance };
}

/** Puts a line to where it is supposed or was found anew; what was known of it is forgotten. */
export function supposeSide(filter: LaneFilter, side: 'left' | 'right', meters: number, sigmaMeters = supposedSigmaMeters): LaneFilter {
  const index = states[side];
  const values = filter.values.with(index, meters);
  const covariance = filter.covariance.map((value, at) => (Math.floor(at / size) === index || at % size === index ? 0 : value));
  covariance[index * (size + 1)] = sigmaMeters ** 2;
  return { values, covariance };
}

/** The lane beside: the line that was crossed becomes its other side. */
export function moveToLane(filter: LaneFilter, crossed: 'left' | 'right'): LaneFilter {
  const [left, right] = filter.values as [number, number];
  const width = right - left;
  const order = [1, 0, 2, 3, 4, 5];
  const swapped = {
    values: order.map((from) => filter.values[from]!),
    covariance: order.flatMap((row) => order.map((column) => filter.covariance[row * size + column]!)),
  };
  return crossed === 'left' ? supposeSide(swapped, 'left', left - width) : supposeSide(swapped, 'right', right + width);
}

/** Where the line is seen in the row, and how that changes with each state. */
function observe(
  camera: Camera,
  values: readonly number[],
  side: 'left' | 'right',
  rowPx: number,
): { readonly columnPx: number; readonly slopes: number[] } | undefined {
  const shape = shapeOf({ values, covariance: [] });
  const row = roadRow(camera, rowPx, shape.pitchRadians);
  if (!row) return undefined;
  const { forwardMeters: z, pixelsPerMeter } = row;
  const lateral = lateralAt(shape, values[states[side]]!, z);
  // Tilted further down by dp, a row shows the road at z - (h + z²/h) dp, and a metre is wider by z/h dp.
  const h = camera.heightMeters;
  const direction = shape.headingRadians + shape.curvaturePerMeter * z;
  const slopes = new Array<number>(size).fill(0);
  slopes[states[side]] = pixelsPerMeter;
  slopes[states.heading] = pixelsPerMeter * z;
  slopes[states.curvature] = (pixelsPerMeter * z * z) / 2;
  slopes[states.pitch] = pixelsPerMeter * ((lateral * z) / h - direction * (h + (z * z) / h));
  return { columnPx: camera.width / 2 + lateral * pixelsPerMeter, slopes };
}

function identity(): number[] {
  return Array.from({ length: size * size }, (_, at) => (Math.floor(at / size) === at % size ? 1 : 0));
}

function transposed(matrix: readonly number[]): number[] {
  return matrix.map((_, at) => matrix[(at % size) * size + Math.floor(at / size)]!);
}

function multiply(a: readonly number[], b: readonly number[]): number[] {
  return Array.from({ length: size * size }, (_, at) => {
    const [row, column] = [Math.floor(at / size), at % size];
    let sum = 0;
    for (let k = 0; k < size; k++) sum += a[row * size + k]! * b[k * size + column]!;
    return sum;
  });
}

function apply(matrix: readonly number[], vector: readonly number[]): number[] {
  const result = new Array<number>(size).fill(0);
  for (let row = 0; row < size; row++) for (let k = 0; k < size; k++) result[row]! += matrix[row * size + k]! * vector[k]!;
  return result;
}

function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let k = 0; k < size; k++) sum += a[k]! * b[k]!;
  return sum;
}
