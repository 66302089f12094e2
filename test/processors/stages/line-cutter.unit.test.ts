import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineHeight } from '../../../models/text.ts';
import type { Quadrilateral } from '../../../processors/core/scanner/quadrilateral.ts';
import { cutLine, turnedLine } from '../../../processors/stages/line-cutter.ts';

const width = 64;
const height = 48;

/** Red grows to the right, green grows downwards. */
const picture = { rgb: Uint8Array.from({ length: width * height * 3 }, gradient), width, height };

test('cuts a level line out at the same place, whatever its size', () => {
  const line = cutLine(picture, [8, 6, 56, 6, 56, 18, 8, 18]);
  assert.equal(line.width, 192);
  // The middle of the line is the picture's at 32, 12.
  const at = ((lineHeight / 2) * line.width + line.width / 2) * 3;
  assert.ok(Math.abs(line.rgb[at]! - 32 * 3) <= 3 && Math.abs(line.rgb[at + 1]! - 12 * 3) <= 3);
});

test('turns an upright line level', () => {
  const upright: Quadrilateral = [40, 4, 40, 44, 30, 44, 30, 4];
  const { rgb, width: columns } = cutLine(picture, upright);
  const row = (lineHeight / 2) * columns * 3;
  const greens = [0.1, 0.5, 0.9].map((part) => rgb[row + Math.floor(part * columns) * 3 + 1]!);
  assert.ok(greens[0]! < greens[1]! && greens[1]! < greens[2]!, `green along the line: ${greens}`);
});

test('continues the border of the picture where a line leaves it', () => {
  const { rgb } = cutLine(picture, [-20, -10, 10, -10, 10, 0, -20, 0]);
  assert.deepEqual([...rgb.subarray(0, 3)], [0, 0, 7]);
});

test('turns a line on its head, and back', () => {
  const line = cutLine(picture, [8, 6, 56, 6, 56, 18, 8, 18]);
  const turned = turnedLine(line);
  assert.deepEqual(turned.rgb.subarray(0, 3), line.rgb.subarray(-3));
  assert.deepEqual(turnedLine(turned), line);
});

function gradient(_: unknown, index: number): number {
  const pixel = Math.floor(index / 3);
  return [3 * (pixel % width), 3 * Math.floor(pixel / width), 7][index % 3]!;
}
