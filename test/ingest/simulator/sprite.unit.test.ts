import assert from 'node:assert/strict';
import { test } from 'node:test';
import { draw, halved, pictureOver, type Sprite, spriteOf } from '../../../ingest/simulator/drawing/sprite.ts';

const [width, height] = [64, 32];
const background = 100;

function filled(columns: number, rows: number, rgb: readonly [number, number, number]): Sprite {
  const rgba = new Uint8ClampedArray(columns * rows * 4);
  for (let at = 0; at < rgba.length; at += 4) rgba.set([...rgb, 255], at);
  return spriteOf(rgba, columns, rows, [0, 0, columns, rows]);
}

for (const [size, sprite] of [
  ['as painted', filled(8, 8, [0, 0, 0])],
  ['halved', halved(filled(16, 16, [0, 0, 0]))],
] as const)
  test(`a black sprite that fills its edges, ${size}, leaves nothing but black and the background, whatever was drawn before`, () => {
    for (let shift = 0; shift < 2; shift += 0.1) {
      const elsewhere = pictureOver(new Uint8Array((width * height * 3) / 2), width, height);
      draw(elsewhere, filled(32, 8, [255, 255, 0]), [0, 0, 64, 16]);
      const picture = pictureOver(new Uint8Array((width * height * 3) / 2).fill(background), width, height);
      draw(picture, sprite, [8 + shift, 4, 28 + shift, 24]);
      assert.ok(picture.y.every((value) => value >= 14 && value <= background));
      // Black has no colour: 128, a little less where rounding takes from both.
      for (const plane of [picture.u, picture.v]) assert.ok(plane.every((value) => value >= background - 3 && value <= 129));
      assert.equal(picture.y[14 * width + 18], 16);
      assert.equal(picture.u[7 * (width / 2) + 9], 128);
    }
  });
