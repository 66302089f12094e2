import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ColourPlanes, findEnds } from '../../../../processors/core/signs/end-search.ts';
import { findRings } from '../../../../processors/core/signs/ring-search.ts';
import type { Plane } from '../../../../processors/core/signs/runs.ts';
import type { Box } from '../../../../schemas/messages.ts';

const [width, height] = [160, 90];

function plane(valueAt: (x: number, y: number) => number): Plane {
  return {
    values: Uint8Array.from({ length: width * height }, (_, index) => valueAt(index % width, Math.floor(index / width))),
    width,
    height,
  };
}

/** Red difference of a ring, or of something else, around (50, 40). */
function ringAt(radius: number, { inside = 128, ring = 180, from = 0.78 } = {}): Plane {
  return plane((x, y) => {
    const away = Math.hypot(x - 50, y - 40) / radius;
    return away > 1 ? 128 : away > from ? ring : inside;
  });
}

test('finds a red ring where it is', () => {
  for (const radius of [5, 8, 14, 30]) {
    const rings = findRings(ringAt(radius));
    assert.equal(rings.length, 1, `radius ${radius}`);
    for (const [index, edge] of [50 - radius, 40 - radius, 50 + radius, 40 + radius].entries())
      assert.ok(Math.abs(rings[0]!.box[index]! - edge) <= 1.5, `radius ${radius}: ${rings[0]!.box}`);
  }
});

test('takes no red that is full, faint, small or long for a ring', () => {
  const table: [string, Plane][] = [
    ['a full disc', ringAt(12, { inside: 180 })],
    ['a faint one', ringAt(12, { ring: 136 })],
    ['a small one', ringAt(3)],
    ['a bar', plane((x, y) => (y > 30 && y < 34 && x > 20 && x < 90 ? 190 : 128))],
    ['half of one', plane((x, y) => (y < 40 && Math.abs(Math.hypot(x - 50, y - 40) - 12) < 2 ? 190 : 128))],
    ['nothing', plane(() => 128)],
  ];
  for (const [what, red] of table) assert.deepEqual(findRings(red), [], what);
});

/** A white disc around (60, 40) with a bar across it, on a pole. @param behind Luma of what it stands before. */
function disc(bar: 'up' | 'down' | 'none', colour = 128, behind: (y: number) => number = () => 80): ColourPlanes {
  const radius = 12;
  const grey = plane(() => 128);
  const luma = plane((x, y) => {
    const [across, down] = [x - 60, y - 40];
    if (Math.hypot(across, down) > radius) return Math.abs(across) < 1.5 && down > 0 ? 140 : behind(y);
    const fromBar = bar === 'up' ? Math.abs(across + down) : bar === 'down' ? Math.abs(across - down) : Infinity;
    return fromBar < 3 ? 130 : 225;
  });
  return { luma, blue: grey, red: plane(() => colour) };
}

test('finds the end of a limit by its bar, and takes no other disc for one', () => {
  const [end] = findEnds(disc('up'));
  assert.ok(end, 'the end of a limit was not found');
  for (const [index, edge] of [48, 28, 72, 52].entries()) assert.ok(Math.abs(end.box[index]! - edge) <= 2, `${end.box}`);
  assert.deepEqual(findEnds(disc('none')), [], 'a white disc');
  assert.deepEqual(findEnds(disc('down')), [], 'a bar the other way');
  assert.deepEqual(findEnds(disc('up', 160)), [], 'a red one');
});

test('finds the end of a limit before a pale sky by its bar', () => {
  const sky = () => 210;
  const [end] = findEnds(disc('up', 128, sky));
  assert.ok(end, 'the end of a limit was not found');
  for (const [index, edge] of [48, 28, 72, 52].entries()) assert.ok(Math.abs(end.box[index]! - edge) <= 3, `${end.box}`);
  assert.deepEqual(findEnds(disc('none', 128, sky)), [], 'a white disc');
  assert.deepEqual(findEnds(disc('down', 128, sky)), [], 'a bar the other way');
});

test('before what is half sky and half trees finds the end of a limit again where it is expected, and only if it is there', () => {
  const half = (y: number) => (y < 40 ? 210 : 80);
  const expected: Box[] = [[47, 29, 69, 51]];
  assert.deepEqual(findEnds(disc('up', 128, half)), []);
  const [end] = findEnds(disc('up', 128, half), expected);
  assert.ok(end, 'the end of a limit was not found again');
  for (const [index, edge] of [48, 28, 72, 52].entries()) assert.ok(Math.abs(end.box[index]! - edge) <= 4, `${end.box}`);
  assert.deepEqual(findEnds(disc('none', 128, half), expected), [], 'a white disc');
  assert.deepEqual(findEnds(disc('up', 128, half), [[110, 29, 132, 51]]), [], 'expected elsewhere');
});
