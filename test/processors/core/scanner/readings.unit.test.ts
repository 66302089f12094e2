import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Quadrilateral } from '../../../../processors/core/scanner/quadrilateral.ts';
import {
  nothingRead,
  type ReadingFrame,
  type ReadingsState,
  stepReadings,
  type TextLine,
} from '../../../../processors/core/scanner/readings.ts';
import { comparable, similarityOf } from '../../../../processors/core/scanner/similarity.ts';
import type { Reading } from '../../../../schemas/messages.ts';

test('makes one reading of a text that moves through the picture, with its first and last moment', () => {
  const seen = watch([[line('Exit 14', 300, 600)], [line('Exit 14', 300, 550)], [line('Exit 14', 300, 500)]]);
  const last = seen.at(-1)![0]!;
  assert.deepEqual(new Set(seen.flat().map(({ readingId }) => readingId)).size, 1);
  assert.equal(last.firstSeenAtUs, 0);
  assert.equal(last.lastSeenAtUs, 2e6);
  assert.deepEqual(last.cornersPx, line('Exit 14', 300, 500).cornersPx);
});

test('takes the form that was read most often, and its best confidence', () => {
  const seen = watch([
    [line('8465 KTI', 300, 300, 0.95)],
    [line('8465 KTT', 300, 300, 0.8)],
    [line('8465 KTT', 300, 300, 0.9)],
    [line('8465 KTT', 300, 300, 0.7)],
  ]);
  const { text, confidence, isPlate } = seen.at(-1)![0]!;
  assert.deepEqual({ text, confidence, isPlate }, { text: '8465 KTT', confidence: 0.9, isPlate: true });
});

test('keeps two plates apart that differ by one character and stand below each other while both move', () => {
  const seen = watch([
    [line('AB 123', 300, 500), line('AB 124', 300, 560)],
    [line('AB 123', 300, 450), line('AB 124', 300, 510)],
    // The upper one is misread just now.
    [line('AB 12B', 300, 400), line('AB 124', 300, 460)],
  ]);
  assert.deepEqual(
    seen.at(-1)!.map(({ text }) => text),
    ['AB 123', 'AB 124'],
  );
  assert.equal(new Set(seen.flat().map(({ readingId }) => readingId)).size, 2);
});

test('takes the same text at two places for two readings, and again for another when it comes back later', () => {
  const together = watch([[line('TAXI', 200, 300), line('TAXI', 900, 300)]]);
  assert.equal(new Set(together[0]!.map(({ readingId }) => readingId)).size, 2);
  const apart = watch([[line('TAXI', 200, 300)], [], [], [], [], [], [], [line('TAXI', 200, 300)]]);
  assert.notEqual(apart[0]![0]!.readingId, apart.at(-1)![0]!.readingId);
});

test('tells nothing of what the border cuts, and of what comes in over it only when it is all there', () => {
  const seen = watch([[line('9', 300, 712)], [line('7-19', 300, 700)], [line('Open 7-19', 300, 640)]]);
  assert.deepEqual(
    seen.map((readings) => readings.map(({ text }) => text)),
    [[], [], ['Open 7-19']],
  );
});

test('reads what stands at the border of the picture for good', () => {
  const seen = watch([[line('CAM 3', 1240, 22)], [line('CAM 3', 1240, 22)]]);
  assert.deepEqual(
    seen.map((readings) => readings.length),
    [0, 1],
  );
});

test('leaves out what nobody can read', () => {
  assert.deepEqual(watch([[line('gjkl', 300, 300, 0.4), line('', 500, 300, 0)]]), [[]]);
});

test('goes on from its state after a way through JSON, with the same ids', () => {
  const first = stepReadings(nothingRead, frame(0), [line('Gate 27', 300, 300)]);
  const restored = JSON.parse(JSON.stringify(first.state)) as ReadingsState;
  const second = stepReadings(restored, frame(1), [line('Gate 27', 300, 260)]);
  assert.equal(second.readings[0]!.readingId, first.readings[0]!.readingId);
});

test('gives each line of a frame one reading, and each reading one line', () => {
  const anyLine = fc.tuple(
    fc.constantFrom('AB 123', 'AB 124', 'TAXI', 'Exit'),
    fc.integer({ min: 100, max: 1100 }),
    fc.integer({ min: 60, max: 660 }),
  );
  fc.assert(
    fc.property(fc.array(fc.array(anyLine, { maxLength: 6 }), { maxLength: 6 }), (frames) => {
      for (const [index, readings] of watch(frames.map((lines) => lines.map(([text, x, y]) => line(text, x, y)))).entries()) {
        assert.equal(readings.length, frames[index]!.length);
        assert.equal(new Set(readings.map(({ readingId }) => readingId)).size, readings.length);
      }
    }),
  );
});

test('finds texts the more alike the fewer characters differ', () => {
  assert.equal(similarityOf(comparable('Gate 27'), comparable('GATE27')), 1);
  assert.equal(similarityOf('ab123', 'ab124'), 0.8);
  assert.equal(similarityOf('abc', 'xyz'), 0);
  assert.equal(similarityOf('', ''), 1);
});

/** One frame a second. */
function watch(frames: readonly (readonly TextLine[])[]): Reading[][] {
  let state = nothingRead;
  return frames.map((lines, second) => {
    const step = stepReadings(state, frame(second), lines);
    state = step.state;
    return step.readings;
  });
}

function frame(second: number): ReadingFrame {
  return { streamId: 'gate', epoch: 1, sequence: second * 30, capturedAtUs: second * 1e6, width: 1280, height: 720 };
}

/** 20 pixels high and as wide as its text, around its middle. */
function line(text: string, x: number, y: number, confidence = 0.9): TextLine {
  const [halfWidth, halfHeight] = [6 * text.length, 10];
  const cornersPx: Quadrilateral = [
    x - halfWidth,
    y - halfHeight,
    x + halfWidth,
    y - halfHeight,
    x + halfWidth,
    y + halfHeight,
    x - halfWidth,
    y + halfHeight,
  ];
  return { text, confidence, cornersPx };
}
