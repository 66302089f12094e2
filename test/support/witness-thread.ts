import { parentPort, workerData } from 'node:worker_threads';
import { createKafkaBus } from '../../platform/bus/kafka.ts';
import { createLogger } from '../../platform/logging.ts';
import { accessUnitCodec, alertCodec, perceptionCodec } from '../../schemas/codecs.ts';
import { RoadstreamError } from '../../schemas/errors.ts';
import { topics } from '../../schemas/topics.ts';
import type { Sighting } from './witness.ts';

const { brokers }: { brokers: string[] } = workerData;
const bus = createKafkaBus({ kafka: { brokers, tls: false, sasl: null }, clientId: 'witness', log: createLogger({ level: 'error' }) });
await bus.subscribe({
  topics: [topics.framesDashcam, topics.perceptions, topics.alerts],
  from: 'earliest',
  onBatch: async (batch) => {
    parentPort!.postMessage(batch.flatMap(({ topic, value }) => (value ? read(topic, value) : [])));
  },
});
// Whoever asks it to end wants nothing of it any more.
parentPort!.once('message', () => bus.close().finally(() => process.exit()));

function read(topic: string, value: Buffer): Sighting[] {
  try {
    if (topic === topics.alerts.name) return [{ alert: alertCodec.decode(value) }];
    if (topic === topics.perceptions.name) {
      const { streamId, epoch, sequence, capturedAtUs, tracks, timing } = perceptionCodec.decode(value);
      return [{ streamId, perception: { epoch, sequence, capturedAtUs, tracks, publishedAtUs: timing.publishedAtUs } }];
    }
    const { streamId, epoch, sequence, capturedAtUs } = accessUnitCodec.decode(value);
    return [{ streamId, unit: { epoch, sequence, capturedAtUs } }];
  } catch (thrown) {
    // Some tests publish what nobody can read.
    if (thrown instanceof RoadstreamError) return [];
    throw thrown;
  }
}
