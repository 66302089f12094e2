import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { TopicPartition } from '../../../platform/bus/bus.ts';
import { keyOf } from '../../../platform/bus/deliveries.ts';
import { assignPartitions, type GroupMember } from '../../../platform/bus/kafka-assigner.ts';

const topicNames = ['frames.dashcam', 'frames.cabin', 'alerts'];
const topicCounts = fc
  .tuple(...topicNames.map(() => fc.nat(20)))
  .map((counts) => new Map(counts.map((count, index) => [topicNames[index]!, count])));
const claims = fc.array(fc.record({ topic: fc.constantFrom(...topicNames), partition: fc.nat(24) }), { maxLength: 30 });
const members = fc
  .array(fc.record({ owned: claims, generation: fc.integer({ min: -1, max: 5 }) }), { minLength: 1, maxLength: 6 })
  .map((list): GroupMember[] => list.map((member, index) => ({ id: `member-${index}`, topics: topicNames, ...member })));

function withAssignment(group: readonly GroupMember[], assignment: ReadonlyMap<string, readonly TopicPartition[]>): GroupMember[] {
  return group.map((member) => ({ ...member, owned: assignment.get(member.id) ?? [], generation: 9 }));
}

function spread(counts: readonly number[]): number {
  return Math.max(...counts) - Math.min(...counts);
}

test('gives each partition to exactly one member, and shares each topic and all together evenly, whatever members say they have', () => {
  fc.assert(
    fc.property(topicCounts, members, (topics, group) => {
      const assignment = [...assignPartitions(topics, group).values()];
      const all = assignment.flat().map(keyOf);
      const expected = [...topics].flatMap(([topic, count]) =>
        Array.from({ length: count }, (_, partition) => keyOf({ topic, partition })),
      );
      assert.deepEqual(all.toSorted(), expected.toSorted());
      assert.ok(spread(assignment.map((partitions) => partitions.length)) <= 1);
      for (const topic of topics.keys())
        assert.ok(spread(assignment.map((partitions) => partitions.filter((one) => one.topic === topic).length)) <= 1);
    }),
  );
});

test('leaves everything where it is while nobody comes or goes', () => {
  fc.assert(
    fc.property(topicCounts, members, (topics, group) => {
      const before = assignPartitions(topics, group);
      const after = assignPartitions(topics, withAssignment(group, before).reverse());
      for (const [id, partitions] of before)
        assert.deepEqual(new Set(after.get(id)!.map(keyOf)), new Set(partitions.map(keyOf)), 'also in another order');
    }),
  );
});

test('moves no more partitions of a topic than must move when members come and go', () => {
  fc.assert(
    fc.property(
      fc.nat(40),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 0, max: 5 }),
      fc.integer({ min: 0, max: 3 }),
      (count, size, left, come) => {
        const topics = new Map([['frames', count]]);
        const named = (from: number, to: number): GroupMember[] =>
          Array.from({ length: to - from }, (_, i) => ({ id: `member-${from + i}`, topics: ['frames'], owned: [], generation: -1 }));
        const before = assignPartitions(topics, named(0, size));
        const staying = withAssignment(named(0, size), before).slice(Math.min(left, size - 1));
        const group = [...staying, ...named(size, size + come)];
        const after = assignPartitions(topics, group);
        const kept = staying.reduce((sum, { id }) => {
          const mine = new Set(before.get(id)!.map(keyOf));
          return sum + after.get(id)!.filter((one) => mine.has(keyOf(one))).length;
        }, 0);
        // Of those with most, as many as do not divide evenly may keep one more than the others.
        const [least, more] = [Math.floor(count / group.length), count % group.length];
        const canKeep = staying
          .map(({ id }) => before.get(id)!.length)
          .toSorted((a, b) => b - a)
          .reduce((sum, had, index) => sum + Math.min(had, least + (index < more ? 1 : 0)), 0);
        assert.equal(kept, canKeep);
      },
    ),
  );
});

test('believes the later of two members that say they have the same partition', () => {
  const owned = [{ topic: 'frames', partition: 0 }];
  const group = [
    { id: 'a', topics: ['frames'], owned, generation: 3 },
    { id: 'b', topics: ['frames'], owned, generation: 4 },
    { id: 'c', topics: ['frames'], owned, generation: 2 },
  ];
  for (const order of [group, group.toReversed()]) assert.deepEqual(assignPartitions(new Map([['frames', 1]]), order).get('b'), owned);
});

test('gives a member nothing of topics that it does not want', () => {
  const group = [
    { id: 'a', topics: ['frames', 'alerts'], owned: [], generation: -1 },
    { id: 'b', topics: ['alerts'], owned: [], generation: -1 },
  ];
  const assignment = assignPartitions(
    new Map([
      ['frames', 4],
      ['alerts', 4],
    ]),
    group,
  );
  assert.equal(assignment.get('a')!.filter(({ topic }) => topic === 'frames').length, 4);
  assert.ok(assignment.get('b')!.every(({ topic }) => topic === 'alerts'));
});
