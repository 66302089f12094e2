import { monitorEventLoopDelay } from 'node:perf_hooks';
import { metrics } from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';

export interface Telemetry {
  /** @returns All metrics of the process in Prometheus' text format. */
  scrape(): Promise<string>;
  close(): Promise<void>;
}

/** How often the event loop's delay is sampled, milliseconds: fine enough for a 33 ms frame, under 0.5 % of a core. */
const delayResolutionMs = 20;

/**
 * Makes `metrics.getMeter('roadstream')` count. Parts create their instruments when they are made, so this comes before them.
 * Metrics of the process itself follow OpenTelemetry's semantic conventions.
 */
export function startTelemetry(): Telemetry {
  // The exporter brings a server of its own; the gateway's one serves /metrics, so only its collecting is used.
  const reader = new PrometheusExporter({ preventServerStart: true });
  const serializer = new PrometheusSerializer(undefined, false, undefined, true, true);
  const provider = new MeterProvider({ readers: [reader] });
  metrics.setGlobalMeterProvider(provider);

  const delay = monitorEventLoopDelay({ resolution: delayResolutionMs });
  delay.enable();
  const meter = provider.getMeter('roadstream');
  meter
    .createObservableGauge('process.memory.usage', { description: 'Resident memory of the process.', unit: 'By' })
    .addCallback((result) => result.observe(process.memoryUsage.rss()));
  meter
    .createObservableCounter('process.cpu.time', { description: 'CPU time of the process, all threads.', unit: 's' })
    .addCallback((result) => {
      const { user, system } = process.cpuUsage();
      result.observe(user / 1e6, { mode: 'user' });
      result.observe(system / 1e6, { mode: 'system' });
    });
  meter
    .createObservableGauge('nodejs.eventloop.delay.p99', { description: '99th percentile since the last scrape.', unit: 's' })
    .addCallback((result) => {
      // The histogram holds the time between two samples, which is the resolution when nothing delays.
      const percentileNs = delay.count === 0 ? 0 : delay.percentile(99);
      result.observe(Math.max(0, percentileNs / 1e9 - delayResolutionMs / 1e3));
      delay.reset();
    });

  return {
    async scrape() {
      const { resourceMetrics } = await reader.collect();
      return serializer.serialize(resourceMetrics);
    },
    async close() {
      delay.disable();
      metrics.disable();
      await provider.shutdown();
    },
  };
}
