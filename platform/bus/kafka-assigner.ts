import { type Assigner, AssignerProtocol, type PartitionAssigner } from 'kafkajs';
import type { TopicPartition } from './bus.ts';
import { keyOf } from './deliveries.ts';

export interface GroupMember {
  readonly id: string;
  readonly topics: readonly string[];
  /** What it has now, as it says. */
  readonly owned: readonly TopicPartition[];
  /** The generation of the group in which it was given that: of two that say they have a partition, the later one is believed. */
  readonly generation: number;
}

/**
 * Shares partitions among the members of a group: of each topic, and of all topics together, no member has two more than another
 * (as far as they want the same topics), and as few as possible change hands.
 * @param topics How many partitions each topic has.
 * @returns Of each member, what it gets.
 */
export function assignPartitions(
  topics: ReadonlyMap<string, number>,
  members: readonly GroupMember[],
): ReadonlyMap<string, readonly TopicPartition[]> {
  const assignment = new Map<string, TopicPartition[]>(members.map(({ id }) => [id, []]));
  const owners = ownersOf(members);
  for (const [topic, count] of [...topics].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const takers = members.filter((member) => member.topics.includes(topic)).map(({ id }) => id);
    if (takers.length === 0) continue;
    const ownerOf = (partition: number) => takers.find((id) => id === owners.get(keyOf({ topic, partition })));
    const partitions = Array.from({ length: count }, (_, partition) => partition);
    const ownedBy = (id: string) => partitions.filter((partition) => ownerOf(partition) === id).length;
    // Who has least of the other topics gets one of what does not divide; then who would have to give one away.
    const order = takers
      .map((id) => ({ id, total: assignment.get(id)!.length, owned: ownedBy(id) }))
      .sort((a, b) => a.total - b.total || b.owned - a.owned || (a.id < b.id ? -1 : 1));
    const room = new Map(order.map(({ id }, index) => [id, Math.floor(count / takers.length) + (index < count % takers.length ? 1 : 0)]));
    const give = (id: string, partition: number) => {
      assignment.get(id)!.push({ topic, partition });
      room.set(id, room.get(id)! - 1);
    };
    const free = partitions.filter((partition) => {
      const owner = ownerOf(partition);
      if (owner === undefined || room.get(owner) === 0) return true;
      give(owner, partition);
      return false;
    });
    for (const partition of free) give(order.find(({ id }) => room.get(id)! > 0)!.id, partition);
  }
  return assignment;
}

function ownersOf(members: readonly GroupMember[]): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  const inOrder = members.toSorted((a, b) => a.generation - b.generation || (a.id < b.id ? 1 : -1));
  for (const { id, owned } of inOrder) for (const topicPartition of owned) owners.set(keyOf(topicPartition), id);
  return owners;
}

export interface Claim {
  readonly owned: readonly TopicPartition[];
  readonly generation: number;
}

/**
 * The sticky assigner in the form that kafkajs asks for.
 * @param claim What this member has; asked for once before each time it joins.
 * @param only Without a group: nothing but these partitions.
 */
export function stickyAssigner(claim: () => Claim, only?: readonly number[]): PartitionAssigner {
  const { MemberMetadata, MemberAssignment } = AssignerProtocol;
  const version = 1;
  return ({ cluster }): Assigner => ({
    name: 'roadstream-sticky',
    version,
    protocol: ({ topics }) => ({
      name: 'roadstream-sticky',
      metadata: MemberMetadata.encode({ version, topics, userData: encodeClaim(claim()) }),
    }),
    assign: async ({ members, topics }) => {
      const wanted = members.map(({ memberId, memberMetadata }) => {
        const metadata = MemberMetadata.decode(memberMetadata);
        return { id: memberId, topics: metadata?.topics ?? topics, ...decodeClaim(metadata?.userData) };
      });
      const counts = new Map(topics.map((topic) => [topic, cluster.findTopicPartitionMetadata(topic).length]));
      return [...assignPartitions(counts, wanted)].map(([memberId, partitions]) => ({
        memberId,
        memberAssignment: MemberAssignment.encode({
          version,
          assignment: byTopic(only ? partitions.filter(({ partition }) => only.includes(partition)) : partitions),
          userData: Buffer.alloc(0),
        }),
      }));
    },
  });
}

function byTopic(partitions: readonly TopicPartition[]): Record<string, number[]> {
  const grouped: Record<string, number[]> = {};
  for (const { topic, partition } of partitions) {
    grouped[topic] ??= [];
    grouped[topic].push(partition);
  }
  return grouped;
}

function encodeClaim({ owned, generation }: Claim): Buffer {
  return Buffer.from(JSON.stringify({ generation, owned: byTopic(owned) }));
}

/** Nothing, of a member that speaks otherwise: it may be of another version. */
function decodeClaim(userData: Buffer | null | undefined): Claim {
  try {
    const { generation, owned } = JSON.parse(String(userData)) as { generation: number; owned: Record<string, number[]> };
    return {
      generation,
      owned: Object.entries(owned).flatMap(([topic, partitions]) => partitions.map((partition) => ({ topic, partition }))),
    };
  } catch {
    return { generation: -1, owned: [] };
  }
}
