import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { createKafkaBus } from '../platform/bus/kafka.ts';
import { partitionOf } from '../platform/bus/partitioner.ts';
import { kafkaSchema } from '../schemas/configuration.ts';
import type { TopicDefinition } from '../schemas/topics.ts';
import { cpuMs } from './figure.ts';

export interface HopTask {
  readonly role: 'producer' | 'consumer';
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly streams: number;
  readonly framesPerSecond: number;
  readonly bytes: number;
  readonly partitions: number;
  readonly seconds: number;
  /** Of the producer's time, what is not measured. */
  readonly warmUpSeconds: number;
}

export interface HopReport {
  readonly latenciesMs: readonly number[];
  readonly coreShare: number;
}

const task = JSON.parse(process.argv[2]!) as HopTask;
const topic: TopicDefinition = { name: task.topic, partitions: task.partitions, cleanup: 'delete', retentionMs: 600_000, acks: 'leader' };
const bus = createKafkaBus({
  kafka: kafkaSchema.parse({ brokers: task.brokers }),
  clientId: `hop-${task.role}`,
  log: pino({ level: 'warn' }),
});
/** Milliseconds on the wall clock, which both processes share; finer than Date.now(). */
const now = () => performance.timeOrigin + performance.now();
const startedCpuMs = cpuMs();
const startedAtMs = now();
const report = (latenciesMs: readonly number[]) =>
  process.send!({ latenciesMs, coreShare: (cpuMs() - startedCpuMs) / (now() - startedAtMs) } satisfies HopReport);

if (task.role === 'consumer') {
  const latenciesMs: number[] = [];
  let measuredFromMs = Number.POSITIVE_INFINITY;
  await bus.subscribe({
    topics: [topic],
    group: 'hop',
    from: 'latest',
    onBatch: async (batch, subscription) => {
      const arrivedAtMs = now();
      if (measuredFromMs === Number.POSITIVE_INFINITY) measuredFromMs = arrivedAtMs + task.warmUpSeconds * 1000;
      for (const { value } of batch) if (arrivedAtMs >= measuredFromMs) latenciesMs.push(arrivedAtMs - value!.readDoubleLE(0));
      const last = batch.at(-1)!;
      subscription.commit(last.topic, last.partition, last.offset + 1);
    },
  });
  process.once('message', async () => {
    report(latenciesMs);
    await bus.close();
    process.disconnect();
  });
  process.send!('joined');
} else {
  // One stream a partition where there are enough: what is measured is the hop, not how keys collide.
  const keys = Array.from({ length: task.streams }, (_, stream) => keyOfPartition(stream % task.partitions, stream));
  const due = keys.map((_, stream) => now() + (stream * 1000) / task.framesPerSecond / task.streams);
  const until = now() + task.seconds * 1000;
  const published: Promise<unknown>[] = [];
  while (now() < until) {
    for (const [stream, key] of keys.entries()) {
      if (now() < due[stream]!) continue;
      due[stream]! += 1000 / task.framesPerSecond;
      const value = Buffer.alloc(task.bytes);
      value.writeDoubleLE(now(), 0);
      published.push(bus.publish(topic, key, value));
    }
    await sleep(1);
  }
  await Promise.all(published);
  report([]);
  await bus.close();
  process.disconnect();
}

function keyOfPartition(partition: number, salt: number): string {
  for (let i = 0; ; i++) {
    const key = `stream-${salt}-${i}`;
    if (partitionOf(key, task.partitions) === partition) return key;
  }
}
