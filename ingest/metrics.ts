import { type Counter, metrics } from '@opentelemetry/api';

export interface IngestMetrics {
  readonly frames: Counter;
  readonly bytes: Counter;
  readonly dropped: Counter;
  readonly reconnects: Counter;
}

/** The counters of ingest, each with the attribute `stream`. */
export function createIngestMetrics(): IngestMetrics {
  const meter = metrics.getMeter('roadstream');
  return {
    frames: meter.createCounter('roadstream.ingest.frames', { description: 'Pictures published.' }),
    bytes: meter.createCounter('roadstream.ingest.bytes', { description: 'Bytes of the pictures published.', unit: 'By' }),
    dropped: meter.createCounter('roadstream.ingest.dropped', {
      description: 'Pictures dropped because the bus was too slow or refused them.',
    }),
    reconnects: meter.createCounter('roadstream.ingest.reconnects', { description: 'Connections made again after one was lost.' }),
  };
}
