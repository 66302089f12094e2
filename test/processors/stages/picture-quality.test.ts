import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderScenario } from '../../../ingest/simulator/simulate.ts';
import { viewColumns, viewRows } from '../../../processors/core/camera-view.ts';
import { measureQuality, viewOf } from '../../../processors/stages/picture-quality.ts';

const [width, height] = [1280, 720];
const [drawn] = [...renderScenario('quiet-drive', { frames: 1 })];
const sharp = Buffer.from(drawn!.i420.subarray(0, width * height));
const figuresOf = (luma: Buffer, size = { width, height }) => measureQuality({ ...size, planes: [luma], strides: [size.width] });

/** A mean over so many pixels, three times along each row: near to a Gaussian of about that sigma. */
function blurred(luma: Buffer, pixels: number): Buffer {
  let rows = luma;
  for (let pass = 0; pass < 3; pass++) {
    const next = Buffer.alloc(rows.length);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        let sum = 0;
        for (let dx = -pixels; dx <= pixels; dx++) sum += rows[y * width + Math.max(0, Math.min(width - 1, x + dx))]!;
        next[y * width + x] = Math.round(sum / (2 * pixels + 1));
      }
    rows = next;
  }
  return rows;
}

test('a drawn road is sharp, the same one blurred is not', () => {
  assert.ok(figuresOf(sharp).sharpness > 0.1);
  assert.ok(figuresOf(sharp).contrast > 5);
  assert.ok(figuresOf(blurred(sharp, 7)).sharpness < 0.02, String(figuresOf(blurred(sharp, 7)).sharpness));
});

test('a covered, a black and a white picture are told apart', () => {
  const hand = Buffer.from(sharp.map((_, at) => 60 + ((at * 7919) % 2)));
  assert.ok(figuresOf(hand).contrast < 0.7 && figuresOf(hand).deviation < 25);
  assert.equal(figuresOf(Buffer.alloc(width * height, 16)).blackShare, 1);
  assert.equal(figuresOf(Buffer.alloc(width * height, 235)).whiteShare, 1);
});

test('two pictures have the same fingerprint only when they are the same', () => {
  const other = Buffer.from(sharp.map((value) => (value === 100 ? 101 : value)));
  assert.equal(figuresOf(sharp).fingerprint, figuresOf(Buffer.from(sharp)).fingerprint);
  assert.notEqual(figuresOf(sharp).fingerprint, figuresOf(other).fingerprint);
});

test('the smallest pictures give numbers', () => {
  for (const size of [
    { width: 1, height: 1 },
    { width: 2, height: 2 },
    { width: 16, height: 16 },
  ])
    for (const value of Object.values(figuresOf(Buffer.alloc(size.width * size.height, 90), size))) assert.ok(Number.isFinite(value));
});

test('a view is the mean brightness of its cells, whatever the size of the picture', () => {
  for (const size of [
    { width: 1280, height: 720 },
    { width: 641, height: 361 },
    { width: 64, height: 36 },
  ]) {
    const luma = Buffer.from(
      Array.from({ length: size.width * size.height }, (_, at) => Math.floor((200 * (at % size.width)) / size.width)),
    );
    const cells = viewOf({ ...size, planes: [luma], strides: [size.width] });
    assert.equal(cells.length, viewColumns * viewRows);
    for (const [at, cell] of cells.entries()) {
      const expected = (200 * ((at % viewColumns) + 0.5)) / viewColumns;
      assert.ok(Math.abs(cell - expected) < 3, `${cell} in cell ${at} of ${size.width}x${size.height}, ${expected} expected`);
    }
  }
});
