import { fractalNoise, randomFrom } from './noise.ts';
import { halved, type Sprite, spriteOf } from './sprite.ts';

/** A plant as sprites of halving size, the largest first, and how large it is. */
export interface Plant {
  readonly sprites: readonly Sprite[];
  readonly widthMeters: number;
  readonly heightMeters: number;
}

/** A ball of leaves: middle and radius as shares of the width, from the top left. */
interface Clump {
  readonly x: number;
  readonly y: number;
  readonly depth: number;
  readonly radius: number;
}

/** Foliage from bright to dark, sRGB: oak, lime, spruce, hawthorn in early summer. */
const foliage = {
  oak: [94, 116, 62],
  lime: [116, 130, 72],
  spruce: [64, 86, 62],
  bush: [104, 122, 70],
} as const;

/** Towards the sun, which stands high at the left behind the camera. */
const sun = normalised([-0.5, -0.72, 0.48]);

/** The plants of a roadside, each drawn once. */
export function plants(seed: number): readonly Plant[] {
  const random = randomFrom(seed * 13 + 5);
  return [
    plant(256, 320, broadleaf(random, 1.25), foliage.oak, random, 7.6, 9.5),
    plant(192, 288, broadleaf(random, 1.5), foliage.lime, random, 5.6, 8.4),
    plant(160, 352, conifer(random, 2.2), foliage.spruce, random, 4.6, 10.1),
    plant(256, 288, broadleaf(random, 1.12), foliage.lime, random, 8.2, 9.2),
  ];
}

/** Low growth for the median and the forest's edge. */
export function bushes(seed: number): readonly Plant[] {
  const random = randomFrom(seed * 17 + 3);
  return [plant(192, 96, hedge(random), foliage.bush, random, 2.2, 0.72), plant(192, 96, hedge(random), foliage.oak, random, 1.9, 0.66)];
}

function broadleaf(random: () => number, tall: number): Clump[] {
  const clumps: Clump[] = [];
  const middle = tall * 0.42;
  for (let index = 0; index < 60; index++) {
    const angle = random() * 2 * Math.PI;
    const away = Math.sqrt(random());
    const x = 0.5 + Math.cos(angle) * away * 0.33;
    const y = middle + Math.sin(angle) * away * middle * 0.72;
    clumps.push({ x, y, depth: Math.sqrt(1 - away * away) * 0.3 + (random() - 0.5) * 0.1, radius: 0.06 + 0.08 * random() });
  }
  return clumps;
}

function conifer(random: () => number, tall: number): Clump[] {
  const clumps: Clump[] = [];
  const tiers = 26;
  for (let tier = 0; tier < tiers; tier++) {
    const down = tier / tiers;
    // Branches hang, the lower ones are longer, and every other tier stands back.
    const reach = (0.03 + 0.4 * down) * (tier % 2 ? 1 : 0.78);
    for (let branch = 0; branch < 3 + tier / 2; branch++) {
      const across = (random() - 0.5) * 2 * reach;
      const y = tall * (0.03 + down * 0.86) + Math.abs(across) * 0.3;
      clumps.push({ x: 0.5 + across, y, depth: (reach - Math.abs(across)) * 0.8 + random() * 0.08, radius: 0.03 + 0.045 * random() });
    }
  }
  return clumps;
}

function hedge(random: () => number): Clump[] {
  return Array.from({ length: 26 }, () => {
    const x = 0.12 + 0.76 * random();
    return { x, y: 0.3 + 0.16 * random() - 0.1 * Math.sin(x * Math.PI), depth: random() * 0.2, radius: 0.07 + 0.07 * random() };
  });
}

/**
 * Draws a plant: each pixel belongs to the foremost clump there, is lit by that clump's roundness, and is broken up by leaves.
 * @param width Pixels, even.
 */
function plant(
  width: number,
  height: number,
  clumps: readonly Clump[],
  [red, green, blue]: readonly [number, number, number],
  random: () => number,
  widthMeters: number,
  heightMeters: number,
): Plant {
  const rgba = new Uint8ClampedArray(width * height * 4);
  const seed = Math.floor(random() * 1e6);
  const leaves = fractalNoise(width, height, { columns: width >> 3, rows: height >> 3, octaves: 3, fall: 0.66, seed });
  trunk(rgba, width, height, widthMeters, heightMeters);
  const depths = new Float32Array(width * height).fill(Number.NEGATIVE_INFINITY);
  for (const clump of clumps) {
    const radius = clump.radius * width;
    const [middleX, middleY] = [clump.x * width, clump.y * width];
    for (let y = Math.max(2, Math.floor(middleY - radius)); y < Math.min(height - 2, middleY + radius); y++)
      for (let x = Math.max(2, Math.floor(middleX - radius)); x < Math.min(width - 2, middleX + radius); x++) {
        const [dx, dy] = [(x - middleX) / radius, (y - middleY) / radius];
        const index = y * width + x;
        const leaf = leaves[index]!;
        const inside = 1 - dx * dx - dy * dy;
        if (inside + leaf * 2.4 < 0.3) continue;
        const bulge = Math.sqrt(Math.max(0, inside));
        const depth = clump.depth + bulge * clump.radius;
        if (depth <= depths[index]!) continue;
        depths[index] = depth;
        // Lit by where the clump is in the crown as much as by its own roundness.
        const round = dx * sun[0] + dy * sun[1] + bulge * sun[2];
        const crown = ((x / width - 0.5) * 2 * sun[0] + (y / height - 0.45) * 2 * sun[1]) * 0.5;
        const light = Math.max(0.14, 0.48 + round * 0.22 + crown * 0.55 + leaf * 1.5 + clump.depth * 0.3);
        const at = index * 4;
        rgba[at] = red * light + 14 * light * light;
        rgba[at + 1] = green * light + 10 * light * light;
        rgba[at + 2] = blue * light * 0.9 + 9 * (1 - light);
        rgba[at + 3] = 255;
      }
  }
  groundShadow(rgba, width, height);
  const sprites = [spriteOf(rgba, width, height, [0, 0, width, height - 6])];
  while (sprites.at(-1)!.luma.width > 12) sprites.push(halved(sprites.at(-1)!));
  return { sprites, widthMeters, heightMeters };
}

function trunk(rgba: Uint8ClampedArray, width: number, height: number, widthMeters: number, heightMeters: number): void {
  if (heightMeters < 2) return;
  const thick = (0.34 / widthMeters) * width;
  for (let y = Math.floor(height * 0.55); y < height - 8; y++)
    for (let x = Math.floor(width / 2 - thick); x < width / 2 + thick; x++) {
      const from = (x - width / 2) / thick;
      const flare = 0.62 + 0.38 * ((y / height - 0.55) / 0.45) ** 6;
      if (Math.abs(from) > flare) continue;
      const light = 0.75 - from * 0.3;
      rgba.set([82 * light, 70 * light, 56 * light, 255], (y * width + x) * 4);
    }
}

/** Darkens the grass below, softly. */
function groundShadow(rgba: Uint8ClampedArray, width: number, height: number): void {
  const middle = height - 11;
  for (let y = height - 20; y < height - 2; y++)
    for (let x = 2; x < width - 2; x++) {
      const at = (y * width + x) * 4;
      if (rgba[at + 3]! > 0) continue;
      const distance = Math.hypot((x - width / 2) / (width * 0.42), (y - middle) / 8);
      if (distance < 1) rgba.set([18, 26, 12, 150 * (1 - distance * distance)], at);
    }
}

function normalised(vector: readonly [number, number, number]): readonly [number, number, number] {
  const length = Math.hypot(...vector);
  return [vector[0] / length, vector[1] / length, vector[2] / length];
}
