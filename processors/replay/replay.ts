import type { Models } from '../../models/models.ts';
import { readLog } from '../../platform/bus/read-log.ts';
import { accessUnitCodec, alertCodec, perceptionCodec } from '../../schemas/codecs.ts';
import { type Configuration, streamSchema } from '../../schemas/configuration.ts';
import { asRoadstreamError, RoadstreamError } from '../../schemas/errors.ts';
import { type AccessUnit, type Alert, type Perception, rtpClockHz } from '../../schemas/messages.ts';
import { openSenses } from '../pipelines/open-senses.ts';
import { Pipeline } from '../pipelines/pipeline.ts';
import { type AlertDiff, diffAlerts } from './alert-diff.ts';
import { findFrames, findRecording, nothingSeen, type Recording, type RecordingOptions } from './recording.ts';
import { comparableBytes, frameKey } from './stored-perceptions.ts';

export interface ReplayOptions extends Omit<RecordingOptions, 'stateVersion' | 'frames'> {
  /** Of now: another one than then gives another result, which is a reason to replay. */
  readonly configuration: Configuration;
  readonly models: Models;
  /** Messages read of those to be read. */
  readonly onProgress?: (done: number, all: number) => void;
}

export interface PerceptionDifference {
  readonly epoch: number;
  readonly sequence: number;
  readonly capturedAtUs: number;
  /** Fields of the perception that are not the same; `missing` when now nothing came out. */
  readonly fields: readonly string[];
}

export interface ReplayResult {
  readonly streamId: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly models: { readonly before: readonly string[]; readonly now: string };
  /** Otherwise perceptions are not compared. */
  readonly hasSameModels: boolean;
  /** Whether every perception and every alert message of the span is the same to the byte, timings aside. */
  readonly identical: boolean;
  /** What the first frame was judged with: the state of a checkpoint, or none, at the oldest keyframe of the connection. */
  readonly began: 'at a checkpoint' | 'afresh';
  /** Access units of the span, and how many could not be decoded or analysed. */
  readonly frames: number;
  readonly failures: number;
  /** Stored ones of the span. */
  readonly perceptions: number;
  readonly differences: readonly PerceptionDifference[];
  /** Stored ones of the span, and how many of all are not the same or only there in one of the two. */
  readonly alertMessages: number;
  readonly alertMessagesDiffering: number;
  /** When, within the span, another processor took the stream over (capture time), and which. Those very frames are not compared. */
  readonly takeOvers: readonly { readonly capturedAtUs: number; readonly processor: string }[];
  readonly alerts: AlertDiff;
}

/** Pictures that a decoder may still hold back when the span has ended: 16 is the most that H.264 and H.265 allow. */
const mostReordered = 16;

/**
 * Judges stored frames of a stream again, exactly those that were judged then, and compares. Publishes nothing.
 * @throws NOT_FOUND when the span's frames or perceptions are not kept, REQUEST_INVALID for a span that is none; what the bus does
 */
export async function replay(options: ReplayOptions): Promise<ReplayResult> {
  const { configuration, models, streamId, fromMs, toMs, bus, log, onProgress = () => undefined } = options;
  if (!(fromMs < toMs))
    throw new RoadstreamError('REQUEST_INVALID', 'The span ends before it begins; give --from a time before that of --to.');
  const configured = configuration.streams.find(({ id }) => id === streamId);

  const frames = await findFrames(bus, streamId, fromMs, toMs);
  const { kind, vehicleId } = frames.first;
  const stream = { ...(configured ?? streamSchema.parse({ id: streamId, url: 'bus:', vehicle: vehicleId, kind })), kind };
  const senses = await openSenses({ stream, alerts: configuration.alerts, models });
  const { modelSet, stateVersion } = senses;
  const recording = await findRecording({ ...options, frames, stateVersion });
  const { topic, partition, offsets, checkpoint } = recording;
  const comparison = new Comparison(recording, modelSet);
  // Every picture is to be asked for, since what was chosen then is known: no two have the same slot at the clock's own rate.
  const everyPicture = { ...stream, analysedFramesPerSecond: rtpClockHz };
  const pipeline = new Pipeline({ stream: everyPicture, senses });
  if (checkpoint) pipeline.restore(checkpoint.state);
  try {
    let beyond = 0;
    for await (const { key, value, offset } of readLog(bus, topic, [{ partition, from: offsets.start, until: offsets.end }])) {
      onProgress(Math.min(offset, offsets.until) - offsets.start, offsets.until - offsets.start);
      if (offset >= offsets.until && (comparison.isComplete || beyond >= mostReordered)) break;
      if (key !== streamId || !value) continue;
      if (offset >= offsets.until) beyond++;
      const isWithin = offset >= offsets.from && offset < offsets.until;
      let unit: AccessUnit | undefined;
      try {
        unit = accessUnitCodec.decode(value);
        if (isWithin) comparison.addFrame(unit);
        const judged = await pipeline.push(unit, { admit: (chosen) => (recording.perceptions.of(chosen) ? {} : undefined) });
        if (judged) comparison.addJudged(judged.perception, judged.alerts);
      } catch (thrown) {
        if (isWithin) comparison.failures++;
        log.debug({ stream: streamId, offset, err: asRoadstreamError(thrown) }, 'an access unit was not judged again');
      }
      const takeOver = unit && recording.takeOvers.get(frameKey(unit));
      if (takeOver?.modelSet === modelSet) pipeline.restore(takeOver.state);
    }
  } finally {
    pipeline.close();
  }
  if (comparison.perceptions === 0) throw nothingSeen(streamId, fromMs, toMs);
  return { streamId, fromMs, toMs, began: checkpoint ? 'at a checkpoint' : 'afresh', ...comparison.result() };
}

/** What was stored of the span's frames beside what is made of them now. */
class Comparison {
  failures = 0;
  /** Stored ones of the frames so far. */
  perceptions = 0;
  readonly #recording: Recording;
  readonly #modelSet: string;
  /** Capture time of the frames of the span. */
  readonly #frames = new Map<string, number>();
  readonly #judged = new Set<string>();
  readonly #modelsBefore = new Set<string>();
  readonly #differences: PerceptionDifference[] = [];
  readonly #alerts: Alert[] = [];

  constructor(recording: Recording, modelSet: string) {
    this.#recording = recording;
    this.#modelSet = modelSet;
  }

  /** Whether everything stored of the frames so far has been judged again. */
  get isComplete(): boolean {
    return this.#judged.size === this.perceptions;
  }

  addFrame(unit: AccessUnit): void {
    this.#frames.set(frameKey(unit), unit.capturedAtUs);
    const stored = this.#recording.perceptions.of(unit);
    if (!stored) return;
    this.perceptions++;
    this.#modelsBefore.add(stored.modelSet);
  }

  addJudged(perception: Perception, alerts: readonly Alert[]): void {
    const frame = frameKey(perception);
    if (!this.#frames.has(frame)) return;
    this.#judged.add(frame);
    this.#alerts.push(...alerts);
    const { bytes } = this.#recording.perceptions.of(perception)!;
    const now = comparableBytes(perception);
    if (this.#recording.takeOvers.has(frame) || bytes.equals(now)) return;
    const { epoch, sequence, capturedAtUs } = perception;
    this.#differences.push({ epoch, sequence, capturedAtUs, fields: differingFields(bytes, now) });
  }

  result() {
    const { takeOvers, perceptions, alerts } = this.#recording;
    const missing = [...this.#frames].flatMap(([frame, capturedAtUs]): PerceptionDifference[] => {
      const [epoch, sequence] = frame.split('/').map(Number) as [number, number];
      const isMissing = perceptions.of({ epoch, sequence }) && !this.#judged.has(frame);
      return isMissing ? [{ epoch, sequence, capturedAtUs, fields: ['missing'] }] : [];
    });
    const differences = [...this.#differences, ...missing];
    const storedAlerts = alerts.filter((alert) => this.#frames.has(frameKey(alert)));
    const before = alertMessages(storedAlerts.filter((alert) => !takeOvers.has(frameKey(alert))));
    const now = alertMessages(this.#alerts.filter((alert) => !takeOvers.has(frameKey(alert))));
    const alertMessagesDiffering = [...new Set([...before.keys(), ...now.keys()])].filter((key) => before.get(key) !== now.get(key)).length;
    const hasSameModels = [...this.#modelsBefore].every((modelSet) => modelSet === this.#modelSet);
    return {
      models: { before: [...this.#modelsBefore].sort(), now: this.#modelSet },
      hasSameModels,
      identical: hasSameModels && differences.length === 0 && alertMessagesDiffering === 0,
      frames: this.#frames.size,
      failures: this.failures,
      perceptions: this.perceptions,
      differences: hasSameModels ? differences : [],
      alertMessages: alertMessages(storedAlerts).size,
      alertMessagesDiffering,
      takeOvers: [...takeOvers.values()].map(({ capturedAtUs, processor }) => ({ capturedAtUs, processor })),
      alerts: diffAlerts(storedAlerts, this.#alerts),
    };
  }
}

/** As bytes that are the same whenever it was made; published twice, it is one. */
function alertMessages(alerts: readonly Alert[]): Map<string, string> {
  return new Map(
    alerts.map((alert) => [
      `${alert.alertId}/${alert.state}/${frameKey(alert)}`,
      alertCodec.encode({ ...alert, publishedAtUs: 0 }).toString('base64'),
    ]),
  );
}

function differingFields(before: Buffer, now: Buffer): string[] {
  const [a, b] = [perceptionCodec.decode(before), perceptionCodec.decode(now)];
  return Object.keys(a).filter((name) => JSON.stringify(a[name as keyof Perception]) !== JSON.stringify(b[name as keyof Perception]));
}
