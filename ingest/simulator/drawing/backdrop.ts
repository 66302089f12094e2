import { type Camera, cameraOf, horizonRow } from '../camera.ts';
import type { Profile } from '../profile.ts';
import type { Atmosphere } from './atmosphere.ts';
import { hazeColour } from './ground.ts';
import { fractalNoise, randomFrom } from './noise.ts';
import { draw, lumaOf, type Picture, pictureOver, uOf, vOf } from './sprite.ts';
import type { Plant } from './trees.ts';

/** Sky, clouds, hills and the far edge of the woods: what is too far away to come nearer; it turns with the road. */
export class Backdrop {
  readonly #panorama: Picture;
  readonly #horizon: number;

  /**
   * @param woods What the far edge of the woods is made of.
   * @param highest The camera that looks up the most: it sees the most sky.
   */
  constructor(highest: Camera, woods: readonly Plant[], seed: number, atmosphere?: Atmosphere) {
    // Twice the picture, then it repeats: seen only after turning by more than 65 degrees.
    const width = highest.width * 2;
    const height = 2 * Math.ceil((horizonRow(highest) + 2) / 2);
    this.#panorama = pictureOver(new Uint8Array((width * height * 3) / 2), width, height);
    const horizon = horizonRow(highest);
    this.#horizon = horizon;
    paintSky(this.#panorama, horizon, seed);
    paintHills(this.#panorama, horizon, seed);
    plantWoods(this.#panorama, horizon, woods, seed);
    atmosphere?.toneSky(this.#panorama, horizon);
  }

  /** @param headingRadians Where the camera looks; positive to the right. */
  draw(picture: Picture, headingRadians: number, camera: Camera): void {
    const { focalPx } = camera;
    const { width, height, y, u, v } = this.#panorama;
    const hidden = Math.max(0, 2 * Math.round((this.#horizon - horizonRow(camera)) / 2));
    const rows = Math.min(height - hidden, picture.height);
    const turned = 2 * Math.round((headingRadians * focalPx) / 2);
    const from = ((turned % width) + width) % width;
    copyRows(y.subarray(hidden * width), width, picture.y, picture.width, rows, from);
    const chromaFrom = (hidden >> 1) * (width >> 1);
    copyRows(u.subarray(chromaFrom), width >> 1, picture.u, picture.width >> 1, rows >> 1, from >> 1);
    copyRows(v.subarray(chromaFrom), width >> 1, picture.v, picture.width >> 1, rows >> 1, from >> 1);
  }
}

/** As the camera is tilted on the hill where it sees the most sky. */
export function highestCamera(camera: Camera, pitchDegrees: number, hills: Profile | undefined): Camera {
  return hills ? cameraOf(camera.heightMeters, pitchDegrees + Math.min(...hills.map(([, degrees]) => degrees))) : camera;
}

function copyRows(source: Uint8Array, sourceWidth: number, target: Uint8Array, width: number, rows: number, from: number): void {
  const first = Math.min(width, sourceWidth - from);
  for (let row = 0; row < rows; row++) {
    const start = row * sourceWidth;
    target.set(source.subarray(start + from, start + from + first), row * width);
    if (first < width) target.set(source.subarray(start, start + width - first), row * width + first);
  }
}

/** Deep blue above, pale at the horizon, fair-weather clouds that flatten towards it. */
function paintSky({ width, height, y, u, v }: Picture, horizon: number, seed: number): void {
  const [columns, rows] = [width >> 1, height >> 1];
  const clouds = fractalNoise(columns, rows, { columns: 5, rows: 4, octaves: 6, fall: 0.58, seed: seed * 7 + 1 });
  for (let row = 0; row < rows; row++) {
    const up = Math.min(1, Math.max(0, 1 - (2 * row) / horizon));
    const blue: readonly number[] = [214 - 118 * up ** 0.75, 226 - 78 * up ** 0.85, 238 - 22 * up];
    for (let column = 0; column < columns; column++) {
      const field = clouds[row * columns + column]!;
      const cover = Math.min(1, Math.max(0, (field + 0.03) * 4.2)) * (0.35 + 0.6 * Math.min(1, up * 2.2));
      // Undersides are greyer: less light where the cloud is thick and low.
      const shade = 250 - 34 * Math.min(1, Math.max(0, field * 3.4));
      const [r, g, b] = blue.map((value, channel) => value + (shade + channel * 2 - value) * cover) as [number, number, number];
      const luma = lumaOf(r, g, b);
      const at = 2 * row * width + 2 * column;
      // Ordered dithering hides the steps that 8 bits leave in a clear sky.
      y[at] = luma + 0.25;
      y[at + 1] = luma + 0.75;
      y[at + width] = luma + 0.99;
      y[at + width + 1] = luma + 0.5;
      u[row * columns + column] = uOf(r, g, b) + 0.5;
      v[row * columns + column] = vOf(r, g, b) + 0.5;
    }
  }
}

/** Three ranges, each nearer one lower and greener. */
function paintHills(panorama: Picture, horizon: number, seed: number): void {
  const ranges = [
    { tall: 46, columns: 6, colour: [156, 176, 196] },
    { tall: 30, columns: 9, colour: [136, 160, 162] },
    { tall: 17, columns: 14, colour: [112, 138, 116] },
  ] as const;
  ranges.forEach(({ tall, columns, colour }, index) => {
    const line = fractalNoise(panorama.width, 1, { columns, rows: 1, octaves: 5, fall: 0.45, seed: seed * 5 + index });
    const [r, g, b] = colour;
    for (let x = 0; x < panorama.width; x++) {
      const top = Math.max(0, horizon - tall * (0.62 + line[x]! * 1.3));
      for (let y = Math.floor(top); y < panorama.height; y++) {
        const at = y * panorama.width + x;
        panorama.y[at]! += (lumaOf(r, g, b) + (horizon - y) * 0.06 - panorama.y[at]!) * Math.min(1, y + 1 - top);
        const chroma = (y >> 1) * (panorama.width >> 1) + (x >> 1);
        panorama.u[chroma] = uOf(r, g, b);
        panorama.v[chroma] = vOf(r, g, b);
      }
    }
  });
}

/** A broken line of far trees, some hundred metres away, paled by the air. */
function plantWoods(panorama: Picture, horizon: number, woods: readonly Plant[], seed: number): void {
  const random = randomFrom(seed * 3 + 11);
  const density = fractalNoise(panorama.width, 1, { columns: 11, rows: 1, octaves: 3, fall: 0.5, seed: seed + 77 });
  for (let layer = 0; layer < 2; layer++) {
    for (let x = 4; x < panorama.width - 4; x += 3 + random() * 5) {
      if (density[Math.floor(x)]! < -0.1 + layer * 0.12) continue;
      const plant = woods[Math.floor(random() * woods.length)]!;
      const tall = (13 + 9 * random()) * (1 + layer * 0.35);
      const wide = (tall * plant.widthMeters) / plant.heightMeters;
      const sprite = plant.sprites.find(({ luma }) => luma.height < tall * 2) ?? plant.sprites.at(-1)!;
      const base = horizon + 1;
      draw(panorama, sprite, [x - wide / 2, base - tall, x + wide / 2, base]);
    }
    fade(panorama, Math.floor(horizon) - 34, layer === 0 ? 0.26 : 0.1);
  }
}

/** The air in front of everything below a row. */
function fade({ width, height, y, u, v }: Picture, fromRow: number, share: number): void {
  for (let row = Math.max(0, fromRow & ~1); row < height; row++) {
    const depth = share * Math.min(1, (row - fromRow) / 16);
    for (let x = 0; x < width; x++) y[row * width + x]! += (hazeColour[0] - y[row * width + x]!) * depth;
    if (row % 2) continue;
    for (let at = (row >> 1) * (width >> 1); at < ((row >> 1) + 1) * (width >> 1); at++) {
      u[at]! += (hazeColour[1] - u[at]!) * depth;
      v[at]! += (hazeColour[2] - v[at]!) * depth;
    }
  }
}
