import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PerceptionOrder } from '../../gateway/live/perception-order.ts';

interface Case {
  readonly name: string;
  readonly announced?: number;
  /** Epoch and sequence. */
  readonly frames: [number, number][];
  readonly seen: [number, number][];
}

const cases: readonly Case[] = [
  {
    name: 'a processor that took over goes back: only what goes beyond the last one is new',
    frames: [...range(1, 0, 100), ...range(1, 60, 120)],
    seen: range(1, 0, 120),
  },
  {
    name: 'pictures shown in another order than they were sent in are all new, once',
    frames: [
      [1, 0],
      [1, 2],
      [1, 3],
      [1, 1],
      [1, 4],
      [1, 1],
    ],
    seen: [
      [1, 0],
      [1, 2],
      [1, 3],
      [1, 1],
      [1, 4],
    ],
  },
  { name: 'a new connection begins again', frames: [...range(1, 0, 9), ...range(2, 0, 9)], seen: [...range(1, 0, 9), ...range(2, 0, 9)] },
  {
    name: 'a new connection from a host whose clock is behind begins again, too, since the camera’s side says so',
    announced: 4,
    frames: [...range(5, 0, 9), ...range(4, 0, 9), ...range(4, 5, 12)],
    seen: [...range(5, 0, 9), ...range(4, 0, 12)],
  },
  {
    name: 'what comes very late to who has seen nothing else yet is no picture of now',
    announced: 5,
    frames: [...range(1, 3, 4), ...range(5, 7, 9)],
    seen: range(5, 7, 9),
  },
  {
    name: 'of a connection that has ended nothing is new, also what nobody had seen of it',
    frames: [...range(1, 0, 9), ...range(2, 0, 3), ...range(1, 5, 12), ...range(2, 0, 6)],
    seen: [...range(1, 0, 9), ...range(2, 0, 6)],
  },
];

for (const { name, announced = null, frames, seen } of cases)
  test(name, () => {
    const order = new PerceptionOrder();
    assert.deepEqual(
      frames.filter(([epoch, sequence]) => order.isNew({ streamId: 'front', epoch, sequence }, announced)),
      seen,
    );
  });

test('streams do not concern one another', () => {
  const order = new PerceptionOrder();
  assert.ok(order.isNew({ streamId: 'front', epoch: 1, sequence: 7 }, null));
  assert.ok(order.isNew({ streamId: 'rear', epoch: 1, sequence: 7 }, null));
});

function range(epoch: number, from: number, before: number): [number, number][] {
  return Array.from({ length: before - from }, (_, index) => [epoch, from + index]);
}
