import { setTimeout as sleep } from 'node:timers/promises';
import type { Producer } from 'kafkajs';
import { RoadstreamError } from '../../schemas/errors.ts';
import type { KafkaClient, KafkaConnection } from './kafka-client.ts';
import { asBusError, isRetriable, kafkaErrorOf } from './kafka-errors.ts';
import { envelopeBytes } from './kafka-topics.ts';
import { within } from './within.ts';

/** How long a message waits for others to go with it, milliseconds. */
const gatherMs = 4;
/** Values of one request, bytes: an eighth of what a broker takes by default (socket.request.max.bytes). */
const requestBytes = 12 * 1024 * 1024;
/** How long a partition rests that a broker could not take just now, milliseconds. */
const restMs = 500;
/** How long a producer that is given up waits for the brokers, milliseconds. */
const farewellMs = 1000;
/** The broker has lost track of the producer's numbering, or we have: a new producer begins anew. */
const numberingErrors = ['OUT_OF_ORDER_SEQUENCE_NUMBER', 'DUPLICATE_SEQUENCE_NUMBER', 'UNKNOWN_PRODUCER_ID', 'INVALID_PRODUCER_EPOCH'];

interface Entry {
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  readonly value: Buffer | null;
  /** Messages of a partition go in this order, however often they have to be tried. */
  readonly order: number;
  readonly resolve: (offset: number) => void;
  readonly reject: (thrown: unknown) => void;
}

/**
 * Messages on their way to the brokers. Gathers them for some milliseconds; one request is under way at a time, so that what is sent again
 * never overtakes or is overtaken.
 *
 * With acks `leader` a request carries all partitions. With `all` each partition has its own: an idempotent producer numbers its messages,
 * and kafkajs takes the numbers of a whole request back when one partition fails, although the others have been kept.
 */
export class Outbox {
  readonly #client: KafkaClient;
  readonly #acks: 'leader' | 'all';
  #connection: KafkaConnection | undefined;
  #producer: Promise<Producer> | undefined;
  #queue: Entry[] = [];
  #order = 0;
  #pump: Promise<void> | undefined;
  /** Until when a partition rests, on the monotonic clock. */
  readonly #resting = new Map<string, number>();
  #isClosed = false;

  constructor(client: KafkaClient, acks: 'leader' | 'all') {
    this.#client = client;
    this.#acks = acks;
  }

  /** @returns The offset of the message. @throws BUS_REFUSED, BUS_CLOSED, MESSAGE_TOO_LARGE */
  send(topic: string, partition: number, key: string, value: Buffer | null): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ topic, partition, key, value, order: this.#order++, resolve, reject });
      this.#pump ??= this.#run();
    });
  }

  /** Resolves when everything has been sent. */
  async flushed(): Promise<void> {
    while (this.#pump) await this.#pump;
  }

  /** What has not been sent by now is refused. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const entry of this.#queue.splice(0)) entry.reject(closed());
    await this.#dropProducer();
  }

  async #run(): Promise<void> {
    await sleep(gatherMs);
    while (this.#queue.length > 0) {
      const gatheredAt = performance.now();
      const entries = this.#take();
      if (entries.length > 0) {
        for (const batch of this.#acks === 'leader' ? [entries] : byPartition(entries)) await this.#deliver(batch);
        this.#queue.sort((a, b) => a.order - b.order);
      }
      await sleep(Math.max(0, gatherMs - (performance.now() - gatheredAt)));
    }
    this.#pump = undefined;
  }

  /** The oldest messages that fit into a request, and into one record batch a partition. */
  #take(): Entry[] {
    const taken: Entry[] = [];
    const left: Entry[] = [];
    const room = new Map<string, number>();
    let total = 0;
    const now = performance.now();
    for (const entry of this.#queue) {
      const partition = `${entry.topic}/${entry.partition}`;
      const size = entry.value?.length ?? 0;
      const used = room.get(partition) ?? ((this.#resting.get(partition) ?? 0) > now ? Number.POSITIVE_INFINITY : 0);
      const fits = (used === 0 || used + size <= envelopeBytes) && (total === 0 || total + size <= requestBytes);
      // What follows one that has to wait must wait too.
      room.set(partition, fits ? used + Math.max(size, 1) : Number.POSITIVE_INFINITY);
      if (fits) total += size;
      (fits ? taken : left).push(entry);
    }
    this.#queue = left;
    return taken;
  }

  /** @returns Whether all have been dealt with; those that are to be sent again are back in the queue. */
  async #deliver(entries: readonly Entry[]): Promise<boolean> {
    const groups = byPartition(entries);
    try {
      const offsets = await this.#request(groups);
      // kafkajs forgets a partition whose leader moved to a broker that had already answered for others.
      const missing = groups.flatMap((group, index) => {
        const offset = offsets[index];
        if (offset === undefined) return group;
        for (const [i, entry] of group.entries()) entry.resolve(offset + i);
        return [];
      });
      this.#queue.push(...missing);
      return missing.length === 0;
    } catch (thrown) {
      if (this.#isClosed) {
        for (const entry of entries) entry.reject(closed());
        return true;
      }
      if (this.#acks === 'all') await this.#dropProducer();
      // Which partition it was is not said; the others must not suffer for it.
      if (groups.length > 1) {
        let isDone = true;
        for (const group of groups) isDone = (await this.#deliver(group)) && isDone;
        return isDone;
      }
      if (isRetriable(thrown) || numberingErrors.includes(kafkaErrorOf(thrown) ?? '')) {
        const { topic, partition } = entries[0]!;
        this.#resting.set(`${topic}/${partition}`, performance.now() + restMs);
        this.#queue.push(...entries);
        return false;
      }
      if (entries.length === 1) {
        entries[0]!.reject(asBusError(thrown, `publish to ${entries[0]!.topic}`));
        return true;
      }
      for (const [i, entry] of entries.entries()) {
        if (await this.#deliver([entry])) continue;
        this.#queue.push(...entries.slice(i + 1));
        return false;
      }
      return true;
    }
  }

  /** @returns The offset of the first message of each group; undefined where the brokers have said nothing. */
  async #request(groups: readonly (readonly Entry[])[]): Promise<(number | undefined)[]> {
    const producer = await this.#connect();
    const topics = new Map<string, { key: string; value: Buffer | null; partition: number }[]>();
    for (const { topic, key, value, partition } of groups.flat()) {
      const messages = topics.get(topic) ?? [];
      messages.push({ key, value, partition });
      topics.set(topic, messages);
    }
    const answers = await producer.sendBatch({
      acks: this.#acks === 'all' ? -1 : 1,
      topicMessages: [...topics].map(([topic, messages]) => ({ topic, messages })),
    });
    return groups.map(([first]) => {
      const answer = answers.find(({ topicName, partition }) => topicName === first!.topic && partition === first!.partition);
      return answer?.baseOffset === undefined ? undefined : Number(answer.baseOffset);
    });
  }

  #connect(): Promise<Producer> {
    // Nobody would end a connection that is made now.
    if (this.#isClosed) return Promise.reject(closed());
    this.#producer ??= (async () => {
      const connection = this.#client.connect();
      this.#connection = connection;
      const producer = connection.kafka.producer({
        idempotent: this.#acks === 'all',
        allowAutoTopicCreation: false,
        createPartitioner:
          () =>
          ({ message }) =>
            message.partition!,
        // Without numbering what is sent again comes twice, so a failing partition must not make its request be repeated for ever.
        ...(this.#acks === 'leader' ? { retry: { retries: 2 } } : { retry: { retries: Number.MAX_SAFE_INTEGER } }),
      });
      try {
        await producer.connect();
      } catch (thrown) {
        this.#producer = undefined;
        connection.abandon();
        throw thrown;
      }
      return producer;
    })();
    return this.#producer;
  }

  /** After a failed request the numbering is in doubt, and the next message must not pass for one that is already there. */
  async #dropProducer(): Promise<void> {
    const [producer, connection] = [this.#producer, this.#connection];
    this.#producer = undefined;
    await within(
      farewellMs,
      producer?.then((connected) => connected.disconnect()),
    );
    connection?.abandon();
  }
}

function byPartition(entries: readonly Entry[]): Entry[][] {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const partition = `${entry.topic}/${entry.partition}`;
    const group = groups.get(partition);
    if (group) group.push(entry);
    else groups.set(partition, [entry]);
  }
  return [...groups.values()];
}

function closed(): RoadstreamError {
  return new RoadstreamError('BUS_CLOSED', 'The bus was closed before the message could be sent.');
}
