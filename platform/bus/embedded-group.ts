import type { Logger } from 'pino';
import { asRoadstreamError, RoadstreamError } from '../../schemas/errors.ts';
import type { TopicDefinition } from '../../schemas/topics.ts';
import type { SubscribeOptions, Subscription, TopicPartition } from './bus.ts';
import { Delivery } from './embedded-delivery.ts';
import type { PartitionLog } from './partition-log.ts';

export interface TopicLog {
  readonly definition: TopicDefinition;
  readonly logs: readonly PartitionLog[];
}

export interface GroupContext {
  readonly log: Logger;
  readonly redeliveryDelayMs: number;
  /** A consumer found that messages it had not seen are gone. */
  readonly onMissed: (topic: string, group: string | undefined, messages: number) => void;
  readonly onRedelivery: (topic: string, group: string | undefined) => void;
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
  readonly #options: SubscribeOptions;
  readonly #context: GroupContext;
  readonly #deliveries = new Map<PartitionLog, Delivery>();
  /** Assignments and revocations are told one after the other. */
  #told: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | undefined;

  constructor(group: Group, topics: readonly TopicLog[], options: SubscribeOptions, context: GroupContext) {
    this.#group = group;
    this.topics = topics;
    this.#options = options;
    this.#context = context;
  }

  get assigned(): readonly TopicPartition[] {
    return [...this.#deliveries.values()].map((delivery) => delivery.topicPartition);
  }

  commit(topic: string, partition: number, offset: number): void {
    const delivery = this.#find(topic, partition);
    if (delivery) this.#group.commit(delivery.log, offset);
  }

  seek(topic: string, partition: number, offset: number): void {
    this.#find(topic, partition)?.seek(offset);
  }

  lag(topic: string, partition: number): number {
    return this.#find(topic, partition)?.lag ?? 0;
  }

  close(): Promise<void> {
    this.#closed ??= (async () => {
      this.#group.retire(this);
      await this.release([...this.#deliveries.keys()]);
      await this.#told;
      this.#group.leave(this);
    })();
    return this.#closed;
  }

  assign(logs: readonly PartitionLog[]): Promise<void> {
    if (logs.length === 0) return Promise.resolve();
    const deliveries = logs.map((log) => {
      const topic = this.topics.find((candidate) => candidate.logs.includes(log))!.definition;
      const delivery = new Delivery({
        topic,
        log,
        start: this.#group.startOf(log, this.#options.from),
        maxBatchBytes: this.#options.maxBatchBytes,
        redeliveryDelayMs: this.#context.redeliveryDelayMs,
        onBatch: (batch) => this.#options.onBatch(batch, this),
        onMissed: (messages) => this.#context.onMissed(topic.name, this.#group.name, messages),
        onFailed: (err) => {
          this.#context.onRedelivery(topic.name, this.#group.name);
          this.#complain('a batch failed and will be delivered again', topic.name, err);
        },
      });
      this.#deliveries.set(log, delivery);
      return delivery;
    });
    return this.#tell(async () => {
      const partitions = deliveries.map((delivery) => delivery.topicPartition);
      while (deliveries.some((delivery) => !delivery.isStopping)) {
        try {
          await this.#options.onAssigned?.(partitions, this);
          break;
        } catch (err) {
          this.#complain('taking over partitions failed and will be tried again', partitions[0]!.topic, err);
          await Promise.all(deliveries.map((delivery) => delivery.pause()));
        }
      }
      for (const delivery of deliveries) delivery.start();
    });
  }

  /** @returns Those that were let go of by this call; running batches have ended. */
  async release(logs: readonly PartitionLog[]): Promise<PartitionLog[]> {
    const deliveries = logs.flatMap((log) => this.#deliveries.get(log) ?? []).filter((delivery) => !delivery.isStopping);
    if (deliveries.length === 0) return [];
    const stopped = deliveries.map((delivery) => delivery.stop());
    await this.#tell(async () => {
      await Promise.all(stopped);
      const partitions = deliveries.map((delivery) => delivery.topicPartition);
      try {
        await this.#options.onRevoked?.(partitions);
      } catch (err) {
        this.#complain('letting go of partitions failed', partitions[0]!.topic, err);
      }
      for (const delivery of deliveries) this.#deliveries.delete(delivery.log);
    });
    return deliveries.map((delivery) => delivery.log);
  }

  #tell(step: () => Promise<void>): Promise<void> {
    const told = this.#told.then(step);
    this.#told = told;
    return told;
  }

  /** Undefined when the partition is not (or no longer) this member's: a late call is then without effect. */
  #find(topic: string, partition: number): Delivery | undefined {
    const found = this.topics.find((candidate) => candidate.definition.name === topic);
    const log = found?.logs[partition];
    if (!log) {
      const mine = this.topics.map((candidate) => candidate.definition.name).join(', ');
      throw new RoadstreamError('TOPIC_UNKNOWN', `This subscription has no partition ${partition} of ${topic}; it has ${mine}.`);
    }
    return this.#deliveries.get(log);
  }

  #complain(message: string, topic: string, thrown: unknown): void {
    this.#context.log.error({ topic, group: this.#group.name, err: asRoadstreamError(thrown) }, message);
  }
}
