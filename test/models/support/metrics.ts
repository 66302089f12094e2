import { metrics } from '@opentelemetry/api';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';

class Reader extends MetricReader {
  protected async onShutdown(): Promise<void> {}
  protected async onForceFlush(): Promise<void> {}
}

/**
 * Collects what is measured from now on, until the test ends.
 * @returns Gives the value of a metric that has one set of attributes; undefined when nothing was measured.
 */
export function recordMetrics(t: { after(clean: () => void): void }): (name: string) => Promise<unknown> {
  const reader = new Reader();
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
  t.after(() => metrics.disable());
  return async (name) => {
    const { resourceMetrics } = await reader.collect();
    const all = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
    return all.find(({ descriptor }) => descriptor.name === name)?.dataPoints[0]?.value;
  };
}
