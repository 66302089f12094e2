import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { GroupCache } from '../../gateway/live/group-cache.ts';
import { accessUnit } from '../support/access-unit.ts';

function watched(maximumBytes?: number): { cache: GroupCache; passed: number[]; group: () => number[] } {
  const cache = new GroupCache(maximumBytes);
  const passed: number[] = [];
  cache.subscribe((unit) => passed.push(unit.sequence));
  return { cache, passed, group: () => cache.group.map(({ sequence }) => sequence) };
}

test('nothing passes before the first keyframe, then everything does', () => {
  const { cache, passed, group } = watched();
  for (const [sequence, isKeyframe] of [
    [7, false],
    [8, true],
    [9, false],
    [10, false],
  ] as const)
    cache.push(accessUnit(sequence, { isKeyframe }));
  assert.deepEqual(passed, [8, 9, 10]);
  assert.deepEqual(group(), [8, 9, 10]);
});

test('a keyframe begins a new group', () => {
  const { cache, group } = watched();
  for (const sequence of [0, 1, 2, 3, 4]) cache.push(accessUnit(sequence, { isKeyframe: sequence % 3 === 0 }));
  assert.deepEqual(group(), [3, 4]);
  assert.equal(cache.keyframe?.sequence, 3);
});

test('after a gap nothing passes until a keyframe, since it could not be decoded', () => {
  const { cache, passed, group } = watched();
  for (const sequence of [0, 1, 3, 4]) cache.push(accessUnit(sequence, { isKeyframe: sequence === 0 }));
  assert.deepEqual(passed, [0, 1]);
  assert.deepEqual(group(), []);
  for (const sequence of [5, 6]) cache.push(accessUnit(sequence, { isKeyframe: sequence === 5 }));
  assert.deepEqual(passed, [0, 1, 5, 6]);
});

test('a new connection of the camera begins with its keyframe', () => {
  const { cache, passed } = watched();
  cache.push(accessUnit(0, { isKeyframe: true }));
  for (const sequence of [0, 1, 2]) cache.push(accessUnit(sequence, { epoch: 2, isKeyframe: sequence === 1 }));
  assert.deepEqual(passed, [0, 1, 2]);
  assert.equal(cache.keyframe?.epoch, 2);
});

test('what the bus delivers twice passes once', () => {
  const { cache, passed } = watched();
  for (const sequence of [0, 1, 0, 1, 2]) cache.push(accessUnit(sequence, { isKeyframe: sequence === 0 }));
  assert.deepEqual(passed, [0, 1, 2]);
});

test('a group longer than the bound is let go, while its pictures still pass', () => {
  const { cache, passed, group } = watched(100);
  for (const sequence of [0, 1, 2, 3]) cache.push(accessUnit(sequence, { isKeyframe: sequence === 0, payload: Buffer.alloc(40) }));
  assert.deepEqual(group(), []);
  assert.deepEqual(passed, [0, 1, 2, 3]);
  assert.equal(cache.keyframe?.sequence, 0, 'the codec stays known');
});

test('whatever comes, a group begins with a keyframe, has no gap and stays within the bound', () => {
  const step = fc.record({
    jump: fc.integer({ min: 0, max: 2 }),
    isKeyframe: fc.boolean(),
    newEpoch: fc.boolean(),
    bytes: fc.integer({ min: 1, max: 60 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { cache } = watched(200);
      let [epoch, sequence] = [1, 0];
      for (const { jump, isKeyframe, newEpoch, bytes } of steps) {
        epoch += newEpoch ? 1 : 0;
        sequence = newEpoch ? 0 : sequence + jump;
        cache.push(accessUnit(sequence, { epoch, isKeyframe, payload: Buffer.alloc(bytes) }));
        const [first, ...rest] = cache.group;
        assert.ok(first === undefined || first.isKeyframe);
        rest.forEach((unit, index) => {
          assert.ok(!unit.isKeyframe && unit.epoch === first!.epoch && unit.sequence === first!.sequence + index + 1);
        });
        assert.ok(cache.group.reduce((sum, { payload }) => sum + payload.length, 0) <= 200);
      }
    }),
  );
});
