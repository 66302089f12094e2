import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { untilAllFlow } from '../test/chaos/verdict.ts';
import type { Benchmark, Figure } from './figure.ts';
import { inCluster } from './in-cluster.ts';

/** SOAK_MINUTES for another length. */
const minutes = Number(process.env.SOAK_MINUTES ?? 30);
/** After it everything has been loaded, compiled and filled once. */
const settlingMinutes = Math.min(5, minutes / 3);
const sampleEveryMs = 5000;
/** Samples at either end that are compared by their mean, minutes: garbage comes and goes. */
const windowMinutes = Math.min(3, minutes / 6);

const residentMebibytes = (pid: number) => Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;

export const benchmark: Benchmark = {
  name: 'soak',
  description: `8 cameras for ${minutes} minutes, each role in its own process: memory`,
  isLong: true,
  run: (tell) =>
    inCluster({ streams: 8 }, async (cluster) => {
      const roles = {
        process: await cluster.role('process'),
        record: await cluster.role('record'),
        gateway: await cluster.role('gateway', '--port', '0'),
        ingest: await cluster.role('ingest'),
      };
      await untilAllFlow(cluster);
      cluster.witness.forget();
      const startedAt = performance.now();
      const samples: { readonly minute: number; readonly resident: Readonly<Record<string, number>> }[] = [];
      for (let told = 0; ; ) {
        const minute = (performance.now() - startedAt) / 60_000;
        if (minute > minutes) break;
        samples.push({
          minute,
          resident: Object.fromEntries(Object.entries(roles).map(([name, { pid }]) => [name, residentMebibytes(pid)])),
        });
        if (minute >= told) {
          told += 1;
          const now = Object.entries(samples.at(-1)!.resident).map(([name, mebibytes]) => `${name} ${mebibytes.toFixed(0)} MiB`);
          tell(`minute ${minute.toFixed(0)}: ${now.join(', ')}; ${cluster.witness.perceptionCount} perceptions`);
          // A witness of half an hour would be the largest of all.
          cluster.witness.forget();
        }
        await sleep(sampleEveryMs);
      }
      return Object.entries(roles).flatMap(([name, role]): Figure[] => {
        const mean = (from: number, to: number) => {
          const within = samples.filter(({ minute }) => minute >= from && minute <= to).map(({ resident }) => resident[name]!);
          return within.reduce((a, b) => a + b, 0) / within.length;
        };
        const before = mean(settlingMinutes, settlingMinutes + windowMinutes);
        const after = mean(minutes - windowMinutes, minutes);
        return [
          {
            name: `${name}: growth of resident memory after ${settlingMinutes} minutes`,
            value: (after / before - 1) * 100,
            unit: '%',
            atMost: 5,
            note: `${before.toFixed(0)} → ${after.toFixed(0)} MiB`,
          },
          { name: `${name}: times it ended by itself`, value: role.crashes, unit: '', atMost: 0 },
        ];
      });
    }),
};
