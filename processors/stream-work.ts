import type { Logger } from 'pino';
import type { Models } from '../models/models.ts';
import type { Bus, BusMessage, TopicPartition } from '../platform/bus/bus.ts';
import { nowUs } from '../platform/clock.ts';
import type { DeadLetters } from '../platform/dead-letters.ts';
import { rateLimited } from '../platform/logging.ts';
import { alertCodec, perceptionCodec, snapshotCodec, telemetryCodec } from '../schemas/codecs.ts';
import type { Configuration, StreamConfiguration } from '../schemas/configuration.ts';
import { asRoadstreamError, type RoadstreamError } from '../schemas/errors.ts';
import type { AccessUnit, AnalysisStatus, Checkpoint } from '../schemas/messages.ts';
import { topics } from '../schemas/topics.ts';
import { AnalysisRecord } from './analysis-record.ts';
import type { BurnInWishes } from './burn-in-wishes.ts';
import type { CheckpointBook, Restored } from './hand-over/checkpoint-book.ts';
import { type Settled, StreamCheckpoints } from './hand-over/stream-checkpoints.ts';
import type { ProcessorMetrics } from './metrics.ts';
import { freshUs, type Pace } from './pace/backlog.ts';
import type { LoadGovernor } from './pace/load-governor.ts';
import { StalenessClock } from './pace/staleness-clock.ts';
import { type Admission, type Judged, Pipeline, slotOf } from './pipelines/pipeline.ts';
import type { Senses, VehicleState } from './pipelines/senses.ts';
import type { Vehicles } from './vehicles.ts';

/** What all streams of a processor share. */
export interface ProcessorParts {
  /** Who this processor is, in checkpoints and statuses. */
  readonly name: string;
  readonly bus: Bus;
  readonly configuration: Configuration;
  readonly models: Models;
  readonly book: CheckpointBook;
  readonly deadLetters: DeadLetters;
  readonly wishes: BurnInWishes;
  readonly vehicles: Vehicles;
  readonly governor: LoadGovernor;
  readonly metrics: ProcessorMetrics;
  readonly log: Logger;
}

/** A message of a frame topic with what it holds. */
export interface FrameMessage {
  readonly message: BusMessage;
  readonly unit: AccessUnit;
}

/** How a frame is to be taken. */
export interface Taking {
  readonly pace: Exclude<Pace, 'jump'>;
  /** What else of the stream is at hand already, in its order. */
  readonly waiting: readonly FrameMessage[];
}

/**
 * Analysed pictures a second while catching up: few enough to gain on a full core while nothing comes near; and where something does, as
 * many as alerts are measured to work with, so that they are raised in the same picture as before.
 */
const catchUpFramesPerSecond = { calm: 2.5, inDanger: 5 };
/** How often a driver's attention is told although it is the same, µs of the stream: it is believed for two seconds. */
const attentionEveryUs = 500_000;
/** Between two dead letters of a stream, µs: at first, and at most, for one that sends nothing else. */
const firstBurialPauseUs = 1_000_000;
const longestBurialPauseUs = 60_000_000;

/** One stream while this processor owns it: takes its frames, publishes what they lead to, and writes its state down. */
export class StreamWork {
  readonly clock = new StalenessClock();
  readonly #parts: ProcessorParts;
  readonly #stream: StreamConfiguration;
  readonly #pipeline: Pipeline;
  readonly #checkpoints: StreamCheckpoints;
  readonly #record: AnalysisRecord;
  #from: Checkpoint | undefined;
  readonly #tellFailed: (error: RoadstreamError) => void;
  #nextOffset = 0;
  #keyframeOffset: number | undefined;
  #newestAtUs: number | undefined;
  /** Capture time of the first picture that is being jumped over. */
  #jumpedFrom: { readonly capturedAtUs: number; readonly reason: string } | undefined;
  #dueTimestamp: number | undefined;
  #told: { readonly attention: VehicleState['attention']; readonly capturedAtUs: number } | undefined;
  #burialPauseUs = firstBurialPauseUs;
  #buryAfterUs = 0;
  #isSkewTold = false;

  /** @param senses Closed with it. */
  constructor(
    parts: ProcessorParts,
    stream: StreamConfiguration,
    partition: TopicPartition,
    senses: Senses,
    restored: Restored | undefined,
  ) {
    const { name, log, bus, book } = parts;
    this.#parts = parts;
    this.#stream = stream;
    this.#record = new AnalysisRecord(stream.id, stream.analysedFramesPerSecond, name, nowUs());
    this.#pipeline = new Pipeline({ stream, senses });
    const { modelSet, stateVersion } = senses;
    this.#checkpoints = new StreamCheckpoints({ streamId: stream.id, partition, bus, book, processor: name, modelSet, stateVersion });
    this.#tellFailed = rateLimited(({ code, message }: RoadstreamError, times) =>
      log.warn({ stream: stream.id, code, times, error: message }, 'access units were not analysed'),
    );
    if (restored) this.#restore(restored);
  }

  /** When an access unit of it came last, our clock. */
  get heardAtUs(): number {
    return this.#record.heardAtUs;
  }

  /** Whether another processor owns the stream now. */
  get isTakenOver(): boolean {
    return this.#checkpoints.isTakenOver;
  }

  /** Whether the frame has not been taken yet, neither here nor by the owner before. */
  isNew({ message, unit }: FrameMessage): boolean {
    if (message.offset < this.#nextOffset) return false;
    return (
      !(this.#from && this.#from.epoch === unit.epoch && unit.sequence <= this.#from.sequence) && !this.#isBeforeRestart(message, unit)
    );
  }

  /**
   * Takes the next frame of the stream.
   * @returns How long it waited for the brokers.
   * @throws What publishing throws; what is wrong with the frame itself is told elsewhere.
   */
  async take(frame: FrameMessage, taking: Taking): Promise<{ readonly waitedUs: number }> {
    const { message, unit } = frame;
    if (message.offset < this.#nextOffset || this.#isBeforeRestart(message, unit)) return { waitedUs: 0 };
    const atUs = nowUs();
    if (this.isNew(frame)) await this.#takeOver(frame);
    // The owner before may have got further than was known.
    const isNew = this.isNew(frame);
    if (isNew) this.#record.heard(this.clock.ageUs(unit.publishedAtUs, atUs), atUs);
    if (unit.isKeyframe && isNew) this.#endJump(unit, atUs);
    let waitedUs = nowUs() - atUs;
    this.#tellSkew();

    let output: Output | undefined;
    try {
      const judged = await this.#pipeline.push(unit, { admit: (chosen) => this.#admit(chosen, taking) });
      output = judged && encode(judged);
    } catch (thrown) {
      await this.#fail(message, asRoadstreamError(thrown));
    }
    this.#nextOffset = message.offset + 1;
    if (unit.isKeyframe) this.#keyframeOffset = message.offset;
    this.#newestAtUs = unit.capturedAtUs;
    if (this.#keyframeOffset !== undefined && isNew)
      this.#checkpoints.settle({
        state: this.#pipeline.snapshot(),
        idsGiven: this.#pipeline.senses.idsGiven,
        unit: { epoch: unit.epoch, sequence: unit.sequence, capturedAtUs: unit.capturedAtUs },
        keyframeOffset: this.#keyframeOffset,
        nextOffset: this.#nextOffset,
      });
    const judgedAtUs = nowUs();
    if (output) await this.#publish(output);
    waitedUs += nowUs() - judgedAtUs;
    return { waitedUs };
  }

  /** The pictures from this one on are left out, up to the keyframe that is taken next. */
  jump(firstLeftOut: FrameMessage | undefined, reason: string): void {
    const capturedAtUs = firstLeftOut?.unit.capturedAtUs ?? this.#newestAtUs;
    if (capturedAtUs !== undefined) this.#jumpedFrom ??= { capturedAtUs, reason };
  }

  /**
   * @param pace At which its partition is taken now.
   * @returns Undefined when there is nothing new to tell.
   */
  status(pace: Taking['pace'], atUs: number): AnalysisStatus | undefined {
    const isThinned = pace === 'live' && this.#parts.governor.isBehind && !this.#pipeline.senses.isInDanger;
    return this.#record.status(pace === 'catchUp' || isThinned, atUs);
  }

  /** Writes down what no checkpoint knows. */
  async writeRest(): Promise<void> {
    if (this.#checkpoints.isBehind) await this.#checkpoints.write();
  }

  close(): void {
    this.#pipeline.close();
  }

  /** Sent before the keyframe at which the restored state begins again; of no use even for decoding. */
  #isBeforeRestart({ offset }: BusMessage, { epoch, sequence }: AccessUnit): boolean {
    const from = this.#from;
    // The position in the stream counts besides: a topic that was made anew counts its offsets from 0.
    return (
      from !== undefined && offset < from.keyframeOffset && (epoch < from.epoch || (epoch === from.epoch && sequence <= from.sequence))
    );
  }

  /** Before the first new frame; without a state to go on from, before the first keyframe. */
  async #takeOver({ message: { topic, partition, offset }, unit }: FrameMessage): Promise<void> {
    const from = this.#from;
    if (this.#checkpoints.hasTakenOver || !(from || unit.isKeyframe)) return;
    const isSamePartition = from?.topic === topic && from.partition === partition;
    const known = {
      unit: from ?? { ...unit, sequence: unit.sequence - 1 },
      keyframeOffset: isSamePartition ? from.keyframeOffset : offset,
      nextOffset: isSamePartition ? from.nextOffset : offset,
    };
    // Its owner may have died after writing it.
    if (from) await this.#parts.book.publishOutbox(from);
    await this.#writeTakeOver(known);
    const { senses } = this.#pipeline;
    const at = { streamId: this.#stream.id, topic, partition, nextOffset: known.nextOffset };
    const newer = await this.#parts.book.restoreNewer(at, this.#stream.kind, senses.stateVersion);
    if (!newer) return;
    const { checkpoint } = newer;
    await this.#parts.book.publishOutbox(checkpoint);
    this.#restore(newer);
    await this.#writeTakeOver({ unit: checkpoint, keyframeOffset: checkpoint.keyframeOffset, nextOffset: checkpoint.nextOffset });
  }

  #writeTakeOver(known: Pick<Settled, 'unit' | 'keyframeOffset' | 'nextOffset'>): Promise<void> {
    return this.#checkpoints.takeOver({ state: this.#pipeline.snapshot(), idsGiven: this.#pipeline.senses.idsGiven, ...known });
  }

  #restore({ checkpoint, state }: Restored): void {
    this.#from = checkpoint;
    this.#newestAtUs = checkpoint.capturedAtUs;
    this.#pipeline.restore(state);
    this.#pipeline.senses.leaveOutIds();
  }

  #admit(chosen: AccessUnit, { pace, waiting }: Taking): Admission | undefined {
    const { governor, wishes, vehicles, metrics } = this.#parts;
    const { streamId, capturedAtUs, rtpTimestamp, publishedAtUs } = chosen;
    const atUs = nowUs();
    this.#record.seen();
    this.#burialPauseUs = firstBurialPauseUs;
    const wanted = this.#stream.analysedFramesPerSecond;
    const { isInDanger } = this.#pipeline.senses;
    const caughtUpWith = Math.min(wanted, catchUpFramesPerSecond[isInDanger ? 'inDanger' : 'calm']);
    const rate = pace === 'all' ? wanted : pace === 'catchUp' ? caughtUpWith : wanted * (isInDanger ? 1 : governor.share);
    const isDue = rate === wanted || this.#dueTimestamp === undefined || slotOf(rtpTimestamp, rate) !== slotOf(this.#dueTimestamp, rate);
    const isLate = pace === 'live' && this.clock.ageUs(publishedAtUs, atUs) > freshUs;
    // The newest one at hand is analysed however late it is: otherwise a stream that is always late would never be.
    const isLeftOut = !isDue || (isLate && waiting.some(({ unit }) => slotOf(unit.rtpTimestamp, rate) !== slotOf(rtpTimestamp, rate)));
    if (isDue) {
      this.#dueTimestamp = rtpTimestamp;
      // A scanner works behind everything else: that it is late says nothing of the others.
      if (pace === 'live' && this.#stream.kind !== 'scanner') governor.record(isLeftOut ? 'skipped' : isLate ? 'late' : 'inTime');
    }
    if (!isLeftOut)
      return { burnInWidth: wishes.widthFor(streamId, capturedAtUs), vehicle: vehicles.stateAt(chosen.vehicleId, capturedAtUs) };
    this.#record.skipped(atUs);
    metrics.skipped.add(1, { stream: streamId });
    return undefined;
  }

  async #publish({ judged, alerts, perception, snapshot }: Output): Promise<void> {
    const { bus, metrics, log } = this.#parts;
    const { streamId, vehicleId, timing, capturedAtUs } = judged.perception;
    if (this.isTakenOver) return;
    await Promise.all([
      bus.publish(topics.perceptions, streamId, perception),
      ...(snapshot ? [bus.publish(topics.snapshots, streamId, snapshot)] : []),
      this.#tellAttention(judged),
    ]);
    // After what it knows, and before the alerts, which it names: so that nothing it knows is missing.
    if ((alerts.length > 0 || this.#checkpoints.isDue) && !(await this.#checkpoints.write(alerts))) return;
    await Promise.all(alerts.map((alert) => bus.publish(topics.alerts, vehicleId ?? streamId, alert)));
    for (const { type, severity, state, evidence, message } of judged.alerts)
      log.info({ stream: streamId, alert: type, severity, state, evidence }, message);
    const atUs = nowUs();
    this.#record.analysed(atUs);
    metrics.analysed.add(1, { stream: streamId });
    metrics.inference.record(timing.inferenceMs, { stream: streamId });
    metrics.latency.record((atUs - capturedAtUs) / 1000, { stream: streamId });
  }

  /** The vehicle's other cameras warn earlier while the driver does not look. */
  async #tellAttention({ perception: { vehicleId, capturedAtUs } }: Judged): Promise<void> {
    const { attention } = this.#pipeline.senses;
    if (attention === null || vehicleId === null) return;
    const isNews = attention !== this.#told?.attention || Math.abs(capturedAtUs - this.#told.capturedAtUs) >= attentionEveryUs;
    if (!isNews) return;
    this.#told = { attention, capturedAtUs };
    const nothing = { speedMps: null, indicator: null, latitudeDegrees: null, longitudeDegrees: null };
    const message = { vehicleId, source: this.#stream.id, measuredAtUs: capturedAtUs, ...nothing, attention };
    await this.#parts.bus.publish(topics.telemetry, vehicleId, telemetryCodec.encode(message));
  }

  /** One bad access unit is the loss of its stream's picture until the next keyframe, never of another stream's. */
  async #fail(message: BusMessage, error: RoadstreamError): Promise<void> {
    const { metrics, deadLetters } = this.#parts;
    metrics.failed.add(1, { stream: this.#stream.id, code: error.code });
    this.#record.failed(error);
    this.#tellFailed(error);
    // A detector that fails says nothing about the picture; the next one is tried.
    if (error.code === 'INFERENCE_FAILED' || error.code === 'INFERENCE_STUCK') return;
    const atUs = nowUs();
    if (atUs < this.#buryAfterUs) return;
    this.#buryAfterUs = atUs + this.#burialPauseUs;
    this.#burialPauseUs = Math.min(longestBurialPauseUs, 2 * this.#burialPauseUs);
    await deadLetters.bury(message, error);
  }

  #endJump({ capturedAtUs: toUs }: AccessUnit, atUs: number): void {
    if (!this.#jumpedFrom) return;
    const { capturedAtUs: fromUs, reason } = this.#jumpedFrom;
    this.#jumpedFrom = undefined;
    this.#record.jumped({ fromUs, toUs, reason }, atUs);
    this.#parts.metrics.jumps.add(1, { stream: this.#stream.id });
  }

  #tellSkew(): void {
    const { skewUs } = this.clock;
    if (skewUs === undefined || this.#isSkewTold) return;
    this.#isSkewTold = true;
    this.#parts.log.warn(
      { stream: this.#stream.id, aheadSeconds: Math.round(skewUs / 1e6) },
      'the clock of this host and that of the one which takes the camera in differ; times and latencies are wrong by so much. Set them (NTP)',
    );
  }
}

/** What was judged, ready to be published. */
interface Output {
  readonly judged: Judged;
  readonly alerts: readonly Buffer[];
  readonly perception: Buffer;
  readonly snapshot: Buffer | undefined;
}

function encode(judged: Judged): Output {
  const { perception, alerts, jpeg } = judged;
  const { streamId, epoch, sequence, capturedAtUs } = perception;
  return {
    judged,
    alerts: alerts.map((alert) => alertCodec.encode(alert)),
    perception: perceptionCodec.encode(perception),
    snapshot:
      jpeg && snapshotCodec.encode({ streamId, epoch, sequence, capturedAtUs, width: jpeg.width, height: jpeg.height, jpeg: jpeg.bytes }),
  };
}
