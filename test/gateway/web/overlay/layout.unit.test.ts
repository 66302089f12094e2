import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { contain, type LabelRequest, placeLabels } from '../../../../gateway/web/live/overlay/layout.ts';
import type { Box } from '../../../../schemas/messages.ts';

const picture = { left: 0, top: 0, width: 640, height: 360 };

test('a wide picture has bars above and below, a tall one left and right', () => {
  assert.deepEqual(contain(400, 400, 1280, 720), { left: 0, top: 87.5, width: 400, height: 225 });
  assert.deepEqual(contain(400, 200, 480, 480), { left: 100, top: 0, width: 200, height: 200 });
});

function label(of: string, box: Box, isRequired = false): LabelRequest<string> {
  return { of, box, width: 80, height: 20, isRequired };
}

test('a label stands above its box, below where there is no room above', () => {
  assert.deepEqual(placeLabels([label('a', [100, 100, 180, 160]), label('b', [300, 4, 380, 60])], picture), [
    { of: 'a', left: 100, top: 75 },
    { of: 'b', left: 300, top: 65 },
  ]);
});

test('of labels that would cover one another the less important give way, but required ones stay', () => {
  const box: Box = [100, 100, 180, 160];
  const names = (requests: LabelRequest<string>[]) => placeLabels(requests, picture).map(({ of }) => of);
  assert.deepEqual(names([label('first', box), label('second', box), label('third', box)]), ['first', 'second']);
  assert.deepEqual(names([label('first', box), label('second', box), label('lead', box, true)]), ['first', 'second', 'lead']);
});

test('no label leaves the picture, and none that may give way covers another', () => {
  const boxes = fc.tuple(fc.integer({ min: -50, max: 650 }), fc.integer({ min: -50, max: 370 }), fc.nat(300), fc.nat(300));
  fc.assert(
    fc.property(fc.array(boxes), (all) => {
      const placed = placeLabels(
        all.map(([x, y, width, height], index) => label(String(index), [x, y, x + width, y + height])),
        picture,
      );
      for (const [index, one] of placed.entries()) {
        assert.ok(one.left >= 0 && one.left + 80 <= 640 && one.top >= 0 && one.top + 20 <= 360);
        for (const other of placed.slice(0, index)) assert.ok(Math.abs(one.left - other.left) >= 80 || Math.abs(one.top - other.top) >= 20);
      }
    }),
  );
});
