import { fractalNoise, hash, randomFrom, smoothNoise } from './noise.ts';
import type { Carriageway } from './road-plan.ts';

/** A texture of the ground, repeating along the road, as coarse as it is asked for; a coarseness is made when it is first needed. */
export interface GroundTile {
  readonly fromMeters: number;
  readonly toMeters: number;
  luma(metersPerPixel: number, depthMeters: number): Texture<Uint8Array>;
  /** V << 8 | U. */
  chroma(metersPerPixel: number, depthMeters: number): Texture<Uint16Array>;
}

/** A tile's values, row after row. */
export interface Texture<Texels = Uint8Array | Uint16Array> {
  readonly columns: number;
  readonly columnMeters: number;
  readonly rows: number;
  readonly rowMeters: number;
  readonly texels: Texels;
}

/** At most 32 times as coarse across, and 256 times along. */
const coarsestAcross = 5;
const coarsestAlong = 8;

/** Of the finest texture: half of what a picture row covers just ahead of the car is plenty after motion blur. */
const rowMeters = 0.02;
const rows = 1024;

/** Exposure of a thousandth to a hundredth of a second at road speed smears the near ground by about this. */
export const smearMeters = 0.12;

/** Meadow at a roadside: several greens, dry patches, tufts. 20 m across, then it repeats. */
export function grassTile(seed: number): GroundTile {
  const columns = 512;
  const columnMeters = 0.04;
  const size = columns * rows;
  const broad = fractalNoise(columns, rows, { columns: 4, rows: 4, octaves: 3, fall: 0.6, seed: seed * 31 + 1 });
  const tufts = fractalNoise(columns, rows, { columns: 64, rows: 64, octaves: 3, fall: 0.65, seed: seed * 31 + 2 });
  const dry = fractalNoise(columns, rows, { columns: 6, rows: 8, octaves: 4, fall: 0.6, seed: seed * 31 + 3 });
  const y = new Float32Array(size);
  const u = new Float32Array(size >> 1);
  const v = new Float32Array(size >> 1);
  for (let index = 0; index < size; index++) {
    const dryness = Math.max(0, dry[index]! * 2.2);
    const blade = hash(index, seed) - 0.5;
    y[index] = 101 + broad[index]! * 40 + tufts[index]! * 92 + dryness * 30 + blade * 44;
    if (index & 1) continue;
    u[index >> 1] = 105 + tufts[index]! * 8 - dryness * 3 + broad[index]! * 6;
    v[index >> 1] = 121.5 + dryness * 12 + broad[index]! * 7 - tufts[index]! * 4;
  }
  return tileOf({ fromMeters: -200, toMeters: 200, columns, columnMeters, y, u, v });
}

/** Asphalt with wheel tracks, seams, mended cracks, and a verge where grass grows in. */
export function asphaltTile(way: Carriageway, seed: number): GroundTile {
  const vergeMeters = 0.55;
  const fromMeters = way.fromMeters - vergeMeters;
  const toMeters = way.toMeters + vergeMeters;
  // Nothing of the other carriageway is nearer than 15 m.
  const columnMeters = way.laneMiddles.includes(0) ? 0.0125 : 0.025;
  // A multiple of 64, so that it can be halved at every level.
  const columns = 64 * Math.ceil((toMeters - fromMeters) / columnMeters / 64);
  const size = columns * rows;
  const broad = fractalNoise(columns, rows, { columns: 6, rows: 8, octaves: 3, fall: 0.6, seed: seed * 57 + 1 });
  const streaks = smoothNoise(columns, rows, 220, 6, seed * 57 + 2);
  const edge = smoothNoise(columns, rows, 40, 96, seed * 57 + 3);
  const across = Float32Array.from({ length: columns }, (_, column) => laneLuma(way, fromMeters + (column + 0.5) * columnMeters));
  const y = new Float32Array(size);
  const u = new Float32Array(size >> 1).fill(129.5);
  const v = new Float32Array(size >> 1).fill(126.5);
  for (let row = 0, index = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, index++) {
      const offset = fromMeters + (column + 0.5) * columnMeters;
      const stone = hash(index, seed + 5);
      // Bright chippings are rare; most of the surface is bitumen.
      const grain = (stone - 0.5) * 28 + (stone > 0.97 ? 34 : 0);
      y[index] = across[column]! + broad[index]! * 15 + streaks[index]! * 9 + grain;
      const outside = Math.max(way.fromMeters - offset, offset - way.toMeters) + edge[index]! * 0.5;
      if (outside > -0.2) grow(y, u, v, index, Math.min(1, (outside + 0.2) / 0.45), hash(index, seed + 9));
    }
  mend(y, columns, seed);
  return tileOf({ fromMeters, toMeters, columns, columnMeters, y, u, v });
}

/** Wheels polish two tracks a lane 1.5 m apart, and drip oil between them. */
function laneLuma(way: Carriageway, offset: number): number {
  let luma = 108;
  for (const middle of way.laneMiddles) {
    for (const track of [middle - 0.78, middle + 0.78]) luma -= 9 * Math.exp(-(((offset - track) / 0.28) ** 2));
    luma -= 5 * Math.exp(-(((offset - middle) / 0.22) ** 2));
    const seam = Math.abs(offset - middle - 1.71);
    if (seam < 0.02) luma -= 22;
  }
  return luma;
}

/** Gravel, then grass, over the asphalt's edge. */
function grow(y: Float32Array, u: Float32Array, v: Float32Array, index: number, share: number, stone: number): void {
  const gravel = 118 + (stone - 0.5) * 60;
  const green = 100 + (stone - 0.5) * 60;
  const soil = share < 0.5 ? gravel : gravel + (green - gravel) * (share - 0.5) * 2;
  const cover = Math.min(1, share * 2.5);
  y[index]! += (soil - y[index]!) * cover;
  if (index & 1) return;
  u[index >> 1]! += ((share < 0.5 ? 122 : 110) - u[index >> 1]!) * cover;
  v[index >> 1]! += ((share < 0.5 ? 131 : 124) - v[index >> 1]!) * cover;
}

/** A few cracks filled with dark bitumen, wandering along and across. */
function mend(y: Float32Array, columns: number, seed: number): void {
  const random = randomFrom(seed * 91 + 7);
  for (let crack = 0; crack < 5; crack++) {
    const lengthwise = crack % 3 !== 0;
    let column = random() * columns;
    let row = random() * rows;
    for (let step = 0; step < (lengthwise ? 500 : 260); step++) {
      row += lengthwise ? 1 : (random() - 0.5) * 1.6;
      column += lengthwise ? (random() - 0.5) * 2.4 : 1.2;
      for (let x = -1; x <= 1; x++)
        for (let down = 0; down < 2; down++) {
          const at = ((Math.floor(row + down) + rows) % rows) * columns + Math.floor(column) + x;
          if (column > 2 && column < columns - 2) y[at] = Math.min(y[at]!, 74);
        }
    }
  }
}

interface Fields {
  readonly fromMeters: number;
  readonly toMeters: number;
  readonly columns: number;
  readonly columnMeters: number;
  readonly y: Float32Array;
  /** At half the columns. */
  readonly u: Float32Array;
  readonly v: Float32Array;
}

function tileOf({ fromMeters, toMeters, columns, columnMeters, y, u, v }: Fields): GroundTile {
  const [luma, chromaU, chromaV] = [new Field(smeared(y, columns), columns), new Field(u, columns >> 1), new Field(v, columns >> 1)];
  return {
    fromMeters,
    toMeters,
    luma: textures(columns, columnMeters, (across, along) => new Uint8Array(luma.reduced(across, along))),
    chroma: textures(columns >> 1, columnMeters * 2, (across, along) => {
      const low = chromaU.reduced(across, along);
      const high = chromaV.reduced(across, along);
      const both = new Uint16Array(low.length);
      for (let index = 0; index < both.length; index++) both[index] = (high[index]! << 8) | low[index]!;
      return both;
    }),
  };
}

/** Textures by how coarse they are, each made once. */
function textures<Texels>(
  columns: number,
  columnMeters: number,
  make: (across: number, along: number) => Texels,
): (metersPerPixel: number, depthMeters: number) => Texture<Texels> {
  const made = new Map<number, Texture<Texels>>();
  return (metersPerPixel, depthMeters) => {
    const across = level(metersPerPixel / columnMeters, coarsestAcross);
    const along = level(depthMeters / rowMeters, coarsestAlong);
    const key = across * (coarsestAlong + 1) + along;
    const known = made.get(key);
    if (known) return known;
    const [acrossTimes, alongTimes] = [2 ** across, 2 ** along];
    const texture = {
      columns: columns / acrossTimes,
      columnMeters: columnMeters * acrossTimes,
      rows: rows / alongTimes,
      rowMeters: rowMeters * alongTimes,
      texels: make(across, along),
    };
    made.set(key, texture);
    return texture;
  };
}

/** The power of two that makes texels about as large as what a pixel covers. */
function level(ratio: number, coarsest: number): number {
  return Math.max(0, Math.min(coarsest, Math.round(Math.log2(ratio) - 0.25)));
}

/** Values of a tile, halved as often as asked for. */
class Field {
  readonly columns: number;
  readonly #reduced: Float32Array[][] = Array.from({ length: coarsestAlong + 1 }, () => []);

  constructor(values: Float32Array, columns: number) {
    this.columns = columns;
    this.#reduced[0]![0] = values;
  }

  /** Along first: what is left to be halved across is small then. */
  reduced(across: number, along: number): Float32Array {
    const acrosses = this.#reduced[along]!;
    const known = acrosses[across];
    if (known) return known;
    const made =
      across > 0
        ? halvedAcross(this.reduced(across - 1, along), this.columns >> (across - 1))
        : halvedAlong(this.reduced(0, along - 1), this.columns);
    acrosses[across] = made;
    return made;
  }
}

function halvedAcross(field: Float32Array, columns: number): Float32Array {
  const half = columns >> 1;
  const height = field.length / columns;
  const result = new Float32Array(half * height);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < half; column++)
      result[row * half + column] = (field[row * columns + 2 * column]! + field[row * columns + 2 * column + 1]!) / 2;
  return result;
}

function halvedAlong(field: Float32Array, columns: number): Float32Array {
  const result = new Float32Array(field.length >> 1);
  for (let row = 0; row < result.length / columns; row++)
    for (let column = 0; column < columns; column++)
      result[row * columns + column] = (field[2 * row * columns + column]! + field[(2 * row + 1) * columns + column]!) / 2;
  return result;
}

/** The mean of what passes during the exposure; contrast is raised by as much as the mean takes away. */
function smeared(field: Float32Array, columns: number): Float32Array {
  const reach = Math.round(smearMeters / rowMeters);
  const height = field.length / columns;
  const result = new Float32Array(field.length);
  const sums = new Float32Array(columns);
  for (let row = -reach; row < height; row++) {
    const enter = ((row + reach) % height) * columns;
    const leave = ((row + height) % height) * columns;
    for (let column = 0; column < columns; column++) {
      sums[column]! += field[enter + column]!;
      if (row >= 0) {
        sums[column]! -= field[leave + column]!;
        result[row * columns + column] = sums[column]! / reach;
      }
    }
  }
  return result;
}
