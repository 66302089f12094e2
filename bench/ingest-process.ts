import { pino } from 'pino';
import { startIngest } from '../ingest/ingest.ts';
import type { Bus } from '../platform/bus/bus.ts';
import { createKafkaBus } from '../platform/bus/kafka.ts';
import { startTelemetry } from '../platform/telemetry.ts';
import type { StreamConfiguration } from '../schemas/configuration.ts';
import { cpuMs, quantile } from './figure.ts';

/** What the process is started with, as JSON. */
export interface IngestOrder {
  readonly streams: readonly StreamConfiguration[];
  readonly brokers: string[];
  readonly cacheDirectory: string;
}

/** What it answers to any message: since the last one. */
export interface IngestTold {
  readonly elapsedMs: number;
  readonly cpuMs: number;
  readonly pictures: number;
  readonly bytes: number;
  /** From handing a picture to the bus to the broker's acknowledgement. */
  readonly acknowledgedP99Ms: number;
  readonly residentBytes: number;
}

const { streams, brokers, cacheDirectory } = JSON.parse(process.argv[2]!) as IngestOrder;
const telemetry = startTelemetry();
const log = pino({ level: 'warn' }, pino.destination(2));
const kafka = createKafkaBus({ kafka: { brokers, tls: false, sasl: null }, clientId: 'bench-ingest', log });
let pictures = 0;
let bytes = 0;
let waits: number[] = [];
const bus: Bus = {
  async publish(topic, key, value) {
    const at = performance.now();
    const place = await kafka.publish(topic, key, value);
    if (!topic.name.startsWith('roadstream.frames.')) return place;
    pictures += 1;
    bytes += value!.length;
    waits.push(performance.now() - at);
    return place;
  },
  subscribe: (options) => kafka.subscribe(options),
  offsets: (topic) => kafka.offsets(topic),
  offsetAt: (topic, partition, timestampMs) => kafka.offsetAt(topic, partition, timestampMs),
  close: () => kafka.close(),
};
const ingest = await startIngest({ streams, fileFolders: [], cacheDirectory, bus, log });

let last = { at: performance.now(), cpu: cpuMs() };
process.on('message', () => {
  const now = { at: performance.now(), cpu: cpuMs() };
  process.send!({
    elapsedMs: now.at - last.at,
    cpuMs: now.cpu - last.cpu,
    pictures,
    bytes,
    acknowledgedP99Ms: quantile(waits, 0.99),
    residentBytes: process.memoryUsage.rss(),
  } satisfies IngestTold);
  last = now;
  pictures = 0;
  bytes = 0;
  waits = [];
});
process.on('disconnect', async () => {
  await ingest.close();
  await kafka.close();
  await telemetry.close();
});
