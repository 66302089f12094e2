/** A small seeded random generator (mulberry32), so that the same seed draws the same world. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A number 0..1 that belongs to two whole numbers. */
export function hash(a: number, b: number): number {
  let mixed = Math.imul(a, 374761393) + Math.imul(b, 668265263);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 1274126177);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 4294967296;
}

/**
 * A field of smooth noise that repeats at its edges (value noise, bilinear with smoothstep).
 * @param columns Cells across; each spans width / columns pixels.
 * @param rows Cells down.
 * @param field What it is added to, weighed.
 * @returns The field: without one given, width * height values, -0.5..0.5.
 */
export function smoothNoise(
  width: number,
  height: number,
  columns: number,
  rows: number,
  seed: number,
  field = new Float32Array(width * height),
  share = 1,
): Float32Array {
  const random = randomFrom(seed);
  const lattice = Float32Array.from({ length: columns * rows }, () => random() - 0.5);
  const cells = new Int32Array(width);
  const weights = new Float32Array(width);
  for (let x = 0; x < width; x++) {
    const at = (x * columns) / width;
    cells[x] = Math.floor(at);
    weights[x] = smoothStep(at - Math.floor(at));
  }
  const line = new Float32Array(columns + 1);
  for (let y = 0; y < height; y++) {
    const at = (y * rows) / height;
    const above = Math.floor(at);
    const below = (above + 1) % rows;
    const weight = smoothStep(at - above);
    for (let column = 0; column <= columns; column++) {
      const top = lattice[above * columns + (column % columns)]!;
      line[column] = top + (lattice[below * columns + (column % columns)]! - top) * weight;
    }
    for (let x = 0; x < width; x++) {
      const left = line[cells[x]!]!;
      field[y * width + x]! += (left + (line[cells[x]! + 1]! - left) * weights[x]!) * share;
    }
  }
  return field;
}

/**
 * Several fields of halving cell size and falling weight, added up: clouds, grass, bark.
 * @param fall Weight of each finer field against the one before.
 * @returns Values around 0, mostly within -0.5..0.5.
 */
export function fractalNoise(
  width: number,
  height: number,
  shape: { readonly columns: number; readonly rows: number; readonly octaves: number; readonly fall: number; readonly seed: number },
): Float32Array {
  const sum = new Float32Array(width * height);
  let weight = 1 - shape.fall;
  for (let octave = 0; octave < shape.octaves; octave++, weight *= shape.fall)
    smoothNoise(width, height, shape.columns << octave, shape.rows << octave, shape.seed + octave, sum, weight);
  return sum;
}

const smoothStep = (x: number): number => x * x * (3 - 2 * x);
