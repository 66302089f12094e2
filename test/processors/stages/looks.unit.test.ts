import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Detection } from '../../../models/detector.ts';
import { farWindow, mergeLooks } from '../../../processors/stages/looks.ts';
import type { Box } from '../../../schemas/messages.ts';

const car = (boxPx: Box, score = 0.8, name = 'car'): Detection => ({ class: name, score, boxPx });
const window = { x: 400, y: 252, width: 480, height: 270 };

test('lays the far window around the vanishing point, with more of it below the horizon', () => {
  assert.deepEqual(farWindow(1280, 720, 360), window);
});

test('keeps the far window inside the picture, on even pixels, wherever the horizon is', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 64, max: 4096 }),
      fc.integer({ min: 64, max: 2160 }),
      fc.integer({ min: -3000, max: 3000 }),
      (width, height, horizonPx) => {
        const { x, y, width: windowWidth, height: windowHeight } = farWindow(width, height, horizonPx);
        for (const value of [x, y, windowWidth, windowHeight]) assert.equal(value % 2, 0);
        assert.ok(x >= 0 && y >= 0 && x + windowWidth <= width && y + windowHeight <= height);
      },
    ),
  );
});

test('gives one box for a car that both looks see, and it is the far look’s', () => {
  const far = car([600, 340, 640, 372]);
  assert.deepEqual(mergeLooks([car([596, 338, 645, 374], 0.5)], [far], window), [far]);
});

test('takes the whole look’s box for a car that the far window cuts', () => {
  const whole = car([380, 350, 520, 450]);
  const cut = car([400, 350, 520, 450]);
  assert.deepEqual(mergeLooks([whole], [cut], window), [whole]);
});

test('takes two vehicle classes on one car for one thing', () => {
  const far = car([600, 340, 640, 372], 0.6, 'truck');
  assert.deepEqual(mergeLooks([car([600, 340, 640, 372])], [far], window), [far]);
});

test('keeps a rider and the motorcycle below', () => {
  const rider = car([600, 320, 630, 372], 0.7, 'person');
  const motorcycle = car([600, 345, 630, 380], 0.7, 'motorcycle');
  assert.equal(mergeLooks([motorcycle], [rider], window).length, 2);
});

test('keeps a far car that is seen before a near truck', () => {
  const truck = car([500, 260, 800, 500], 0.9, 'truck');
  const far = car([620, 350, 650, 374]);
  assert.deepEqual(mergeLooks([truck], [far], window), [far, truck]);
});

test('drops a part of a car that the whole look takes for a car of its own', () => {
  const far = car([560, 320, 700, 420]);
  assert.deepEqual(mergeLooks([car([570, 330, 640, 410], 0.3)], [far], window), [far]);
});
