import { project } from '../camera.ts';
import type { Moment, PlacedActor } from '../world.ts';
import type { Atmosphere } from './atmosphere.ts';
import { hash } from './noise.ts';
import type { Picture } from './sprite.ts';

/** Drops in the picture of a downpour: those within some metres of the lens, by eye. */
const drops = 260;
/** Tyres throw up a fog of spray from about 50 km/h on. */
const sprayMps = 14;

/** Streaks of falling drops, other ones in each frame. */
export function drawRain(picture: Picture, { frameIndex }: Moment, atmosphere: Atmosphere, rain: number): void {
  const { width, height, y } = picture;
  const luma = Math.min(235, atmosphere.air + 34);
  for (let drop = 0; drop < drops * rain; drop++) {
    const near = hash(frameIndex * 977 + drop, 3);
    const length = 8 + 34 * near * near;
    const x = hash(frameIndex * 977 + drop, 1) * width;
    const top = hash(frameIndex * 977 + drop, 2) * height;
    // Against the wind of driving, drops fly from the middle outwards.
    const slant = ((x - width / 2) / width) * 0.7;
    const opacity = 0.1 + 0.22 * near;
    for (let step = 0; step < length; step++) {
      const [row, column] = [Math.floor(top + step), Math.floor(x + step * slant)];
      if (row >= height || column < 0 || column >= width) break;
      const at = row * width + column;
      y[at]! += (luma - y[at]!) * opacity;
    }
  }
}

/** The spray that a vehicle drags behind it. */
export function drawSpray(
  picture: Picture,
  { camera }: Moment,
  actor: PlacedActor,
  speedMps: number,
  atmosphere: Atmosphere,
  rain: number,
): void {
  const strength = 0.5 * rain * Math.min(1, (Math.abs(speedMps) - sprayMps) / sprayMps);
  if (strength <= 0 || actor.towards || actor.body.class === 'person' || actor.body.class === 'bicycle') return;
  const { x, y, scale } = project(camera, actor.lateralMeters, 0.35, actor.distanceMeters);
  const [radiusX, radiusY] = [actor.body.widthMeters * 0.75 * scale, 0.75 * scale];
  if (radiusX < 2) return;
  const luma = Math.min(235, atmosphere.air + 6);
  for (let row = Math.max(0, Math.ceil(y - radiusY)); row < Math.min(picture.height, y + radiusY); row++)
    for (let column = Math.max(0, Math.ceil(x - radiusX)); column < Math.min(picture.width, x + radiusX); column++) {
      const away = ((column - x) / radiusX) ** 2 + ((row - y) / radiusY) ** 2;
      if (away >= 1) continue;
      const at = row * picture.width + column;
      picture.y[at]! += (luma - picture.y[at]!) * strength * (1 - away);
    }
}
