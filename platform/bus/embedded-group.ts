import type { TopicDefinition } from '../../schemas/topics.ts';
import type { SubscribeOptions, Subscription, TopicPartition } from './bus.ts';
import { Deliveries, type DeliveryContext } from './deliveries.ts';
import type { PartitionLog } from './partition-log.ts';

export interface TopicLog {
  readonly definition: TopicDefinition;
  readonly logs: readonly PartitionLog[];
}

export interface GroupContext extends DeliveryContext {
  /** A commit may have made room. */
  readonly onCommit: () => void;
  readonly onLeft: (subscription: Subscription) => void;
}

/** Who of a group owns which partition. Partitions move one by one: whoever keeps one never pauses. */
export class Group {
  readonly name: string | undefined;
  readonly #context: GroupContext;
  #members: Member[] = [];
  readonly #owners = new Map<PartitionLog, Member>();
  readonly #committed = new Map<PartitionLog, number>();
  /** Where the group began, for partitions it has committed nothing of: a rebalance must not skip what was under way. */
  readonly #starts = new Map<PartitionLog, number>();

  constructor(name: string | undefined, context: GroupContext) {
    this.name = name;
    this.#context = context;
  }

  join(topics: readonly TopicLog[], options: SubscribeOptions): Member {
    const member = new Member(this, topics, options, this.#context);
    this.#members.push(member);
    member.joined = this.#share();
    return member;
  }

  /** The member has let go of everything: its partitions go to the others. */
  leave(member: Member): void {
    for (const [log, owner] of this.#owners) if (owner === member) this.#owners.delete(log);
    if (this.#members.length === 0) this.#starts.clear();
    this.#context.onLeft(member);
    void this.#share();
  }

  /** From now on the member is given nothing more. */
  retire(member: Member): void {
    this.#members = this.#members.filter((other) => other !== member);
  }

  commit(log: PartitionLog, offset: number): void {
    this.#committed.set(log, offset);
    this.#context.onCommit();
  }

  startOf(log: PartitionLog, from: 'earliest' | 'latest'): number {
    const start = this.#committed.get(log) ?? this.#starts.get(log) ?? (from === 'earliest' ? log.oldestOffset : log.nextOffset);
    this.#starts.set(log, start);
    return start;
  }

  /** @returns The first offset that the group still needs; Infinity when no member is there to need any. */
  neededFrom(log: PartitionLog): number {
    const isRead = this.#members.some((member) => member.topics.some((topic) => topic.logs.includes(log)));
    return isRead ? (this.#committed.get(log) ?? this.#starts.get(log) ?? Infinity) : Infinity;
  }

  /** Gives every partition to the member it should have, as soon as its present owner has let go of it. */
  async #share(): Promise<void> {
    const targets = new Map<PartitionLog, Member>();
    for (const topic of new Set(this.#members.flatMap((member) => member.topics))) {
      const takers = this.#members.filter((member) => member.topics.includes(topic));
      topic.logs.forEach((log, index) => {
        targets.set(log, takers[index % takers.length]!);
      });
    }
    const assigned = this.#members.map((member) => {
      const surplus = [...this.#owners].filter(([log, owner]) => owner === member && targets.get(log) !== member).map(([log]) => log);
      void member.release(surplus).then((released) => {
        for (const log of released) if (this.#owners.get(log) === member) this.#owners.delete(log);
        return released.length > 0 ? this.#share() : undefined;
      });
      const fresh = [...targets].filter(([log, target]) => target === member && !this.#owners.has(log)).map(([log]) => log);
      for (const log of fresh) this.#owners.set(log, member);
      return member.assign(fresh);
    });
    await Promise.all(assigned);
  }
}

class Member implements Subscription {
  /** Resolves when the partitions that were free have been taken over. */
  joined: Promise<void> = Promise.resolve();
  readonly topics: readonly TopicLog[];
  readonly #group: Group;
  readonly #from: 'earliest' | 'latest';
  readonly #deliveries: Deliveries<PartitionLog>;
  #closed: Promise<void> | undefined;

  constructor(group: Group, topics: readonly TopicLog[], options: SubscribeOptions, context: GroupContext) {
    this.#group = group;
    this.topics = topics;
    this.#from = options.from;
    this.#deliveries = new Deliveries(this, options, context);
  }

  get assigned(): readonly TopicPartition[] {
    return this.#deliveries.assigned;
  }

  commit(topic: string, partition: number, offset: number): void {
    const delivery = this.#deliveries.find(topic, partition);
    if (delivery) this.#group.commit(delivery.log, offset);
  }

  seek(topic: string, partition: number, offset: number): void {
    this.#deliveries.find(topic, partition)?.seek(offset);
  }

  lag(topic: string, partition: number): number {
    return this.#deliveries.find(topic, partition)?.lag ?? 0;
  }

  close(): Promise<void> {
    this.#closed ??= (async () => {
      this.#group.retire(this);
      await this.#deliveries.release(this.#deliveries.all);
      await this.#deliveries.settled();
      this.#group.leave(this);
    })();
    return this.#closed;
  }

  assign(logs: readonly PartitionLog[]): Promise<void> {
    const starts = logs.map((log) => ({
      topic: this.topics.find((candidate) => candidate.logs.includes(log))!.definition,
      log,
      offset: this.#group.startOf(log, this.#from),
    }));
    return this.#deliveries.assign(starts);
  }

  /** @returns Those that were let go of by this call; running batches have ended. */
  async release(logs: readonly PartitionLog[]): Promise<PartitionLog[]> {
    const released = await this.#deliveries.release(this.#deliveries.all.filter(({ log }) => logs.includes(log)));
    return released.map(({ log }) => log);
  }
}
