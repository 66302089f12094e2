import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readBestPath } from '../../../../processors/core/scanner/ctc.ts';

const characters = ['', 'A', 'B', '1', ' '];

test('reads repeats as one character, and those with a blank between them as two', () => {
  assert.equal(readBestPath(path('AA.A11B'), characters).text, 'AA1B');
});

test('is as sure as its characters are on the average', () => {
  const sure = path('A', 0.9);
  const unsure = path('B', 0.5);
  const { text, confidence } = readBestPath(Float32Array.from([...sure, ...unsure]), characters);
  assert.equal(text, 'AB');
  assert.ok(Math.abs(confidence - 0.7) < 1e-6);
});

test('reads nothing out of blanks, and no blank space at the ends', () => {
  assert.deepEqual(readBestPath(path('...'), characters), { text: '', confidence: 0 });
  assert.equal(readBestPath(path('_A_B_'), characters).text, 'A B');
});

/** One step a sign: `.` is the blank, `_` a space. */
function path(signs: string, probability = 0.8): Float32Array {
  const steps = [...signs].map((sign) => {
    const best = sign === '.' ? 0 : characters.indexOf(sign === '_' ? ' ' : sign);
    return characters.map((_, index) => (index === best ? probability : (1 - probability) / (characters.length - 1)));
  });
  return Float32Array.from(steps.flat());
}
