import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Detection } from '../../models/detector.ts';
import { suppress } from '../../models/suppression.ts';
import { intersectionOverUnion as iou } from '../../schemas/box.ts';

const at = (name: string, score: number, left: number): Detection => ({ class: name, score, boxPx: [left, 0, left + 100, 100] });

test('keeps the better of two boxes of one class on one thing', () => {
  assert.deepEqual(suppress([at('car', 0.5, 0), at('car', 0.9, 10)]), [at('car', 0.9, 10)]);
});

test('takes car, truck and bus on one place for one vehicle', () => {
  assert.deepEqual(suppress([at('truck', 0.4, 5), at('car', 0.7, 0), at('bus', 0.3, 0)]), [at('car', 0.7, 0)]);
});

test('leaves a rider on the motorcycle, and a person before a car', () => {
  for (const [one, other] of [['person', 'motorcycle'] as const, ['person', 'car'] as const]) {
    assert.equal(suppress([at(one, 0.6, 0), at(other, 0.5, 0)]).length, 2);
  }
});

test('keeps two cars of a queue that overlap by a third', () => {
  assert.equal(suppress([at('car', 0.6, 0), at('car', 0.5, 50)]).length, 2);
});

const detections = fc.array(
  fc.record({
    class: fc.constantFrom('car', 'truck', 'person'),
    score: fc.double({ min: 0.1, max: 1, noNaN: true }),
    boxPx: fc
      .tuple(fc.nat(300), fc.nat(300), fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 100 }))
      .map(([x, y, width, height]) => [x, y, x + width, y + height] as const),
  }),
  { maxLength: 30 },
);

test('what has been suppressed once stays as it is', () => {
  fc.assert(fc.property(detections, (found) => assert.deepEqual(suppress(suppress(found)), suppress(found))));
});

test('the overlap of two boxes is the same from both sides, and that of a box with itself is whole', () => {
  fc.assert(
    fc.property(detections, (found) => {
      for (const a of found) {
        assert.equal(iou(a.boxPx, a.boxPx), 1);
        for (const b of found) assert.equal(iou(a.boxPx, b.boxPx), iou(b.boxPx, a.boxPx));
      }
    }),
  );
});
