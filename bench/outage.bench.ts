import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { createKafkaBus } from '../platform/bus/kafka.ts';
import { startBroker } from '../platform/kafka-broker/broker.ts';
import { kafkaSchema } from '../schemas/configuration.ts';
import { topics } from '../schemas/topics.ts';
import { type Benchmark, quantile } from './figure.ts';

const rounds = 5;
const streams = 8;
const framesPerSecond = 30;
const frame = Buffer.alloc(10 * 1024);
const awayMs = 3000;

export const benchmark: Benchmark = {
  name: 'outage',
  description: `the broker killed (-9) ${rounds} times under load (${streams} streams of ${frame.length / 1024} KB at ${framesPerSecond}/s, two consumers); from its port being back to the first frame through`,
  async run(tell) {
    const directory = mkdtempSync(path.join(os.tmpdir(), 'roadstream-outage-'));
    const broker = await startBroker({ directory, port: 0 });
    let crashes = 0;
    const log = pino(
      { level: 'warn' },
      {
        write: (line: string) => {
          if (JSON.parse(line).msg === 'a consumer failed and begins anew') crashes += 1;
        },
      },
    );
    const open = (role: string) =>
      createKafkaBus({ kafka: kafkaSchema.parse({ brokers: broker.brokers }), clientId: role, log, sessionTimeoutMs: 1500 });
    const buses = [open('producer'), open('consumer-1'), open('consumer-2')];
    const topic = topics.framesDashcam;
    let arrivedAtMs = performance.now();
    for (const bus of buses.slice(1))
      await bus.subscribe({
        topics: [topic],
        group: 'outage',
        from: 'latest',
        onBatch: async (batch, subscription) => {
          arrivedAtMs = performance.now();
          const last = batch.at(-1)!;
          subscription.commit(last.topic, last.partition, last.offset + 1);
        },
      });
    const outcomes: Promise<boolean>[] = [];
    const load = setInterval(() => {
      for (let stream = 0; stream < streams; stream++)
        outcomes.push(
          buses[0]!.publish(topic, `stream-${stream}`, frame).then(
            () => true,
            () => false,
          ),
        );
    }, 1000 / framesPerSecond);
    const backMs: number[] = [];
    try {
      for (let round = 0; round < rounds; round++) {
        await sleep(3000);
        await broker.kill();
        await sleep(awayMs);
        const started = broker.start();
        await untilOpen(Number(broker.brokers[0]!.split(':')[1]));
        const openedAtMs = performance.now();
        while (arrivedAtMs < openedAtMs) await sleep(5);
        backMs.push(arrivedAtMs - openedAtMs);
        await started;
        tell(`round ${round + 1}: ${Math.round(backMs.at(-1)!)} ms`);
      }
    } finally {
      clearInterval(load);
      await Promise.all(buses.map((bus) => bus.close()));
      await broker.stop();
      rmSync(directory, { recursive: true, force: true });
    }
    const dropped = (await Promise.all(outcomes)).filter((isKept) => !isKept).length;
    return [
      { name: 'broker port back → first frame through, p50', value: quantile(backMs, 0.5) / 1000, unit: 's' },
      { name: 'broker port back → first frame through, slowest', value: quantile(backMs, 1) / 1000, unit: 's', atMost: 3 },
      { name: 'consumers that crashed', value: crashes, unit: '', atMost: 0 },
      { name: 'frames dropped', value: dropped, unit: '', note: `of ${outcomes.length}; they wait, up to 64 MiB` },
    ];
  },
};

async function untilOpen(port: number): Promise<void> {
  for (;;) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = net.connect({ host: '127.0.0.1', port }, () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
    if (isOpen) return;
    await sleep(20);
  }
}
