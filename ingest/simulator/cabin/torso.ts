import { Path2D } from '@napi-rs/canvas';
import { type Sprite, spriteOf } from '../drawing/sprite.ts';
import { shown } from './interior-paint.ts';
import type { LightName } from './light.ts';
import type { Look } from './looks.ts';
import { canvasOf } from './textures.ts';

/** Where the torso is with the head in the middle, in pixels. */
export const torsoPlace = [88, 280] as const;
export const torsoSize = { width: 464, height: 240 } as const;

/** Shoulders, collar and belt. */
export function paintTorso({ shirt, skin }: Look, light: LightName): Sprite {
  const { context } = canvasOf(torsoSize.width, torsoSize.height);
  context.translate(-torsoPlace[0], -torsoPlace[1]);
  const cloth = context.createLinearGradient(110, 290, 560, 480);
  cloth.addColorStop(0, shirt[0]);
  cloth.addColorStop(1, shirt[1]);
  context.fillStyle = cloth;
  context.fill(new Path2D('M96 520Q110 360 190 338Q270 316 284 290H356Q370 316 450 338Q530 360 544 520Z'));
  context.fillStyle = skin;
  context.fill(new Path2D('M280 312A40 34 0 1 1 360 312A40 34 0 1 1 280 312Z'));
  context.fillStyle = '#e9e9ea';
  context.fill(new Path2D('M266 302Q290 352 320 352Q350 352 374 302L392 322Q352 382 320 384Q288 382 248 322Z'));
  // Folds, then the belt from the driver's left shoulder down.
  context.filter = 'blur(3px)';
  context.strokeStyle = '#00000059';
  context.lineWidth = 5;
  context.stroke(new Path2D('M150 500Q168 430 196 392 M492 500Q474 430 446 392 M300 500Q310 440 316 404'));
  context.filter = 'blur(0.6px)';
  context.fillStyle = '#17181a';
  context.fill(new Path2D('M455 330L490 348L236 520L190 520Z'));
  const { data } = context.getImageData(0, 0, torsoSize.width, torsoSize.height);
  for (let at = 0; at < data.length; at += 4) {
    const pixel = at / 4;
    const [x, y] = [torsoPlace[0] + (pixel % torsoSize.width), torsoPlace[1] + Math.floor(pixel / torsoSize.width)];
    data.set(shown(light, data[at]!, data[at + 1]!, data[at + 2]!, x, y), at);
  }
  return spriteOf(data, torsoSize.width, torsoSize.height, [0, 0, torsoSize.width, torsoSize.height]);
}
