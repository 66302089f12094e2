import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startBroker } from '../platform/kafka-broker/broker.ts';
import { type Benchmark, quantile } from './figure.ts';
import type { HopReport, HopTask } from './hop-process.ts';

const load = { streams: 32, framesPerSecond: 30, bytes: 10 * 1024, partitions: 32 };
const seconds = 20;
/** Code is compiled and connections are up by then. */
const warmUpSeconds = 5;

export const benchmark: Benchmark = {
  name: 'hop',
  description: `a ${load.bytes / 1024} KB access unit from one process to another over Kafka, ${load.streams} streams at ${load.framesPerSecond}/s, ${load.partitions} partitions, broker on the same machine`,
  async run(tell) {
    const directory = mkdtempSync(path.join(os.tmpdir(), 'roadstream-hop-'));
    const own = process.env.KAFKA_BROKERS ? undefined : await startBroker({ directory, port: 0 });
    try {
      const task = { ...load, brokers: own?.brokers ?? process.env.KAFKA_BROKERS!.split(','), topic: `hop.${Date.now()}`, warmUpSeconds };
      const consumer = start({ ...task, role: 'consumer', seconds });
      await once(consumer, 'message');
      tell('the consumer has joined');
      const producer = start({ ...task, role: 'producer', seconds: warmUpSeconds + seconds });
      const [sent] = (await once(producer, 'message')) as [HopReport];
      consumer.send('report');
      const [received] = (await once(consumer, 'message')) as [HopReport];
      await Promise.all([once(producer, 'exit'), once(consumer, 'exit')]);
      const { latenciesMs } = received;
      return [
        { name: 'publish → handler, p50', value: quantile(latenciesMs, 0.5), unit: 'ms', atMost: 6 },
        { name: 'publish → handler, p95', value: quantile(latenciesMs, 0.95), unit: 'ms' },
        { name: 'publish → handler, p99', value: quantile(latenciesMs, 0.99), unit: 'ms', atMost: 20 },
        { name: 'messages measured', value: latenciesMs.length, unit: '', note: `of ${load.streams * load.framesPerSecond * seconds}` },
        { name: 'processor time, publishing', value: sent.coreShare * 100, unit: '% of a core' },
        { name: 'processor time, consuming', value: received.coreShare * 100, unit: '% of a core' },
      ];
    } finally {
      await own?.stop();
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

function start(task: HopTask) {
  return fork(path.join(import.meta.dirname, 'hop-process.ts'), [JSON.stringify(task)]);
}
