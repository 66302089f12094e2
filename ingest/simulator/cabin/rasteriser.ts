import type { Picture } from '../drawing/sprite.ts';

/** Colours to be laid over a surface: each pixel opacity (0..127) << 24 | Y << 16 | U << 8 | V, and 0 where there is a hole. */
export interface Texture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Int32Array;
}

/** Fully opaque in a texture. */
export const opaque = 127;

/** Triangles as the camera sees them, point by point. */
export interface Surface {
  readonly triangles: Uint16Array;
  /** Pixels of the picture. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** 1 / distance in 1/cm. */
  readonly nearness: Float32Array;
  /** Pixels of the texture. */
  readonly u: Float32Array;
  readonly v: Float32Array;
  /** What the texture's colours are multiplied by. */
  readonly light: Float32Array;
  /** What is added to luma. */
  readonly gloss: Float32Array;
}

/** Samples across a pixel: four a pixel hide the steps of edges. */
const samples = 2;
/** Nearness as a whole number: 2 um deep at a distance of 70 cm. */
const nearnessScale = 2 ** 28;
/** Of numbers in fixed point. */
const one = 65536;
/** In a sample: something has been drawn here. */
const drawn = 1 << 24;

/** Fills triangles with texture and light; the nearest wins. Reused from picture to picture. */
export class Rasteriser {
  readonly #width: number;
  readonly #height: number;
  readonly #depth: Int32Array;
  readonly #colour: Int32Array;
  /** What has been drawn on, in samples: x1, y1, x2, y2. */
  readonly #touched: [number, number, number, number];

  /** @param width Of the picture in pixels, even. */
  constructor(width: number, height: number) {
    this.#width = width * samples;
    this.#height = height * samples;
    this.#depth = new Int32Array(this.#width * this.#height);
    this.#colour = new Int32Array(this.#width * this.#height);
    this.#touched = [this.#width, this.#height, 0, 0];
  }

  /** Forgets what was drawn. */
  clear(): void {
    const [x1, y1, x2, y2] = this.#touched;
    for (let y = y1; y < y2; y++) {
      this.#depth.fill(0, y * this.#width + x1, y * this.#width + x2);
      this.#colour.fill(0, y * this.#width + x1, y * this.#width + x2);
    }
    this.#touched.splice(0, 4, this.#width, this.#height, 0, 0);
  }

  /**
   * Draws a surface's front; triangles seen from behind are left out. It goes fastest from the nearest surface to the farthest, but what
   * is not opaque must come after what lies behind it.
   */
  draw({ triangles, x, y, nearness, u, v, light, gloss }: Surface, texture: Texture): void {
    const width = this.#width;
    const height = this.#height;
    for (let corner = 0; corner < triangles.length; corner += 3) {
      const a = triangles[corner]!;
      const b = triangles[corner + 1]!;
      const c = triangles[corner + 2]!;
      // In samples, so that the middle of each has a whole number.
      const ax = x[a]! * samples - 0.5;
      const ay = y[a]! * samples - 0.5;
      const bx = x[b]! * samples - 0.5 - ax;
      const by = y[b]! * samples - 0.5 - ay;
      const cx = x[c]! * samples - 0.5 - ax;
      const cy = y[c]! * samples - 0.5 - ay;
      // Turning as on the canonical face, whose y points up.
      const area = cx * by - bx * cy;
      if (area < 1e-6) continue;
      const top = Math.max(0, Math.ceil(ay + Math.min(0, by, cy)));
      const bottom = Math.min(height, Math.ceil(ay + Math.max(0, by, cy)));
      if (top >= bottom) continue;
      const left = Math.max(0, Math.ceil(ax + Math.min(0, bx, cx)));
      const right = Math.min(width, Math.ceil(ax + Math.max(0, bx, cx)));
      if (left >= right) continue;
      this.#touch(left, top, right, bottom);

      // What the weights of b and c grow by from a sample to the next, across and down.
      const weights: Weights = { bAcross: -cy / area, bDown: cx / area, cAcross: by / area, cDown: -bx / area };
      const near = nearness[a]! * nearnessScale;
      const nearB = nearness[b]! * nearnessScale - near;
      const nearC = nearness[c]! * nearnessScale - near;
      const [nearAcross, nearDown] = [across(weights, nearB, nearC), down(weights, nearB, nearC)];
      const uA = u[a]! * one;
      const [uAcross, uDown] = [across(weights, u[b]! * one - uA, u[c]! * one - uA), down(weights, u[b]! * one - uA, u[c]! * one - uA)];
      const vA = v[a]! * one;
      const [vAcross, vDown] = [across(weights, v[b]! * one - vA, v[c]! * one - vA), down(weights, v[b]! * one - vA, v[c]! * one - vA)];
      const lightA = light[a]! * one;
      const lightB = light[b]! * one - lightA;
      const lightC = light[c]! * one - lightA;
      const [lightAcross, lightDown] = [across(weights, lightB, lightC), down(weights, lightB, lightC)];
      const glossA = gloss[a]! * one;
      const glossB = gloss[b]! * one - glossA;
      const glossC = gloss[c]! * one - glossA;
      const [glossAcross, glossDown] = [across(weights, glossB, glossC), down(weights, glossB, glossC)];

      for (let row = top; row < bottom; row++) {
        // Where the row crosses two of the edges. Half-open, so that neighbours neither overlap nor leave a gap.
        const dy = row - ay;
        let from = Number.POSITIVE_INFINITY;
        let to = Number.NEGATIVE_INFINITY;
        if (dy < 0 !== dy < by) {
          const at = (bx * dy) / by;
          from = Math.min(from, at);
          to = Math.max(to, at);
        }
        if (dy < 0 !== dy < cy) {
          const at = (cx * dy) / cy;
          from = Math.min(from, at);
          to = Math.max(to, at);
        }
        if (dy < by !== dy < cy) {
          const at = bx + ((cx - bx) * (dy - by)) / (cy - by);
          from = Math.min(from, at);
          to = Math.max(to, at);
        }
        const first = Math.max(left, Math.ceil(ax + from));
        const last = Math.min(right, Math.ceil(ax + to));
        if (first >= last) continue;
        const dx = first - ax;
        fillRow(
          this.#colour,
          this.#depth,
          texture,
          row * width + first,
          row * width + last,
          near + nearAcross * dx + nearDown * dy,
          nearAcross,
          uA + uAcross * dx + uDown * dy,
          uAcross,
          vA + vAcross * dx + vDown * dy,
          vAcross,
          lightA + lightAcross * dx + lightDown * dy,
          lightAcross,
          glossA + glossAcross * dx + glossDown * dy,
          glossAcross,
        );
      }
    }
  }

  /** Lays what was drawn over a picture, smoothing its edges. */
  layOver({ width, y, u, v }: Picture): void {
    const [x1, y1, x2, y2] = this.#touched;
    const colour = this.#colour;
    const line = this.#width;
    const side = samples * 2;
    for (let row = Math.floor(y1 / side); row * side < y2; row++)
      for (let column = Math.floor(x1 / side); column * side < x2; column++) {
        let [sumU, sumV, all] = [0, 0, 0];
        for (let quarter = 0; quarter < 4; quarter++) {
          const px = 2 * column + (quarter & 1);
          const py = 2 * row + (quarter >> 1);
          const at = py * samples * line + px * samples;
          const p = colour[at]!;
          const q = colour[at + 1]!;
          const r = colour[at + line]!;
          const s = colour[at + line + 1]!;
          const count = (p >>> 24) + (q >>> 24) + (r >>> 24) + (s >>> 24);
          if (count === 0) continue;
          all += count;
          const luma = ((p >>> 16) & 255) + ((q >>> 16) & 255) + ((r >>> 16) & 255) + ((s >>> 16) & 255);
          sumU += ((p >>> 8) & 255) + ((q >>> 8) & 255) + ((r >>> 8) & 255) + ((s >>> 8) & 255);
          sumV += (p & 255) + (q & 255) + (r & 255) + (s & 255);
          const target = py * width + px;
          y[target] = (luma + (4 - count) * y[target]! + 2) >> 2;
        }
        if (all === 0) continue;
        const target = row * (width >> 1) + column;
        u[target] = (sumU + (16 - all) * u[target]! + 8) >> 4;
        v[target] = (sumV + (16 - all) * v[target]! + 8) >> 4;
      }
  }

  #touch(left: number, top: number, right: number, bottom: number): void {
    const touched = this.#touched;
    if (left < touched[0]) touched[0] = left;
    if (top < touched[1]) touched[1] = top;
    if (right > touched[2]) touched[2] = right;
    if (bottom > touched[3]) touched[3] = bottom;
  }
}

interface Weights {
  readonly bAcross: number;
  readonly bDown: number;
  readonly cAcross: number;
  readonly cDown: number;
}

/** What a value grows by from one sample to the next, from how much more of it there is at b and at c than at a. */
const across = ({ bAcross, cAcross }: Weights, b: number, c: number): number => b * bAcross + c * cAcross;
const down = ({ bDown, cDown }: Weights, b: number, c: number): number => b * bDown + c * cDown;

/** Every number in the loop is made a 32-bit integer first: a single double would make it several times slower. */
function fillRow(
  colour: Int32Array,
  depth: Int32Array,
  texture: Texture,
  from: number,
  to: number,
  startDepth: number,
  stepDepth: number,
  startU: number,
  stepU: number,
  startV: number,
  stepV: number,
  startLight: number,
  stepLight: number,
  startGloss: number,
  stepGloss: number,
): void {
  const { pixels } = texture;
  const width = texture.width | 0;
  const lastColumn = (width - 1) | 0;
  const lastRow = (texture.height - 1) | 0;
  let near = startDepth | 0;
  let u = startU | 0;
  let v = startV | 0;
  let light = startLight | 0;
  let gloss = startGloss | 0;
  const nearBy = stepDepth | 0;
  const uBy = stepU | 0;
  const vBy = stepV | 0;
  const lightBy = stepLight | 0;
  const glossBy = stepGloss | 0;
  const end = to | 0;
  for (let at = from | 0; at < end; at = (at + 1) | 0) {
    if (near > depth[at]!) {
      let column = u >> 16;
      let row = v >> 16;
      if (column < 0) column = 0;
      else if (column > lastColumn) column = lastColumn;
      if (row < 0) row = 0;
      else if (row > lastRow) row = lastRow;
      const texel = pixels[(Math.imul(row, width) + column) | 0]!;
      const opacity = texel >>> 24;
      if (opacity !== 0) {
        const share = light >> 8;
        let y = (16 + (Math.imul(((texel >> 16) & 255) - 16, share) >> 8) + (gloss >> 16)) | 0;
        // Limited range: 16 to 235.
        if (y < 16) y = 16;
        else if (y > 235) y = 235;
        let cb = (128 + (Math.imul(((texel >> 8) & 255) - 128, share) >> 8)) | 0;
        let cr = (128 + (Math.imul((texel & 255) - 128, share) >> 8)) | 0;
        const behind = colour[at]!;
        if (opacity === opaque) {
          depth[at] = near;
          colour[at] = drawn | (y << 16) | (cb << 8) | cr;
        } else if (behind !== 0) {
          y = (((behind >> 16) & 255) + ((Math.imul(y - ((behind >> 16) & 255), opacity) / opaque) | 0)) | 0;
          cb = (((behind >> 8) & 255) + ((Math.imul(cb - ((behind >> 8) & 255), opacity) / opaque) | 0)) | 0;
          cr = ((behind & 255) + ((Math.imul(cr - (behind & 255), opacity) / opaque) | 0)) | 0;
          colour[at] = drawn | (y << 16) | (cb << 8) | cr;
        }
      }
    }
    near = (near + nearBy) | 0;
    u = (u + uBy) | 0;
    v = (v + vBy) | 0;
    light = (light + lightBy) | 0;
    gloss = (gloss + glossBy) | 0;
  }
}
