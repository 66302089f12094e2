import type { TestContext } from 'node:test';
import type { Detector } from '../../models/detector.ts';
import type { Models } from '../../models/models.ts';
import type { Bus } from '../../platform/bus/bus.ts';
import { createEmbeddedBus } from '../../platform/bus/embedded.ts';
import { createLogger } from '../../platform/logging.ts';
import { startProcessor } from '../../processors/processor.ts';
import {
  accessUnitCodec,
  alertCodec,
  analysisStatusCodec,
  checkpointCodec,
  deadLetterCodec,
  perceptionCodec,
  snapshotCodec,
} from '../../schemas/codecs.ts';
import { parseConfiguration } from '../../schemas/configuration.ts';
import { RoadstreamError } from '../../schemas/errors.ts';
import type { AccessUnit, Alert, AnalysisStatus, Checkpoint, DeadLetter, Perception, Snapshot } from '../../schemas/messages.ts';
import { type TopicDefinition, topics } from '../../schemas/topics.ts';
import { modelsWith } from '../support/models.ts';

export interface WorldOptions {
  readonly detector: Detector;
  /** Besides the detector. */
  readonly models?: Partial<Models>;
  /** As in the configuration file. */
  readonly streams?: readonly object[];
  /** What processors publish to this topic fails the first time. */
  readonly failsOnce?: TopicDefinition;
}

/** A bus, and everything that processors have put on it. */
export async function processorWorld(t: TestContext, { detector, models = {}, streams = [], failsOnce }: WorldOptions) {
  const bus = createEmbeddedBus();
  const configuration = parseConfiguration({ streams }, 'test');
  const seen = {
    perceptions: [] as Perception[],
    alerts: [] as Alert[],
    snapshots: [] as Snapshot[],
    statuses: [] as AnalysisStatus[],
    checkpoints: [] as Checkpoint[],
    history: [] as Checkpoint[],
    deadLetters: [] as DeadLetter[],
    log: [] as Record<string, unknown>[],
  };
  const kept: readonly [TopicDefinition, (value: Buffer) => unknown][] = [
    [topics.perceptions, (value) => seen.perceptions.push(perceptionCodec.decode(value))],
    [topics.alerts, (value) => seen.alerts.push(alertCodec.decode(value))],
    [topics.snapshots, (value) => seen.snapshots.push(snapshotCodec.decode(value))],
    [topics.analysis, (value) => seen.statuses.push(analysisStatusCodec.decode(value))],
    [topics.checkpoints, (value) => seen.checkpoints.push(checkpointCodec.decode(value))],
    [topics.checkpointHistory, (value) => seen.history.push(checkpointCodec.decode(value))],
    [topics.deadLetters, (value) => seen.deadLetters.push(deadLetterCodec.decode(value))],
  ];
  const log = createLogger({ level: 'info', destination: { write: (line) => seen.log.push(JSON.parse(line)) } });
  const processors: { close(): Promise<void> }[] = [];
  t.after(async () => {
    for (const processor of processors) await processor.close();
    await bus.close();
  });
  for (const [topic, keep] of kept)
    await bus.subscribe({
      topics: [topic],
      from: 'latest',
      async onBatch(batch) {
        for (const { value } of batch) if (value && isMessage(value)) keep(value);
      },
    });

  return {
    bus,
    ...seen,
    async start(name = 'a') {
      const processor = await startProcessor({
        bus: failsOnce ? failingOnce(bus, failsOnce) : bus,
        configuration,
        models: modelsWith(detector, models),
        log,
        name,
      });
      processors.push(processor);
      return processor;
    },
    publish: (unit: AccessUnit, topic: TopicDefinition = topics.framesDashcam) =>
      bus.publish(topic, unit.streamId, accessUnitCodec.encode(unit)),
    putCheckpoint: (checkpoint: Checkpoint) => bus.publish(topics.checkpoints, checkpoint.streamId, checkpointCodec.encode(checkpoint)),
    /** Sequence numbers of what was analysed of a stream. */
    analysed: (streamId: string) => seen.perceptions.filter((each) => each.streamId === streamId).map(({ sequence }) => sequence),
    status: (streamId: string) => seen.statuses.findLast((each) => each.streamId === streamId),
    trackIds: (streamId: string) =>
      new Set(seen.perceptions.filter((each) => each.streamId === streamId).flatMap(({ tracks }) => tracks.map(({ trackId }) => trackId))),
  };
}

function failingOnce(bus: Bus, topic: TopicDefinition): Bus {
  let hasFailed = false;
  return {
    async publish(to, key, value) {
      if (to !== topic || hasFailed) return bus.publish(to, key, value);
      hasFailed = true;
      throw new RoadstreamError('BUS_UNAVAILABLE', 'away for the test', { retryable: true });
    },
    subscribe: (options) => bus.subscribe(options),
    offsets: (of) => bus.offsets(of),
    offsetAt: (of, partition, timestampMs) => bus.offsetAt(of, partition, timestampMs),
    close: () => bus.close(),
  };
}

/** What tests put on a topic for being no message at all has another first byte. */
function isMessage(value: Buffer): boolean {
  return value[0] === 0;
}
