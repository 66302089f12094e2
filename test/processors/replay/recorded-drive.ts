import { setTimeout as sleep } from 'node:timers/promises';
import type { Detector } from '../../../models/detector.ts';
import type { Bus } from '../../../platform/bus/bus.ts';
import { dashcamStateVersion } from '../../../processors/core/dashcam-judge.ts';
import { DashcamSenses } from '../../../processors/pipelines/dashcam-senses.ts';
import { Pipeline } from '../../../processors/pipelines/pipeline.ts';
import { accessUnitCodec, alertCodec, checkpointCodec, perceptionCodec } from '../../../schemas/codecs.ts';
import type { Configuration } from '../../../schemas/configuration.ts';
import type { AccessUnit } from '../../../schemas/messages.ts';
import { topics } from '../../../schemas/topics.ts';

/** Puts a drive on the bus as ingest and processors leave it there, as fast as it goes. */
export class RecordedDrive {
  readonly #bus: Bus;
  readonly #configuration: Configuration;
  readonly #detector: Detector;
  #pipeline: Pipeline;
  #partition = 0;
  #keyframeOffset = 0;
  #nextOffset = 0;
  /** What a checkpoint is of. */
  #newest: AccessUnit | undefined;

  constructor(bus: Bus, configuration: Configuration, detector: Detector) {
    this.#bus = bus;
    this.#configuration = configuration;
    this.#detector = detector;
    this.#pipeline = this.#open();
  }

  /** Frames come in; those admitted are judged. */
  async drive(units: readonly AccessUnit[], admit: (unit: AccessUnit) => boolean = () => true): Promise<void> {
    for (const unit of units) {
      const { partition, offset } = await this.#bus.publish(topics.framesDashcam, unit.streamId, accessUnitCodec.encode(unit));
      this.#partition = partition;
      if (unit.isKeyframe) this.#keyframeOffset = offset;
      this.#nextOffset = offset + 1;
      this.#newest = unit;
      await this.#judge(unit, admit);
    }
  }

  /** @returns A moment of the bus's clock that lies between what has been published and what will be. */
  async moment(): Promise<number> {
    const before = Date.now();
    while (Date.now() < before + 2) await sleep(1);
    const between = Date.now();
    while (Date.now() < between + 2) await sleep(1);
    return between;
  }

  /** As each processor does once a minute. */
  async keepCheckpoint(isTakeOver = false): Promise<void> {
    const { streamId, epoch, sequence, capturedAtUs } = this.#newest!;
    const value = checkpointCodec.encode({
      ...{ streamId, epoch, sequence, capturedAtUs, isTakeOver, outbox: [], processor: 'processor-2', writtenAtUs: 0 },
      ...{ topic: topics.framesDashcam.name, partition: this.#partition, version: dashcamStateVersion },
      ...{ keyframeOffset: this.#keyframeOffset, nextOffset: this.#nextOffset },
      ...{ modelSet: `${this.#detector.name}:${this.#detector.hash}`, state: JSON.stringify(this.#pipeline.snapshot()) },
    });
    await this.#bus.publish(topics.checkpointHistory, streamId, value);
  }

  /**
   * Another processor takes the stream over that knows nothing of it, and judges again what this one judged last.
   * @param group What it needs to begin decoding with.
   * @param again What both judge.
   * @param isKept Whether the take-over is on the history, as it should be.
   */
  async takeOver(group: readonly AccessUnit[], again: readonly AccessUnit[], isKept = true): Promise<void> {
    await this.drive(again);
    this.close();
    this.#pipeline = this.#open();
    for (const unit of group) await this.#judge(unit, () => false);
    const [first, ...rest] = again;
    await this.#judge(first!, () => true);
    this.#newest = first;
    if (isKept) await this.keepCheckpoint(true);
    for (const unit of rest) await this.#judge(unit, () => true);
  }

  close(): void {
    this.#pipeline.close();
  }

  #open(): Pipeline {
    const { streams, alerts } = this.#configuration;
    const stream = streams[0]!;
    return new Pipeline({ stream, senses: new DashcamSenses({ stream, alerts, detector: this.#detector }) });
  }

  async #judge(unit: AccessUnit, admit: (unit: AccessUnit) => boolean): Promise<void> {
    const judged = await this.#pipeline.push(unit, { admit: (chosen) => (admit(chosen) ? {} : undefined) });
    if (!judged) return;
    const { perception, alerts } = judged;
    for (const alert of alerts)
      await this.#bus.publish(topics.alerts, perception.vehicleId ?? perception.streamId, alertCodec.encode(alert));
    await this.#bus.publish(topics.perceptions, perception.streamId, perceptionCodec.encode(perception));
  }
}
