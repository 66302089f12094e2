import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readBestPath } from '../../../../processors/core/scanner/ctc.ts';

const characters = ['', 'A', 'B', '1', '\u3000', ' '];

/** What a recogniser says of one step: `.` stands for no character, `_` and `=` for blanks. */
interface Step {
  readonly is: string;
  readonly probability: number;
  readonly other: string;
  readonly otherProbability: number;
  readonly blank: number;
}

test('reads repeats as one character, and those with none between them as two', () => {
  assert.equal(read(path('AA.A11B')).text, 'AA1B');
});

test('is as sure as its characters are on the average, whatever is between them', () => {
  const { text, confidence } = read([...path('A', 0.9), ...path('._', 0.6), ...path('B', 0.5)]);
  assert.equal(text, 'A B');
  assert.ok(Math.abs(confidence - 0.7) < 1e-6);
});

test('reads nothing where nothing is, and no blank at the ends', () => {
  assert.deepEqual(read(path('...')), { text: '', confidence: 0, doubts: [] });
  assert.equal(read(path('_A_B_')).text, 'A B');
});

test('reads all kinds of white space, and several in a row, as one blank', () => {
  assert.equal(read(path('A=_.=B')).text, 'A B');
});

test('reads a blank that no single step is sure of, and none where hardly anything speaks for it', () => {
  const gap = (blank: number): Step => ({ ...path('.')[0]!, blank });
  assert.equal(read([...path('A'), gap(0.1), gap(0.1), ...path('B')]).text, 'A B');
  assert.equal(read([...path('A'), gap(0.01), gap(0.01), ...path('B')]).text, 'AB');
});

test('tells what a character may be instead, where that is likely enough', () => {
  const [sure, unsure] = [0.01, 0.06].map((otherProbability) => ({ ...path('B')[0]!, other: '1', otherProbability }));
  const { text, doubts } = read([sure!, ...path('_'), unsure!, ...path('A')]);
  assert.equal(text, 'B BA');
  assert.deepEqual(doubts, [{ index: 2, other: '1' }]);
});

function path(signs: string, probability = 0.8): Step[] {
  return [...signs].map((is) => ({ is, probability, other: '.', otherProbability: 0, blank: '_='.includes(is) ? probability : 0 }));
}

function read(steps: readonly Step[]): ReturnType<typeof readBestPath> {
  const classOf = (sign: string) => ({ '.': 0, '=': 4, _: 5 })[sign] ?? characters.indexOf(sign);
  return readBestPath(
    {
      classes: Float32Array.from(steps.flatMap(({ is, other }) => [classOf(is), classOf(other)])),
      probabilities: Float32Array.from(steps.flatMap(({ probability, otherProbability }) => [probability, otherProbability])),
      blanks: Float32Array.from(steps.map(({ blank }) => blank)),
    },
    characters,
  );
}
