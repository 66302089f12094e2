import { setTimeout as sleep } from 'node:timers/promises';
import type { TopicDefinition } from '../../schemas/topics.ts';
import type { Bus, BusMessage } from './bus.ts';

export interface LogRange {
  readonly partition: number;
  /** The first offset to read. */
  readonly from: number;
  /** After the last one to read; at most the partition's next offset. */
  readonly until: number;
}

/** How often it is looked whether what is left to read has been dropped meanwhile. */
const lookEveryMs = 1000;

/**
 * Reads what lies in these ranges once, each partition in order, and ends. What retention has dropped is left out.
 * @throws what Bus.subscribe does
 */
export async function* readLog(bus: Bus, topic: TopicDefinition, ranges: readonly LogRange[]): AsyncGenerator<BusMessage> {
  /** What is left to read of each partition. */
  const left = new Map(ranges.filter(({ from, until }) => from < until).map((range) => [range.partition, range]));
  if (left.size === 0) return;
  /** Each holds up its partition until it has been read. */
  const batches: { readonly messages: readonly BusMessage[]; readonly done: () => void }[] = [];
  let arrival = Promise.withResolvers<void>();
  let isOver = false;
  const subscription = await bus.subscribe({
    topics: [topic],
    partitions: [...left.keys()],
    from: 'earliest',
    async onAssigned(partitions, self) {
      for (const { partition } of partitions) self.seek(topic.name, partition, left.get(partition)?.from ?? 0);
    },
    onBatch: (messages) =>
      new Promise((done) => {
        if (isOver) return done();
        batches.push({ messages, done });
        arrival.resolve();
      }),
  });
  try {
    while (left.size > 0) {
      const [batch] = batches;
      if (!batch) {
        const quiet = new AbortController();
        await Promise.race([arrival.promise, sleep(lookEveryMs, undefined, { signal: quiet.signal }).catch(() => undefined)]);
        quiet.abort();
        arrival = Promise.withResolvers();
        if (batches.length === 0) await forgetDropped(bus, topic, left);
        continue;
      }
      for (const message of batch.messages) {
        const range = left.get(message.partition);
        if (!range || message.offset < range.from) continue;
        const from = message.offset + 1;
        if (from >= range.until) left.delete(range.partition);
        else left.set(range.partition, { ...range, from });
        if (from <= range.until) yield message;
      }
      batches.shift();
      batch.done();
    }
  } finally {
    isOver = true;
    for (const { done } of batches) done();
    await subscription.close();
  }
}

/** @returns All that lies in a topic now. */
export async function wholeLog(bus: Bus, topic: TopicDefinition): Promise<LogRange[]> {
  return (await bus.offsets(topic)).map(({ oldest, next }, partition) => ({ partition, from: oldest, until: next }));
}

/** @returns Undefined when there is none (any more). */
export async function messageAt(bus: Bus, topic: TopicDefinition, partition: number, offset: number): Promise<BusMessage | undefined> {
  const kept = (await bus.offsets(topic))[partition];
  if (!kept || offset < kept.oldest || offset >= kept.next) return undefined;
  for await (const message of readLog(bus, topic, [{ partition, from: offset, until: offset + 1 }])) return message;
  return undefined;
}

async function forgetDropped(bus: Bus, topic: TopicDefinition, left: Map<number, LogRange>): Promise<void> {
  const offsets = await bus.offsets(topic);
  for (const [partition, { until }] of left) if (offsets[partition]!.oldest >= until) left.delete(partition);
}
