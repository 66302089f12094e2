import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeFaces } from '../../models/face-anchors.ts';

/** Outputs in which some anchors see a box, given in pixels from the anchor; the first anchors lie at 4, 4. */
function outputs(seen: readonly { readonly anchor: number; readonly odds: number; readonly box: readonly number[] }[]) {
  const boxes = new Float32Array(896 * 16);
  const scores = new Float32Array(896).fill(-100);
  for (const { anchor, odds, box } of seen) {
    scores[anchor] = odds;
    boxes.set(box, 16 * anchor);
  }
  return [boxes, scores] as const;
}

test('reads a box and keypoints from the middle of their cell', () => {
  // The second grid begins at 512, its cells are 16 pixels wide and hold six: this is the second cell of the second row.
  const [boxes, scores] = outputs([{ anchor: 512 + 6 * 9, odds: 0, box: [8, -8, 32, 16, 1, 2] }]);
  const [face, ...others] = decodeFaces(boxes, scores);
  assert.equal(others.length, 0);
  assert.equal(face!.score, 0.5);
  assert.deepEqual(
    face!.boxNormalized.map((edge) => edge * 128),
    [16, 8, 48, 24],
  );
  assert.deepEqual(
    face!.keypoints[0]!.map((coordinate) => coordinate * 128),
    [25, 26],
  );
});

test('takes boxes of one face for their mean, weighted by their scores, and keeps the best score', () => {
  // Odds of 3 to 1 are a score of 0.75; the weights are 2 to 3.
  const [boxes, scores] = outputs([
    { anchor: 0, odds: 0, box: [10, 10, 20, 20] },
    { anchor: 1, odds: Math.log(3), box: [15, 10, 20, 20] },
  ]);
  const [face, ...others] = decodeFaces(boxes, scores);
  assert.equal(others.length, 0);
  assert.ok(Math.abs(face!.score - 0.75) < 1e-6);
  assert.deepEqual(
    face!.boxNormalized.map((edge) => Math.round(edge * 128 * 1000) / 1000),
    [7, 4, 27, 24],
  );
});

test('tells apart faces that hardly overlap, the best first', () => {
  const [boxes, scores] = outputs([
    { anchor: 0, odds: 1, box: [10, 10, 20, 20] },
    { anchor: 1, odds: 2, box: [26, 10, 20, 20] },
    { anchor: 2, odds: -0.1, box: [60, 60, 20, 20] },
  ]);
  const faces = decodeFaces(boxes, scores);
  assert.deepEqual(
    faces.map(({ boxNormalized: [left] }) => Math.round(left * 128)),
    [20, 4],
  );
});

test('a score that is no number, or a box without size, gives no face that is no number', () => {
  const [boxes, scores] = outputs([
    { anchor: 0, odds: Number.NaN, box: [10, 10, 20, 20] },
    { anchor: 1, odds: 5, box: [10, 10, 0, 0] },
  ]);
  const faces = decodeFaces(boxes, scores);
  assert.equal(faces.length, 1);
  assert.ok(faces[0]!.boxNormalized.every(Number.isFinite));
});
