import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StoredPerceptions } from '../../../processors/replay/stored-perceptions.ts';
import { perception } from '../sinks/messages.ts';

/** Who wrote it shows in the model set. */
function stored(
  frames: readonly (readonly [epoch: number, sequence: number, owner: string])[],
  takeOvers?: Set<string>,
): StoredPerceptions {
  const perceptions = new StoredPerceptions(takeOvers);
  for (const [epoch, sequence, modelSet] of frames) perceptions.add({ ...perception('front', 0), epoch, sequence, modelSet });
  return perceptions;
}

const owners = (perceptions: StoredPerceptions, epoch: number, sequences: readonly number[]) =>
  sequences.map((sequence) => perceptions.of({ epoch, sequence })?.modelSet ?? '-').join('');

test('what a new owner judges again replaces all that lay after it', () => {
  const perceptions = stored([...run(1, [0, 2, 4, 6, 8], 'a'), ...run(1, [4, 7, 10], 'b')]);
  assert.equal(owners(perceptions, 1, [0, 2, 4, 6, 7, 8, 10]), 'aab-b-b');
});

test('also across the end of a connection', () => {
  const perceptions = stored([...run(1, [0, 40], 'a'), ...run(2, [0, 1], 'a'), ...run(1, [20, 41], 'b'), ...run(2, [1], 'b')]);
  assert.equal(owners(perceptions, 1, [0, 20, 40, 41]), 'ab-b');
  assert.equal(owners(perceptions, 2, [0, 1]), '-b');
});

test('and back to before the first one that is there', () => {
  const perceptions = stored([...run(1, [0], 'a'), ...run(2, [25, 26], 'a'), ...run(2, [3, 27], 'b')]);
  assert.equal(owners(perceptions, 1, [0]), 'a');
  assert.equal(owners(perceptions, 2, [3, 25, 26, 27]), 'b--b');
});

test('who goes back by a few frames only is known by the take-over', () => {
  const perceptions = stored([...run(1, [0, 2, 4, 6], 'a'), ...run(1, [3, 7], 'b')], new Set(['1/3']));
  assert.equal(owners(perceptions, 1, [0, 2, 3, 4, 6, 7]), 'aab--b');
});

test('pictures shown in another order than they were sent in stay side by side', () => {
  const perceptions = stored(run(1, [0, 3, 1, 2, 6, 4, 5], 'a'));
  assert.equal(perceptions.size, 7);
});

test('a new connection goes back to nothing, also one whose host’s clock is behind', () => {
  const perceptions = stored([...run(5, [0, 1], 'a'), ...run(4, [0, 1], 'a')]);
  assert.equal(perceptions.size, 4);
});

function run(epoch: number, sequences: readonly number[], owner: string): [number, number, string][] {
  return sequences.map((sequence) => [epoch, sequence, owner]);
}
