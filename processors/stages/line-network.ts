import type { Network } from '../../models/network.ts';
import type { Camera } from '../core/geometry.ts';
import { roadRow } from '../core/lanes/lane-shape.ts';
import type { MarkingPoint, Markings } from '../core/lanes/markings.ts';
import type { Picture } from './decoder.ts';
import { type MarkingFinder, rowsOfRoad } from './markings.ts';
import { pictureMemory, type Region, Scaler } from './scaler.ts';

/** Pixels of what TwinLiteNet+ takes, and what it was trained to see beside a picture of another shape (Che et al. 2024). */
const inputWidth = 640;
const inputHeight = 384;
const padding = 114;
/** Probability from which a pixel belongs to a line: the larger one of two classes. */
const leastProbability = 0.5;
/** Meters, and pixels of the input that the network blurs a line by: wider ones are stop lines and hatched areas. */
const mostWidthMeters = 0.6;
const blurPx = 8;

/** Of what is cut from a picture that is higher than the input: how far down the horizon lies, about where the pictures of its training have it. */
const horizonShare = 0.45;

/** What of a picture lies where in the input. */
interface Fit {
  readonly key: string;
  readonly region: Region;
  /** Pixels of the input a pixel of the picture. */
  readonly scale: number;
  /** First row of the input. */
  readonly top: number;
  readonly scaler: Scaler;
}

/**
 * Lines as TwinLiteNet+ sees them: also where wear, shadows and wet roads leave little contrast, for many times the work. It draws on through
 * the gaps of dashes, so that all lines pass for solid.
 */
export class LineNetwork implements MarkingFinder {
  inferenceMs = 0;
  readonly #network: Network;
  #input = pictureMemory(inputWidth, inputHeight, 'rgb', padding);
  #fit: Fit | undefined;
  #taken: { readonly camera: Camera; readonly pitchRadians: number } | undefined;

  /** @param network lanes-nano or lanes-small; whoever opened it closes it. */
  constructor(network: Network) {
    this.#network = network;
  }

  take(picture: Picture, camera: Camera, pitchRadians: number): void {
    const { region, top, scaler } = this.#fitOf(camera);
    scaler.scale(picture, region, this.#input.subarray(3 * top * inputWidth), inputWidth);
    this.#taken = { camera, pitchRadians };
  }

  async find(): Promise<Markings> {
    const { camera, pitchRadians } = this.#taken!;
    const { region, scale, top } = this.#fit!;
    const { outputs, inferenceMs } = await this.#network.run({ image: { data: this.#input, shape: [1, inputHeight, inputWidth, 3] } });
    this.inferenceMs = inferenceMs;
    const lines = outputs.lines!.data;
    const rowsPx = rowsOfRoad(camera, pitchRadians)
      .map((row) => row + 0.5)
      .filter((rowPx) => rowPx > region.y && rowPx < region.y + region.height);
    const points: MarkingPoint[] = [];
    let green = 0;
    for (const rowPx of rowsPx) {
      const row = Math.min(inputHeight - 1, Math.floor(top + (rowPx - region.y) * scale));
      const { pixelsPerMeter } = roadRow(camera, rowPx, pitchRadians)!;
      const mostWidth = mostWidthMeters * pixelsPerMeter * scale + blurPx;
      for (const { middle, width, most } of runsIn(lines, row))
        if (width <= mostWidth) points.push({ rowPx, columnPx: middle / scale, contrast: 100 * most });
      for (let x = 0; x < inputWidth; x++) green += this.#input[3 * (row * inputWidth + x) + 1]! / inputWidth;
    }
    // In the range of luma, 16 to 235.
    return { rowsPx, points, brightness: rowsPx.length > 0 ? 16 + ((219 / 255) * green) / rowsPx.length : 0 };
  }

  close(): void {
    this.#fit?.scaler.close();
    this.#fit = undefined;
  }

  #fitOf({ width, height, horizonPx }: Camera): Fit {
    const most = 2 * Math.floor((width * inputHeight) / inputWidth / 2);
    const y = 2 * Math.max(0, Math.min(Math.floor((height - most) / 2), Math.round((horizonPx - horizonShare * most) / 2)));
    const region = { x: 0, y, width, height: Math.min(height, most) };
    const key = `${width}x${height}:${y}`;
    if (this.#fit?.key === key) return this.#fit;
    this.close();
    this.#input.fill(padding);
    const scale = inputWidth / width;
    const rows = Math.min(inputHeight, Math.round(region.height * scale));
    this.#fit = { key, region, scale, top: Math.floor((inputHeight - rows) / 2), scaler: new Scaler(inputWidth, rows, 'rgb') };
    return this.#fit;
  }
}

/** Stretches of a row that belong to a line. */
function* runsIn(lines: Float32Array, row: number): Generator<{ readonly middle: number; readonly width: number; readonly most: number }> {
  const start = row * inputWidth;
  for (let x = 0; x < inputWidth; x++) {
    const first = x;
    let [weight, moment, most] = [0, 0, 0];
    for (; x < inputWidth && lines[start + x]! >= leastProbability; x++) {
      const value = lines[start + x]!;
      weight += value;
      moment += value * (x + 0.5);
      most = Math.max(most, value);
    }
    if (x > first) yield { middle: moment / weight, width: x - first, most };
  }
}
