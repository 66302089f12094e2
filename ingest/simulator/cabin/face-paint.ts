import type { SKRSContext2D } from '@napi-rs/canvas';
import { fractalNoise, randomFrom } from '../drawing/noise.ts';
import type { FaceGeometry } from './face-geometry.ts';
import { type EyeMap, innerLips, leftBrow, leftEye, outerLips, rightBrow, rightEye, upperLip } from './face-map.ts';
import type { Look } from './looks.ts';
import type { Texture } from './rasteriser.ts';
import { canvasOf, textureOf } from './textures.ts';

/** Texture pixels of a centimetre: what a head 70 cm away has in samples. */
const pixelsPerCm = 24;
/** What of the face's frontal plane the texture shows, in cm. */
const [left, top, right, bottom] = [-9.5, 11, 9.5, -11.5];

/** Where a point of the face lies in its texture, by its place at rest. */
export const faceU = (x: number): number => (x - left) * pixelsPerCm;
export const faceV = (y: number): number => (top - y) * pixelsPerCm;

/** Lowest hair above the brow, by the distance from the middle: a fringe of strands. */
export const hairline = (x: number): number =>
  6.75 - 0.028 * x * x + 0.18 * Math.sin(x * 5.1) + 0.13 * Math.sin(x * 11.3 + 1) + 0.1 * Math.sin(x * 23);

/** Paints a face as it looks from straight ahead, eyes and mouth as at rest. */
export function paintFace(geometry: FaceGeometry, look: Look, seed: number, isInfrared: boolean): Texture {
  const width = Math.round((right - left) * pixelsPerCm);
  const height = Math.round((top - bottom) * pixelsPerCm);
  const { canvas, context } = canvasOf(width, height);
  const painter = new FacePainter(context, geometry);
  context.fillStyle = look.skin;
  context.fillRect(0, 0, width, height);
  mottle(context, width, height, seed);
  paintRelief(painter, look);
  if (look.hasBeard) paintBeard(painter, look, seed);
  paintMouth(painter, look);
  for (const brow of [rightBrow, leftBrow]) paintBrow(painter, brow, look, seed);
  for (const eye of [rightEye, leftEye]) paintLids(painter, eye);
  cutFringe(context, width);
  return textureOf(canvas, context, isInfrared);
}

/** Strokes in centimetres of the face's frontal plane. */
class FacePainter {
  readonly context: SKRSContext2D;
  readonly #geometry: FaceGeometry;

  constructor(context: SKRSContext2D, geometry: FaceGeometry) {
    this.context = context;
    this.#geometry = geometry;
  }

  at(point: number): [number, number] {
    return [this.#geometry.points[point * 3]!, this.#geometry.points[point * 3 + 1]!];
  }

  /** A soft spot. */
  spot(x: number, y: number, radiusX: number, radiusY: number, colour: string, opacity: number, softCm: number): void {
    this.#soft(softCm, opacity);
    this.context.fillStyle = colour;
    this.context.beginPath();
    this.context.ellipse(faceU(x), faceV(y), radiusX * pixelsPerCm, radiusY * pixelsPerCm, 0, 0, 2 * Math.PI);
    this.context.fill();
    this.#hard();
  }

  /** A soft line through places. */
  line(places: readonly (readonly [number, number])[], widthCm: number, colour: string, opacity: number, softCm: number): void {
    this.#soft(softCm, opacity);
    this.#trace(places, false);
    this.context.strokeStyle = colour;
    this.context.lineWidth = widthCm * pixelsPerCm;
    this.context.stroke();
    this.#hard();
  }

  fill(places: readonly (readonly [number, number])[], colour: string, opacity: number, softCm: number): void {
    this.#soft(softCm, opacity);
    this.#trace(places, true);
    this.context.fillStyle = colour;
    this.context.fill();
    this.#hard();
  }

  #soft(softCm: number, opacity: number): void {
    this.context.globalAlpha = opacity;
    if (softCm > 0) this.context.filter = `blur(${(softCm * pixelsPerCm).toFixed(2)}px)`;
  }

  #hard(): void {
    this.context.globalAlpha = 1;
    this.context.filter = 'none';
  }

  /** A smooth curve through the places (Catmull-Rom). */
  #trace(places: readonly (readonly [number, number])[], isClosed: boolean): void {
    const count = places.length;
    const at = (index: number): readonly [number, number] => {
      const place = places[isClosed ? (index + count) % count : Math.min(count - 1, Math.max(0, index))]!;
      return [faceU(place[0]), faceV(place[1])];
    };
    this.context.beginPath();
    this.context.moveTo(...at(0));
    for (let index = 0; index < (isClosed ? count : count - 1); index++) {
      const [before, from, to, after] = [at(index - 1), at(index), at(index + 1), at(index + 2)];
      this.context.bezierCurveTo(
        from[0] + (to[0] - before[0]) / 6,
        from[1] + (to[1] - before[1]) / 6,
        to[0] - (after[0] - from[0]) / 6,
        to[1] - (after[1] - from[1]) / 6,
        to[0],
        to[1],
      );
    }
  }
}

/** Skin is not of one colour. */
function mottle(context: SKRSContext2D, width: number, height: number, seed: number): void {
  const noise = fractalNoise(width, height, { columns: 14, rows: 16, octaves: 4, fall: 0.6, seed: seed + 11 });
  const image = context.getImageData(0, 0, width, height);
  for (let index = 0; index < noise.length; index++) {
    const factor = 1 + 0.12 * noise[index]!;
    for (let channel = 0; channel < 3; channel++) image.data[index * 4 + channel]! *= factor;
  }
  context.putImageData(image, 0, 0);
}

/** Light on brow, nose and chin; shadow beside and below them. */
function paintRelief(painter: FacePainter, look: Look): void {
  painter.spot(0, 5.8, 4.6, 1.9, '#ffffff', 0.1, 0.8);
  painter.spot(0, -8.5, 6, 3.2, look.skinShadow, 0.7, 0.8);
  for (const side of [-1, 1]) {
    painter.spot(4.6 * side, -1.2, 1.9, 1.5, '#c0503c', 0.2, 0.8);
    painter.line(
      [
        [1.6 * side, -1.6],
        [2.7 * side, -2.8],
        [3.1 * side, -4.3],
      ],
      0.21,
      '#5a2c1e',
      0.28,
      0.12,
    );
    painter.line(
      [
        [0.95 * side, 3.2],
        [0.9 * side, 1],
        [1.5 * side, -0.9],
      ],
      0.46,
      '#5a2c1e',
      0.2,
      0.25,
    );
    painter.spot(1.55 * side, -1.15, 0.35, 0.5, '#5a2418', 0.35, 0.12);
    painter.spot(0.72 * side, -1.92, 0.42, 0.2, '#220c08', 0.85, 0.06);
    painter.spot(3.1 * side, 3.3, 2.4, 1.25, '#5a2f20', 0.3, 0.42);
    painter.spot(3.1 * side, 1.25, 1.9, 0.5, '#6a3a30', 0.22, 0.25);
    painter.spot(1.55 * side, 3.1, 0.6, 1, '#4a2418', 0.28, 0.25);
  }
  painter.spot(0, -2.25, 1.4, 0.25, '#4a2016', 0.35, 0.12);
  painter.spot(0, 0.6, 0.35, 2.2, '#ffffff', 0.16, 0.25);
  painter.spot(0, -0.7, 0.5, 0.4, '#ffffff', 0.18, 0.25);
  painter.spot(0, -6.1, 1.7, 0.3, '#4a2016', 0.35, 0.25);
  painter.spot(0, -7.5, 1.3, 0.7, '#ffffff', 0.08, 0.42);
}

function paintBeard(painter: FacePainter, look: Look, seed: number): void {
  const colour = look.brows;
  for (const side of [-1, 1]) {
    painter.spot(4.9 * side, -5.2, 1.7, 3.2, colour, 0.3, 0.5);
    painter.spot(1.6 * side, -3.05, 1.5, 0.35, colour, 0.4, 0.2);
  }
  painter.spot(0, -8, 4.2, 1.6, colour, 0.4, 0.5);
  // Single hairs, so that it is no flat shadow.
  const random = randomFrom(seed + 31);
  for (let hair = 0; hair < 1500; hair++) {
    const x = (random() * 2 - 1) * 6.2;
    const y = -3 - random() * 7;
    if (Math.abs(x) < 2.7 && y > -6.4) continue;
    if (y > -3 - 2.2 * (1 - Math.abs(x) / 6.2)) continue;
    painter.line(
      [
        [x, y],
        [x + (random() - 0.5) * 0.2, y - 0.2],
      ],
      0.06,
      colour,
      0.4,
      0,
    );
  }
}

function paintMouth(painter: FacePainter, look: Look): void {
  const places = (points: readonly number[]) => points.map((point) => painter.at(point));
  painter.fill(places(outerLips), look.lips, 0.92, 0.06);
  painter.fill(places(upperLip), look.lipsShadow, 0.7, 0.06);
  painter.line(places([...innerLips, innerLips[0]]), 0.1, '#3a1210', 0.8, 0.06);
  painter.spot(0, -4.95, 0.9, 0.16, '#ffffff', 0.16, 0.12);
}

function paintBrow(painter: FacePainter, brow: readonly number[], look: Look, seed: number): void {
  painter.fill(
    brow.map((point) => painter.at(point)),
    look.brows,
    0.55,
    0.12,
  );
  const upper = brow.slice(0, 5).map((point) => painter.at(point));
  const lower = brow
    .slice(5)
    .reverse()
    .map((point) => painter.at(point));
  const random = randomFrom(seed + brow[0]!);
  for (let hair = 0; hair < 190; hair++) {
    const along = random() * 3.999;
    const step = Math.floor(along);
    const between = (row: readonly (readonly [number, number])[], axis: 0 | 1): number =>
      row[step]![axis] * (1 - along + step) + row[step + 1]![axis] * (along - step);
    const down = 0.12 + 0.76 * random();
    const [x, y] = ([0, 1] as const).map((axis) => between(upper, axis) * down + between(lower, axis) * (1 - down)) as [number, number];
    const length = 0.35 + 0.25 * random();
    const end: [number, number] = [x + Math.sign(x) * length * 0.85, y + length * (0.55 - 0.5 * (1 - along / 4))];
    painter.line([[x, y], end], 0.05, look.brows, 0.75, 0);
  }
}

/** Lashes at the edges of the lids, and the fold above. */
function paintLids(painter: FacePainter, { upper, lower, fold, corners }: EyeMap): void {
  const places = (points: readonly number[]) => points.map((point) => painter.at(point));
  painter.line(places(fold), 0.085, '#4a2418', 0.55, 0.06);
  painter.line(places([corners[0], ...upper, corners[1]]), 0.19, '#1a0d08', 0.95, 0);
  painter.line(places([corners[0], ...lower, corners[1]]), 0.085, '#7a4636', 0.7, 0);
}

/** Above the hairline the face ends; the hair is a body of its own. */
function cutFringe(context: SKRSContext2D, width: number): void {
  for (let u = 0; u < width; u++) context.clearRect(u, 0, 1, faceV(hairline(left + (u + 0.5) / pixelsPerCm)));
}
