import type { Camera } from '../core/geometry.ts';
import { roadRow, rowAt } from '../core/lanes/lane-shape.ts';
import type { MarkingPoint, Markings } from '../core/lanes/markings.ts';
import type { Picture } from './decoder.ts';

/** Finds lane markings in pictures; what they mean is judged elsewhere. */
export interface MarkingFinder {
  /**
   * Copies from the picture what it needs.
   * @param camera Of the picture's size.
   * @param pitchRadians By how much it looks further down than configured, as far as that is known.
   */
  take(picture: Picture, camera: Camera, pitchRadians: number): void;
  /** What the picture taken last shows. @throws INFERENCE_STUCK, INFERENCE_FAILED where a model looks. */
  find(): Promise<Markings>;
  /** In models, for the newest answer; 0 where none looks. */
  readonly inferenceMs: number;
  close(): void;
}

/** Rows that are looked at, nearer to each other the farther the road. */
const rowCount = 72;
/** Meters: farther markings are 2 px wide at a focal length of 1000 px, and nearer ones lie below the picture. */
const farMeters = 60;
const nearMeters = 2.5;
/** Columns of the widest row that is looked at: wider pictures are averaged down to it. */
const mostColumns = 1440;
/** Meters: EU and US markings are 0.10 to 0.30 wide (MUTCD 3A.04, RMS-1); blur and worn edges make it more or less. */
const leastWidthMeters = 0.05;
const mostWidthMeters = 0.42;
/** Meters of road beside a marking that it must be brighter than, and what is left out for the marking's own half. */
const besideMeters = 0.5;
const gapMeters = 0.16;
/** Meters over which a row is smoothed: less than half of the narrowest marking. */
const smoothMeters = 0.05;
/** Luma: what is less bright than this above the road is nothing that an encoder leaves reliably. */
const leastContrast = 5;
/** Times the row's own unevenness: gravel and grain must not be markings. */
const contrastFactor = 2.5;
/** Of the marking's contrast, by which the road may differ from one side of it to the other: edges of shadows and kerbs differ more. */
const mostStep = 1;
/** Of the focal length: a post's height (1 m at 60 m), by how much it leans, and how far below the picture's middle its foot is (13 m away). */
const leastPost = 0.016;
const mostLean = 0.0015;
const nearestFoot = 0.1;
/** In one row; those of the strongest contrast are kept. */
const mostPointsInRow = 10;

/**
 * Bright bars of a marking's width, row by row: brighter than the road on both sides.
 * Source: symmetrical local threshold, the best of those compared by Veit, Tarel, Nicolle and Charbonnier, Evaluation of road marking
 * feature extraction, ITSC 2008.
 */
export class BrightBars implements MarkingFinder {
  readonly inferenceMs = 0;
  #found: Markings = { rowsPx: [], points: [], brightness: 0 };
  #sums = new Int32Array(0);
  #excess = new Float32Array(0);

  take(picture: Picture, camera: Camera, pitchRadians: number): void {
    const rowsPx = rowsOfRoad(camera, pitchRadians);
    const step = Math.ceil(picture.width / mostColumns);
    const columns = Math.floor(picture.width / step);
    if (this.#sums.length < columns + 1) {
      this.#sums = new Int32Array(columns + 1);
      this.#excess = new Float32Array(columns);
    }
    const points: MarkingPoint[] = [];
    let luma = 0;
    for (const rowPx of rowsPx) {
      const from = rowPx * picture.strides[0]!;
      sumUp(picture.planes[0]!, from, step, columns, this.#sums);
      luma += this.#sums[columns]! / columns;
      const pixelsPerMeter = roadRow(camera, rowPx + 0.5, pitchRadians)!.pixelsPerMeter / step;
      this.#findInRow(columns, pixelsPerMeter, step, rowPx + 0.5, points);
    }
    const brightness = rowsPx.length > 0 ? luma / rowsPx.length : 0;
    this.#found = { rowsPx: rowsPx.map((row) => row + 0.5), points: withoutPosts(points, camera), brightness };
  }

  find(): Promise<Markings> {
    return Promise.resolve(this.#found);
  }

  close(): void {
    // Nothing is held outside the heap.
  }

  #findInRow(columns: number, pixelsPerMeter: number, step: number, rowPx: number, points: MarkingPoint[]): void {
    const sums = this.#sums;
    const excess = this.#excess;
    const half = Math.round((smoothMeters * pixelsPerMeter) / 2);
    const gap = Math.max(half + 1, Math.round(gapMeters * pixelsPerMeter));
    const beside = Math.max(4, Math.round(besideMeters * pixelsPerMeter));
    const margin = gap + beside;
    const width = 2 * half + 1;
    let unevenness = 0;
    for (let x = margin; x < columns - margin; x++) {
      const here = (sums[x + half + 1]! - sums[x - half]!) / width;
      const left = (sums[x - gap]! - sums[x - margin]!) / beside;
      const right = (sums[x + margin + 1]! - sums[x + gap + 1]!) / beside;
      const above = here - Math.max(left, right);
      excess[x] = Math.abs(left - right) > mostStep * above ? 0 : above;
      unevenness += Math.abs(here - (left + right) / 2);
    }
    const threshold = Math.max(leastContrast, (contrastFactor * unevenness) / Math.max(1, columns - 2 * margin));
    const leastWidth = leastWidthMeters * pixelsPerMeter - 1;
    const mostWidth = mostWidthMeters * pixelsPerMeter + 2;
    const first = points.length;
    for (let x = margin; x < columns - margin; x++) {
      if (excess[x]! <= threshold) continue;
      const start = x;
      let [weight, moment, most] = [0, 0, 0];
      for (; x < columns - margin && excess[x]! > threshold; x++) {
        const value = excess[x]!;
        weight += value;
        moment += value * x;
        most = Math.max(most, value);
      }
      const length = x - start;
      if (length >= leastWidth && length <= mostWidth) points.push({ rowPx, columnPx: (moment / weight + 0.5) * step, contrast: most });
    }
    if (points.length - first > mostPointsInRow) {
      const strongest = points
        .splice(first)
        .sort((a, b) => b.contrast - a.contrast)
        .slice(0, mostPointsInRow);
      points.push(...strongest.sort((a, b) => a.columnPx - b.columnPx));
    }
  }
}

/**
 * Without what stands upright and ends far away: delineator posts, trunks and masts. A line that is upright in the picture runs below the
 * camera, and on until it is near.
 * @param points The nearest row first.
 */
function withoutPosts(points: readonly MarkingPoint[], { focalPx, height }: Camera): MarkingPoint[] {
  const nearestFootPx = height / 2 + nearestFoot * focalPx;
  const posts = new Set<MarkingPoint>();
  let [rowPx, below, here]: [number, MarkingPoint[][], MarkingPoint[][]] = [Number.NaN, [], []];
  for (const point of points) {
    if (point.rowPx !== rowPx) [rowPx, below, here] = [point.rowPx, here, []];
    const post = below.find((parts) => Math.abs(parts[0]!.columnPx - point.columnPx) <= mostLean * focalPx) ?? [];
    post.push(point);
    here.push(post);
    const foot = post[0]!;
    if (foot.rowPx <= nearestFootPx && foot.rowPx - point.rowPx >= leastPost * focalPx) for (const part of post) posts.add(part);
  }
  return points.filter((point) => !posts.has(point));
}

/** Rows to look at, at equal steps of the logarithm of their distance, at least one pixel apart; the nearest first, integers. */
export function rowsOfRoad(camera: Camera, pitchRadians: number): number[] {
  const lowest = Math.min(camera.height, Math.floor(camera.bonnetPx)) - 1;
  const nearest = roadRow(camera, lowest + 0.5, pitchRadians)?.forwardMeters;
  if (nearest === undefined || nearest >= farMeters) return [];
  const near = Math.max(nearMeters, nearest);
  const rows: number[] = [];
  for (let index = 0; index < rowCount; index++) {
    const row = Math.min(lowest, Math.floor(rowAt(camera, near * (farMeters / near) ** (index / (rowCount - 1)), pitchRadians)));
    if (row < 0) break;
    if (row < (rows.at(-1) ?? camera.height)) rows.push(row);
  }
  return rows;
}

/** Running sums of a row, each column the mean of `step` pixels. */
function sumUp(plane: Buffer, from: number, step: number, columns: number, sums: Int32Array): void {
  let sum = 0;
  sums[0] = 0;
  if (step === 1) {
    for (let x = 0; x < columns; x++) {
      sum = (sum + plane[from + x]!) | 0;
      sums[x + 1] = sum;
    }
    return;
  }
  for (let x = 0; x < columns; x++) {
    let part = 0;
    for (let k = 0; k < step; k++) part += plane[from + x * step + k]!;
    sum = (sum + Math.round(part / step)) | 0;
    sums[x + 1] = sum;
  }
}
