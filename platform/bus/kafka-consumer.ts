import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EachBatchPayload, KafkaMessage } from 'kafkajs';
import { asRoadstreamError, RoadstreamError } from '../../schemas/errors.ts';
import type { TopicDefinition } from '../../schemas/topics.ts';
import type { BusMessage, SubscribeOptions, Subscription, TopicPartition } from './bus.ts';
import { Deliveries, type DeliveryContext, keyOf, type Start } from './deliveries.ts';
import type { Delivery } from './delivery.ts';
import type { KafkaClient } from './kafka-client.ts';
import { KafkaMember, type PartitionOffset } from './kafka-member.ts';
import type { KafkaTopics } from './kafka-topics.ts';
import { PartitionWindow } from './kafka-window.ts';
import { within } from './within.ts';

/** How often what was committed is told to the brokers, milliseconds. After every batch it would be the price of the hop. */
const commitEveryMs = 1000;
/** How long a closing subscription waits for the brokers to take its last commits, milliseconds. */
const farewellMs = 3000;

export interface ConsumerContext extends DeliveryContext {
  readonly client: KafkaClient;
  readonly topics: KafkaTopics;
  readonly sessionTimeoutMs: number | undefined;
  readonly onCrash: () => void;
  readonly onLeft: (subscription: Subscription) => void;
}

interface GroupStart extends Start<PartitionWindow> {
  /** The group has committed nothing. It does now, so that nothing under way is skipped by whoever takes the partition next. */
  readonly isFirst: boolean;
}

/**
 * One subscription: a member of a Kafka group, or of a group of its own.
 *
 * kafkajs fetches and keeps the membership alive; it hands what it fetched to a window of each partition and goes on at once, so however
 * long a handler takes, heartbeats go out. A full window pauses its partition.
 *
 * kafkajs forgets all positions at each rebalance. Partitions that stay are therefore sought to where their windows are, and nothing is
 * told to the handler. They stay if this member has been in the group without a break; otherwise another may have had them meanwhile,
 * and they are let go of and taken over again.
 */
export class KafkaSubscription implements Subscription {
  readonly #options: SubscribeOptions;
  readonly #context: ConsumerContext;
  readonly #deliveries: Deliveries<PartitionWindow>;
  readonly #group: string;
  /** The ends of all partitions when this subscription began. */
  readonly #ends = new Map<string, number>();
  readonly #commits = new Map<string, PartitionOffset>();
  readonly #releasing = new Map<string, Promise<unknown>>();
  readonly #joined = Promise.withResolvers<void>();
  readonly #member: KafkaMember;
  /** Counts assignments: what is done for one must not go on after the next. */
  #epoch = 0;
  #commitClock: NodeJS.Timeout | undefined;
  #committing: Promise<void> | undefined;
  #measuring: Promise<void> | undefined;
  #closed: Promise<void> | undefined;
  #isClosing = false;

  constructor(options: SubscribeOptions, context: ConsumerContext) {
    this.#options = options;
    this.#context = context;
    this.#deliveries = new Deliveries(this, options, context);
    this.#group = options.group ?? `roadstream-single-${randomUUID()}`;
    this.#member = new KafkaMember({
      client: context.client,
      log: context.log,
      group: this.#group,
      topics: options.topics.map(({ name }) => name),
      only: options.group === undefined ? options.partitions : undefined,
      owned: () => this.#deliveries.all.filter((delivery) => !delivery.isStopping).map(({ topicPartition }) => topicPartition),
      // Nobody else is in a group of its own.
      onJoined: (partitions, hasStayed) => this.#onJoined(partitions, hasStayed || options.group === undefined),
      onRebalancing: () => void this.#commit(),
      onFetched: (fetched) => this.#onFetched(fetched),
      onCrash: context.onCrash,
    });
  }

  /** Resolves when this member has taken over its first partitions (or learnt that it has none). @throws BUS_REFUSED, BUS_CLOSED */
  async join(): Promise<void> {
    for (const topic of this.#options.topics)
      for (const [partition, { next }] of (await this.#context.topics.offsets(topic)).entries())
        this.#ends.set(keyOf({ topic: topic.name, partition }), next);
    const sessionTimeoutMs = this.#context.sessionTimeoutMs ?? (await this.#context.topics.sessionTimeoutMs());
    if (this.#isClosing) throw closed();
    this.#commitClock = setInterval(() => {
      void this.#commit();
      // One at a time: while the brokers are away it waits for them.
      this.#measuring ??= this.#measure().finally(() => {
        this.#measuring = undefined;
      });
    }, commitEveryMs);
    this.#member.run(sessionTimeoutMs).catch(this.#joined.reject);
    await this.#joined.promise;
  }

  get assigned(): readonly TopicPartition[] {
    return this.#deliveries.assigned;
  }

  commit(topic: string, partition: number, offset: number): void {
    const delivery = this.#deliveries.find(topic, partition);
    // Of a partition that is another's by now, it would take back what that one has committed.
    const isMine = delivery && (this.#isClosing || !delivery.isStopping);
    if (isMine && this.#options.group !== undefined) this.#commits.set(keyOf({ topic, partition }), { topic, partition, offset });
  }

  seek(topic: string, partition: number, offset: number): void {
    this.#deliveries.find(topic, partition)?.seek(offset);
  }

  lag(topic: string, partition: number): number {
    return this.#deliveries.find(topic, partition)?.lag ?? 0;
  }

  close(): Promise<void> {
    this.#closed ??= (async () => {
      this.#isClosing = true;
      this.#epoch += 1;
      this.#joined.promise.catch(() => undefined);
      this.#joined.reject(closed());
      await this.#release(this.#deliveries.all);
      await Promise.all(this.#releasing.values());
      clearInterval(this.#commitClock);
      // After one that is under way, for what it did not take.
      await within(
        farewellMs,
        Promise.resolve(this.#committing).then(() => this.#commit()),
      );
      await this.#member.leave();
      this.#context.onLeft(this);
    })();
    return this.#closed;
  }

  #onJoined(partitions: readonly TopicPartition[], hasStayed: boolean): void {
    if (this.#isClosing) {
      for (const topicPartition of partitions) this.#member.pause(topicPartition);
      return;
    }
    this.#epoch += 1;
    const wanted = new Set(partitions.map(keyOf));
    const isStaying = (delivery: Delivery<PartitionWindow>) =>
      hasStayed && !delivery.isStopping && wanted.has(keyOf(delivery.topicPartition));
    const staying = this.#deliveries.all.filter(isStaying);
    const kept = new Set(staying.map(({ topicPartition }) => keyOf(topicPartition)));
    for (const key of this.#commits.keys()) if (!kept.has(key)) this.#commits.delete(key);
    void this.#release(this.#deliveries.all.filter((delivery) => !isStaying(delivery)));
    for (const { topicPartition, log } of staying) {
      if (log.next === undefined || log.isFull) this.#member.pause(topicPartition);
      else this.#member.resume(topicPartition);
      if (log.next !== undefined) this.#member.seek(topicPartition, log.next);
    }
    const fresh = partitions.filter((topicPartition) => !kept.has(keyOf(topicPartition)));
    for (const topicPartition of fresh) this.#member.pause(topicPartition);
    void this.#takeOver(fresh, this.#epoch);
  }

  /** Each partition waits for its own release at most: a stuck handler holds nothing but its partition. */
  async #takeOver(partitions: readonly TopicPartition[], epoch: number): Promise<void> {
    const held = partitions.filter((topicPartition) => this.#releasing.has(keyOf(topicPartition)));
    for (const topicPartition of held) void this.#releasing.get(keyOf(topicPartition))!.then(() => this.#assign([topicPartition], epoch));
    await this.#assign(
      partitions.filter((topicPartition) => !held.includes(topicPartition)),
      epoch,
    );
    if (epoch === this.#epoch) this.#joined.resolve();
  }

  async #assign(partitions: readonly TopicPartition[], epoch: number): Promise<void> {
    for (;;) {
      try {
        const starts = await this.#startsOf(partitions);
        if (epoch !== this.#epoch) return;
        for (const { topic, log, offset, isFirst } of starts)
          if (isFirst)
            this.#commits.set(keyOf({ topic: topic.name, partition: log.partition }), {
              topic: topic.name,
              partition: log.partition,
              offset,
            });
        return await this.#deliveries.assign(starts);
      } catch (thrown) {
        if (this.#isClosing || epoch !== this.#epoch) return;
        this.#context.log.error(
          { group: this.#options.group, err: asRoadstreamError(thrown) },
          'taking over partitions failed and will be tried again',
        );
        await sleep(this.#context.redeliveryDelayMs);
      }
    }
  }

  async #startsOf(partitions: readonly TopicPartition[]): Promise<GroupStart[]> {
    const starts: GroupStart[] = [];
    const { group, from } = this.#options;
    for (const topic of this.#options.topics) {
      const mine = partitions.filter((topicPartition) => topicPartition.topic === topic.name);
      if (mine.length === 0) continue;
      const offsets = await this.#context.topics.offsets(topic);
      const committed = group === undefined ? undefined : await this.#context.topics.committed(group, topic.name);
      for (const { partition } of mine) {
        const { oldest, next } = offsets[partition]!;
        const done = committed?.get(partition) ?? -1;
        if (done >= 0 && done < oldest) this.#context.onMissed(topic.name, group, oldest - done);
        const end = this.#ends.get(keyOf({ topic: topic.name, partition })) ?? oldest;
        const wanted = done >= 0 ? done : from === 'earliest' ? oldest : end;
        starts.push({
          topic,
          log: this.#createWindow(topic, partition, next),
          offset: Math.min(Math.max(wanted, oldest), next),
          isFirst: group !== undefined && done < 0,
        });
      }
    }
    return starts;
  }

  #createWindow(topic: TopicDefinition, partition: number, end: number): PartitionWindow {
    const topicPartition = { topic: topic.name, partition };
    return new PartitionWindow(partition, end, {
      fetchFrom: (offset) => this.#member.seek(topicPartition, offset),
      pause: () => this.#member.pause(topicPartition),
      resume: () => this.#member.resume(topicPartition),
    });
  }

  #onFetched({ batch, resolveOffset, isStale }: EachBatchPayload): void {
    const delivery = this.#deliveries.find(batch.topic, batch.partition);
    if (!delivery || delivery.isStopping || delivery.log.next === undefined || isStale()) return;
    const first = batch.messages[0];
    const end = Number(batch.highWatermark);
    if (!first) return;
    if (end < delivery.log.next) {
      this.#context.log.warn(
        { topic: batch.topic, partition: batch.partition, expected: delivery.log.next, end },
        'the brokers have lost the end of a partition; going on at the oldest message they gave',
      );
      delivery.log.reset(end);
      delivery.seek(Number(first.offset));
      return;
    }
    delivery.log.push(
      batch.messages.map((message) => toBusMessage(message, batch.topic, batch.partition)),
      end,
    );
    resolveOffset(batch.lastOffset());
  }

  /** Each partition on its own, so that one whose handler is stuck holds back no other. */
  #release(unwanted: readonly Delivery<PartitionWindow>[]): Promise<unknown> {
    const deliveries = unwanted.filter((delivery) => !delivery.isStopping);
    const busy = deliveries.filter((delivery) => delivery.isBusy);
    const idle = deliveries.filter((delivery) => !delivery.isBusy);
    const released = [idle, ...busy.map((delivery) => [delivery])].map((list) => {
      for (const { topicPartition } of list) this.#member.pause(topicPartition);
      const release = this.#deliveries.release(list);
      for (const { topicPartition } of list) {
        const key = keyOf(topicPartition);
        this.#releasing.set(key, release);
        void release.finally(() => this.#releasing.get(key) === release && this.#releasing.delete(key));
      }
      return release;
    });
    return Promise.all(released);
  }

  /** What lies behind a full window is not fetched, so its length has to be asked for. */
  async #measure(): Promise<void> {
    for (const topic of this.#options.topics) {
      const full = this.#deliveries.all.filter(({ topicPartition, log }) => topicPartition.topic === topic.name && log.isFull);
      if (full.length === 0) continue;
      const offsets = await this.#context.topics.offsets(topic).catch(() => []);
      for (const { log } of full) log.grow(offsets[log.partition]?.next ?? 0);
    }
  }

  /** Tells the brokers what has been committed; what they do not take is told again later. */
  #commit(): Promise<void> {
    this.#committing ??= (async () => {
      const epoch = this.#epoch;
      const commits = [...this.#commits];
      this.#commits.clear();
      if (commits.length === 0 || (await this.#member.commit(commits.map(([, commit]) => commit)))) return;
      if (epoch === this.#epoch) for (const [key, commit] of commits) if (!this.#commits.has(key)) this.#commits.set(key, commit);
    })().finally(() => {
      this.#committing = undefined;
    });
    return this.#committing;
  }
}

/** The bytes are copied: kafkajs cuts them out of the whole answer, up to 10 MB that would live as long as one message of it is kept. */
function toBusMessage({ key, value, offset, timestamp }: KafkaMessage, topic: string, partition: number): BusMessage {
  return {
    topic,
    partition,
    offset: Number(offset),
    key: key?.toString() ?? '',
    value: value && Buffer.from(value),
    timestampMs: Number(timestamp),
  };
}

function closed(): RoadstreamError {
  return new RoadstreamError('BUS_CLOSED', 'The subscription was closed before it had begun.');
}
