import { metrics } from '@opentelemetry/api';
import type { Logger } from 'pino';
import type { Detector } from '../models/detector.ts';
import type { Bus, BusMessage } from '../platform/bus/bus.ts';
import { nowUs } from '../platform/clock.ts';
import { accessUnitCodec, alertCodec, perceptionCodec, snapshotCodec } from '../schemas/codecs.ts';
import { type Configuration, type StreamConfiguration, streamSchema } from '../schemas/configuration.ts';
import { asRoadstreamError } from '../schemas/errors.ts';
import type { AccessUnit } from '../schemas/messages.ts';
import { framesTopic, topics } from '../schemas/topics.ts';
import { watchBurnInWishes } from './burn-in-wishes.ts';
import { DashcamPipeline } from './pipelines/dashcam.ts';

export interface ProcessorOptions {
  readonly bus: Bus;
  readonly configuration: Configuration;
  readonly detector: Detector;
  readonly log: Logger;
}

/** A live picture older than this is decoded but not analysed: two analysed frames at 15 a second, so that boxes stay fresh. */
const freshMs = 140;
/** How often the same failure of a stream is logged. */
const repeatedFailureLogMs = 10_000;

interface StreamWork {
  readonly pipeline: DashcamPipeline;
  failuresSinceLog: number;
  failureLoggedAtUs: number;
}

/** Consumes the dashcams' frames, and publishes what was perceived and what is dangerous. */
export async function startProcessor({ bus, configuration, detector, log }: ProcessorOptions): Promise<{ close(): Promise<void> }> {
  const meter = metrics.getMeter('roadstream');
  const analysed = meter.createCounter('roadstream.frames.analysed', { description: 'Pictures analysed.' });
  const skipped = meter.createCounter('roadstream.frames.skipped', {
    description: 'Chosen pictures decoded but not analysed, because they were late.',
  });
  const failed = meter.createCounter('roadstream.frames.failed', { description: 'Access units that could not be decoded or analysed.' });
  const inference = meter.createHistogram('roadstream.inference.ms', { description: 'Both looks of one picture.', unit: 'ms' });
  const latency = meter.createHistogram('roadstream.perception.latency.ms', {
    description: 'From capture to the perception on the bus.',
    unit: 'ms',
  });

  const streams = new Map(configuration.streams.map((stream) => [stream.id, stream]));
  const works = new Map<string, StreamWork>();
  const wishes = await watchBurnInWishes(bus, log);

  function workFor(unit: AccessUnit): StreamWork {
    let work = works.get(unit.streamId);
    if (!work) {
      const stream: StreamConfiguration =
        streams.get(unit.streamId) ?? streamSchema.parse({ id: unit.streamId, url: 'bus:', vehicle: unit.vehicleId });
      work = {
        pipeline: new DashcamPipeline({ stream, alerts: configuration.alerts, detector }),
        failuresSinceLog: 0,
        failureLoggedAtUs: 0,
      };
      works.set(unit.streamId, work);
    }
    return work;
  }

  async function analyse(unit: AccessUnit): Promise<void> {
    const attributes = { stream: unit.streamId };
    const judged = await workFor(unit).pipeline.push(unit, {
      admit({ streamId, publishedAtUs, capturedAtUs }) {
        if ((nowUs() - publishedAtUs) / 1000 <= freshMs) return { burnInWidth: wishes.widthFor(streamId, capturedAtUs) };
        skipped.add(1, attributes);
        return undefined;
      },
    });
    if (!judged) return;
    const { perception, alerts, jpeg } = judged;
    const { streamId, vehicleId, epoch, sequence, capturedAtUs } = perception;
    const published = alerts.map((alert) => bus.publish(topics.alerts, vehicleId ?? streamId, alertCodec.encode(alert)));
    published.push(bus.publish(topics.perceptions, streamId, perceptionCodec.encode(perception)));
    if (jpeg)
      published.push(
        bus.publish(
          topics.snapshots,
          streamId,
          snapshotCodec.encode({ streamId, epoch, sequence, capturedAtUs, width: jpeg.width, height: jpeg.height, jpeg: jpeg.bytes }),
        ),
      );
    await Promise.all(published);
    for (const alert of alerts)
      log.info(
        { stream: streamId, alert: alert.type, severity: alert.severity, state: alert.state, evidence: alert.evidence },
        alert.message,
      );
    analysed.add(1, attributes);
    inference.record(perception.timing.inferenceMs, attributes);
    latency.record((nowUs() - capturedAtUs) / 1000, attributes);
  }

  /** One bad access unit is the loss of its stream's picture until the next keyframe, never of another stream's. */
  async function analyseOrReport(message: BusMessage): Promise<void> {
    if (!message.value) return;
    try {
      await analyse(accessUnitCodec.decode(message.value));
    } catch (thrown) {
      const error = asRoadstreamError(thrown);
      failed.add(1, { stream: message.key, code: error.code });
      const work = works.get(message.key);
      if (work) {
        work.failuresSinceLog++;
        if (nowUs() - work.failureLoggedAtUs < repeatedFailureLogMs * 1000) return;
        work.failureLoggedAtUs = nowUs();
      }
      log.warn(
        { stream: message.key, code: error.code, times: work?.failuresSinceLog ?? 1, error: error.message },
        'access units were not analysed',
      );
      if (work) work.failuresSinceLog = 0;
    }
  }

  const subscription = await bus.subscribe({
    topics: [framesTopic('dashcam')],
    group: 'processor-dashcam',
    from: 'latest',
    async onBatch(batch, self) {
      for (const message of batch) await analyseOrReport(message);
      const last = batch.at(-1)!;
      self.commit(last.topic, last.partition, last.offset + 1);
    },
  });

  return {
    async close() {
      await subscription.close();
      await wishes.close();
      for (const { pipeline } of works.values()) pipeline.close();
      works.clear();
    },
  };
}
