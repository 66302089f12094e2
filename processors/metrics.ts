import { metrics } from '@opentelemetry/api';

/** What is counted of a processor. */
export function createProcessorMetrics() {
  const meter = metrics.getMeter('roadstream');
  return {
    analysed: meter.createCounter('roadstream.frames.analysed', { description: 'Pictures analysed.' }),
    skipped: meter.createCounter('roadstream.frames.skipped', {
      description: 'Chosen pictures decoded but not analysed, because they were late or the process was full.',
    }),
    failed: meter.createCounter('roadstream.frames.failed', { description: 'Access units that could not be decoded or analysed.' }),
    jumps: meter.createCounter('roadstream.frames.jumps', { description: 'Times that old pictures were jumped over.' }),
    inference: meter.createHistogram('roadstream.inference.ms', { description: 'Both looks of one picture.', unit: 'ms' }),
    latency: meter.createHistogram('roadstream.perception.latency.ms', {
      description: 'From capture to the perception on the bus.',
      unit: 'ms',
    }),
  };
}
export type ProcessorMetrics = ReturnType<typeof createProcessorMetrics>;
