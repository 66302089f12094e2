import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { topics } from '../schemas/topics.ts';
import { untilAllFlow } from '../test/chaos/verdict.ts';
import { pythonWith } from '../test/support/python.ts';
import type { Benchmark } from './figure.ts';
import { quantile } from './figure.ts';
import { inCluster } from './in-cluster.ts';

const streams = 4;
const analysedFramesPerSecond = 5;
/** Each camera raises an alert every 8 s. */
const seconds = 150;
const foreign = path.resolve(import.meta.dirname, '../test/foreign');

export const benchmark: Benchmark = {
  name: 'foreign',
  description: `captured → alert in the hands of a Python consumer, over Kafka; ${streams} cameras of 720p30, ${analysedFramesPerSecond} analysed frames/s`,
  run: (tell) =>
    inCluster({ streams, framesPerSecond: 30, width: 1280, analysedFramesPerSecond }, async (cluster) => {
      const python = await pythonWith(path.join(foreign, 'requirements.txt'));
      await cluster.role('process');
      await cluster.role('ingest');
      await untilAllFlow(cluster);
      tell('pictures are analysed');
      const options = ['--brokers', cluster.broker.brokers.join(), '--seconds', String(seconds), '--topic', topics.alerts.name];
      const script = path.join(foreign, 'watch.py');
      const schemas = path.resolve(import.meta.dirname, '../test/schemas/golden');
      const child = spawn(python, [script, ...options, '--schemas', schemas], { stdio: ['ignore', 'pipe', 'inherit'] });
      const raisedMs: number[] = [];
      const allMs: number[] = [];
      for await (const line of createInterface(child.stdout)) {
        const { state, updatedAtUs, seenAtUs } = JSON.parse(line) as { state: string; updatedAtUs: number; seenAtUs: number };
        allMs.push((seenAtUs - updatedAtUs) / 1000);
        if (state === 'raised') raisedMs.push((seenAtUs - updatedAtUs) / 1000);
      }
      if (child.exitCode === null) await once(child, 'exit');
      const note = `${raisedMs.length} raised, ${allMs.length} messages`;
      return [
        { name: 'captured → alert seen, p50', value: quantile(allMs, 0.5), unit: 'ms', note },
        { name: 'captured → alert seen, p99', value: quantile(allMs, 0.99), unit: 'ms', atMost: 500 },
        { name: 'captured → newly raised alert seen, slowest', value: quantile(raisedMs, 1), unit: 'ms' },
      ];
    }),
};
