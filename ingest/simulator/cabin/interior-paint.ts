import { type CanvasGradient, Path2D, type SKRSContext2D } from '@napi-rs/canvas';
import { fractalNoise, randomFrom } from '../drawing/noise.ts';
import { lumaOf, type Picture, pictureOver, uOf, vOf } from '../drawing/sprite.ts';
import type { LightName } from './light.ts';
import { canvasOf, infraredOf } from './textures.ts';

/** Pixels of the camera's picture. */
export const width = 640;
export const height = 480;

/** What of the lit picture remains in each light, 0..1. */
const dimming: Readonly<Record<LightName, number>> = { day: 1, night: 0.4, infrared: 0.62 };

/** Everything behind the driver, and what of it is window: the outside's share in each pixel, 0..255. */
export function paintRoom(light: LightName): { readonly room: Picture; readonly windows: Uint8Array } {
  const { context } = canvasOf(width, height);
  const fill = (path: string, colour: string | CanvasGradient): void => {
    context.fillStyle = colour;
    context.fill(new Path2D(path));
  };
  fill('M0 0H640V480H0Z', '#26282c');
  context.filter = 'blur(3px)';
  // Headlining, doors with their ledges, and pillars.
  fill('M-10 -10H650V38H-10Z', '#8d8a84');
  for (const side of ['M-10 30L168 30L196 300L-10 320Z', 'M650 30L456 30L432 290L650 315Z']) fill(side, '#17181b');
  for (const door of ['M-10 296L182 272L190 480L-10 490Z', 'M650 296L440 262L430 480L650 490Z']) fill(door, '#303237');
  for (const ledge of ['M-10 318L176 292L176 304L-10 332Z', 'M650 316L446 282L446 294L650 330Z']) fill(ledge, '#4a4d53');
  for (const pillar of ['M150 36L190 36L215 480L165 480Z', 'M470 30L440 30L420 480L480 480Z']) fill(pillar, '#1b1c1f');
  // The rear window's dark and the rear bench.
  fill('M190 60L440 60L430 200L205 200Z', '#0f1012');
  fill('M205 180L430 180L440 330L200 330Z', '#2b2d31');
  // The driver's seat with its headrest.
  const cushion = context.createLinearGradient(170, 0, 470, 0);
  for (const [at, colour] of [
    [0, '#1d1e21'],
    [0.5, '#3f4147'],
    [1, '#1a1b1e'],
  ] as const)
    cushion.addColorStop(at, colour);
  fill('M262 200H276V290H262Z M364 200H378V290H364Z', cushion);
  fill('M278 82H362Q404 82 404 124V190Q404 232 362 232H278Q236 232 236 190V124Q236 82 278 82Z', cushion);
  fill('M170 480Q160 300 250 252H390Q480 300 470 480Z', cushion);
  context.filter = 'blur(1.2px)';
  context.strokeStyle = '#55585f80';
  context.lineWidth = 2;
  context.stroke(new Path2D('M218 480Q212 360 262 262 M422 480Q428 360 378 262 M254 190Q320 202 386 190'));
  const room = pictureFrom(context, (r, g, b, x, y) => shown(light, r, g, b, x, y));

  const glass = canvasOf(width, height).context;
  glass.filter = 'blur(2px)';
  for (const window of ['M-20 62L150 44L176 268L-20 294Z', 'M660 56L474 38L448 256L660 292Z']) glass.fill(new Path2D(window));
  const { data } = glass.getImageData(0, 0, width, height);
  return { room, windows: Uint8Array.from({ length: width * height }, (_, at) => data[at * 4 + 3]!) };
}

/** Sky, meadows and trees that pass; it repeats. By night, dark with lamps. */
export function paintOutside(light: LightName, seed: number): Picture {
  const around = 1280;
  const random = randomFrom(seed + 77);
  const { context } = canvasOf(around, height);
  const sky = context.createLinearGradient(0, 0, 0, height);
  const isDay = light === 'day';
  for (const [at, colour] of isDay
    ? ([
        [0.05, '#b9d2ea'],
        [0.38, '#dfe8ee'],
        [0.4, '#8fa383'],
        [0.6, '#77866a'],
        [1, '#6c7568'],
      ] as const)
    : ([
        [0.05, '#0a0d15'],
        [0.4, '#11141c'],
        [0.42, '#07080b'],
        [1, '#050608'],
      ] as const))
    sky.addColorStop(at, colour);
  context.fillStyle = sky;
  context.fillRect(0, 0, around, height);
  for (let thing = 0; thing < 22; thing++) {
    const x = random() * around;
    const size = 20 + random() * 60;
    const y = isDay ? 185 - random() * 60 : 90 + random() * 90;
    const green = Math.round(70 + random() * 40);
    const isLamp = !isDay && random() < 0.4;
    context.fillStyle = isDay ? `rgb(${green - 22},${green},${green - 34})` : isLamp ? '#e8b765' : '#0b0f0c';
    for (const copy of [-around, 0, around]) context.fillRect(x + copy, y, isLamp ? 26 : size, isLamp ? 9 : 130);
  }
  // What passes smears. Three times, so that it closes where it repeats.
  const smeared = canvasOf(around, height).context;
  smeared.filter = 'blur(9px)';
  for (const copy of [-around, 0, around]) smeared.drawImage(context.canvas, copy, 0);
  const noise = fractalNoise(around, height, { columns: 20, rows: 24, octaves: 3, fall: 0.6, seed });
  return pictureFrom(smeared, (r, g, b, x, y) => {
    const factor = 1 + 0.16 * noise[y * around + x]!;
    const grey = light === 'infrared' ? infraredOf({ r, g, b }) * 0.3 : undefined;
    return grey === undefined ? [r * factor, g * factor, b * factor] : [grey, grey, grey];
  });
}

/** A colour as this light shows it; an infrared lamp's light falls towards the corners. */
export function shown(light: LightName, r: number, g: number, b: number, x: number, y: number): [number, number, number] {
  const dim = dimming[light];
  if (light !== 'infrared') return [r * dim, g * dim, b * (light === 'night' ? dim * 1.15 : dim)];
  const [dx, dy] = [x / width - 0.5, y / height - 0.5];
  const grey = infraredOf({ r, g, b }) * dim * (1.12 - 1.3 * (dx * dx + dy * dy));
  return [grey, grey, grey];
}

function pictureFrom(
  context: SKRSContext2D,
  shownAs: (r: number, g: number, b: number, x: number, y: number) => readonly [number, number, number],
): Picture {
  const { width: columns, height: rows } = context.canvas;
  const { data: rgba } = context.getImageData(0, 0, columns, rows);
  const picture = pictureOver(new Uint8Array((columns * rows * 3) / 2), columns, rows);
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      const at = (y * columns + x) * 4;
      const [r, g, b] = shownAs(rgba[at]!, rgba[at + 1]!, rgba[at + 2]!, x, y);
      // Ordered dithering hides the steps that 8 bits leave in soft gradients.
      picture.y[y * columns + x] = lumaOf(r, g, b) + 0.25 + 0.5 * ((x + y) & 1);
      if ((x & 1) === 0 && (y & 1) === 0) {
        picture.u[(y >> 1) * (columns >> 1) + (x >> 1)] = uOf(r, g, b) + 0.5;
        picture.v[(y >> 1) * (columns >> 1) + (x >> 1)] = vOf(r, g, b) + 0.5;
      }
    }
  return picture;
}
