import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { emptyTracker, stepTracker } from '../../processors/core/byte-track.ts';
import type { Box } from '../../schemas/messages.ts';

type Recorded = readonly [score: number, x1: number, y1: number, x2: number, y2: number, referenceId: number | null];
interface Golden {
  readonly reference: string;
  readonly framesPerSecond: number;
  readonly frames: readonly (readonly Recorded[])[];
}
const golden = JSON.parse(readFileSync(path.join(import.meta.dirname, 'golden/byte-track.json'), 'utf8')) as Golden;

/** Which track each recorded box was given by us and by the reference; null where it was given none. */
function trackRecorded(): { readonly ours: number | null; readonly reference: number | null }[] {
  let state = emptyTracker;
  return golden.frames.flatMap((recorded) => {
    const detections = recorded.map(([score, ...box]) => ({ class: 'car', score, boxPx: box.slice(0, 4) as unknown as Box }));
    state = stepTracker(state, detections, 1 / golden.framesPerSecond, 0);
    return recorded.map(([, , , , , reference], index) => {
      const track = state.tracks.find(({ state: is, seenPx }) => is === 'confirmed' && seenPx === detections[index]!.boxPx);
      return { ours: track?.trackId ?? null, reference };
    });
  });
}

/**
 * Ours differs from the paper on purpose, so that it keeps what a nodding dashcam sees: boxes are buffered before they are compared (small
 * oncoming cars jump by more than their width from frame to frame), a new track needs the high score alone (the reference asks for 0.1
 * more), and sizes and classes must fit. So it follows more boxes; those that both follow must be told apart in the same way.
 */
describe(`the tracker beside a reference (${golden.reference})`, () => {
  const boxes = trackRecorded();
  const both = boxes.filter(({ ours, reference }) => ours !== null && reference !== null);

  test('gives the same identities to all boxes that both follow', () => {
    const theirs = new Map<number, Set<number>>();
    const own = new Map<number, Set<number>>();
    for (const { ours, reference } of both) {
      theirs.set(ours!, (theirs.get(ours!) ?? new Set()).add(reference!));
      own.set(reference!, (own.get(reference!) ?? new Set()).add(ours!));
    }
    assert.ok(both.length > 1000 && own.size > 10, `${both.length} boxes of ${own.size} identities`);
    for (const [id, ids] of theirs) assert.equal(ids.size, 1, `our track ${id} is the reference's ${[...ids]}`);
    for (const [id, ids] of own) assert.equal(ids.size, 1, `the reference's track ${id} is our ${[...ids]}`);
  });

  test('follows what the reference follows, but for a box in five hundred', () => {
    const lost = boxes.filter(({ ours, reference }) => ours === null && reference !== null).length;
    assert.ok(lost <= both.length / 500, `${lost} of ${both.length} are lost`);
  });
});
