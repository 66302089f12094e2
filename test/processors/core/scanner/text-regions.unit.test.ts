import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { centreOf, heightOf, widthOf } from '../../../../processors/core/scanner/quadrilateral.ts';
import { textRegions } from '../../../../processors/core/scanner/text-regions.ts';

const width = 200;
const height = 160;

interface Bar {
  readonly x: number;
  readonly y: number;
  readonly length: number;
  readonly thickness: number;
  readonly degrees: number;
  readonly probability: number;
}

const level: Bar = { x: 100, y: 80, length: 80, thickness: 10, degrees: 0, probability: 0.9 };

test('finds a bar at every angle, as long and thick as it is and grown as training shrank it', () => {
  for (let degrees = -89; degrees < 90; degrees++) {
    const [region, ...more] = textRegions(mapOf([{ ...level, degrees }]), width, height);
    assert.equal(more.length, 0);
    const { x, y } = centreOf(region!.cornersPx);
    assert.ok(Math.hypot(x - 100, y - 80) < 1, `at ${degrees}° its middle is at ${x}, ${y}`);
    // 80 x 10 x 1.5 / 180 pixels to each side, and up to two pixels for the steps in the border of a turned bar.
    assert.ok(Math.abs(widthOf(region!.cornersPx) - 93.3) < 3, `at ${degrees}° it is ${widthOf(region!.cornersPx)} px long`);
    assert.ok(Math.abs(heightOf(region!.cornersPx) - 23.3) < 3.5, `at ${degrees}° it is ${heightOf(region!.cornersPx)} px thick`);
  }
});

test('reads a line from left to right, and one that stands upright from top to bottom', () => {
  const [flat] = textRegions(mapOf([{ ...level, degrees: 20 }]), width, height);
  assert.ok(flat!.cornersPx[2] > flat!.cornersPx[0] && flat!.cornersPx[3] > flat!.cornersPx[1]);
  const [upright] = textRegions(mapOf([{ ...level, degrees: 90 }]), width, height);
  assert.ok(upright!.cornersPx[3] > upright!.cornersPx[1] + 80);
});

test('keeps two lines apart that lie close to each other', () => {
  const regions = textRegions(
    mapOf([
      { ...level, y: 60 },
      { ...level, y: 76 },
    ]),
    width,
    height,
  );
  assert.equal(regions.length, 2);
});

test('gives no region for what is hardly text, or a speck', () => {
  assert.deepEqual(textRegions(mapOf([{ ...level, probability: 0.5 }]), width, height), []);
  assert.deepEqual(textRegions(mapOf([{ ...level, length: 2, thickness: 2 }]), width, height), []);
  assert.deepEqual(textRegions(new Float32Array(width * height), width, height), []);
});

test('survives maps of noise, of nothing but text, and of no numbers', () => {
  fc.assert(
    fc.property(fc.array(fc.float({ min: 0, max: 1 }), { minLength: 96, maxLength: 96 }), (values) => {
      for (const { cornersPx, score } of textRegions(Float32Array.from(values), 12, 8))
        assert.ok([...cornersPx, score].every(Number.isFinite));
    }),
  );
  assert.equal(textRegions(new Float32Array(96).fill(1), 12, 8).length, 1);
  assert.equal(textRegions(new Float32Array(96).fill(Number.NaN), 12, 8).length, 0);
});

function mapOf(bars: readonly Bar[]): Float32Array {
  const map = new Float32Array(width * height);
  for (const { x, y, length, thickness, degrees, probability } of bars) {
    const [cosine, sine] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++) {
        const [right, down] = [column + 0.5 - x, row + 0.5 - y];
        const isInside = Math.abs(cosine * right + sine * down) <= length / 2 && Math.abs(cosine * down - sine * right) <= thickness / 2;
        if (isInside) map[row * width + column] = probability;
      }
  }
  return map;
}
