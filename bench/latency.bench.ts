import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { start } from '../commands/all-roles.ts';
import { nowUs } from '../platform/clock.ts';
import { createLogger } from '../platform/logging.ts';
import { alertCodec, perceptionCodec } from '../schemas/codecs.ts';
import { parseConfiguration } from '../schemas/configuration.ts';
import { topics } from '../schemas/topics.ts';
import { type Benchmark, cpuMs, quantile } from './figure.ts';

const warmUpMs = 8_000;
const measureMs = 90_000;

export const benchmark: Benchmark = {
  name: 'latency',
  description: 'the whole process, one simulated camera at 15 analysed frames a second: frame captured → message on the bus',
  async run(tell) {
    const dataDirectory = mkdtempSync(path.join(os.tmpdir(), 'roadstream-bench-'));
    const configuration = parseConfiguration(
      { dataDirectory, gateway: { port: 0 }, streams: [{ id: 'demo', url: 'sim:car-to-car-braking' }] },
      'bench',
    );
    const running = await start(configuration, createLogger({ level: 'warn' }), tell);
    try {
      await sleep(warmUpMs);
      const alerts: number[] = [];
      const perceptions: number[] = [];
      const listener = await running.bus.subscribe({
        topics: [topics.alerts, topics.perceptions],
        from: 'latest',
        async onBatch(batch) {
          for (const { topic, value } of batch) {
            if (topic === topics.alerts.name) alerts.push((nowUs() - alertCodec.decode(value!).updatedAtUs) / 1000);
            else perceptions.push((nowUs() - perceptionCodec.decode(value!).capturedAtUs) / 1000);
          }
        },
      });
      const before = cpuMs();
      await sleep(measureMs);
      const cores = (cpuMs() - before) / measureMs;
      await listener.close();
      const rss = process.memoryUsage.rss() / 2 ** 20;
      return [
        {
          name: 'captured → perception on the bus, p50',
          value: quantile(perceptions, 0.5),
          unit: 'ms',
          atMost: 120,
          note: `${perceptions.length} frames`,
        },
        { name: 'captured → perception on the bus, p99', value: quantile(perceptions, 0.99), unit: 'ms', atMost: 300 },
        {
          name: 'captured → alert on the bus, p50',
          value: quantile(alerts, 0.5),
          unit: 'ms',
          atMost: 120,
          note: `${alerts.length} alerts; they share the perceptions' way`,
        },
        { name: 'captured → alert on the bus, largest', value: quantile(alerts, 1), unit: 'ms', atMost: 300 },
        { name: 'analysed frames a second', value: perceptions.length / (measureMs / 1000), unit: 'fps', atLeast: 14.5 },
        { name: 'CPU of the whole process, simulator included', value: cores, unit: 'cores' },
        { name: 'resident memory of the whole process', value: rss, unit: 'MiB', atMost: 1200, note: 'with the embedded database open' },
      ];
    } finally {
      await running.close();
      rmSync(dataDirectory, { recursive: true, force: true });
    }
  },
};
