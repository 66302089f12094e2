import type { BusMessage, Subscription, TopicPartition } from '../platform/bus/bus.ts';
import { nowUs } from '../platform/clock.ts';
import { accessUnitCodec, analysisStatusCodec } from '../schemas/codecs.ts';
import { type StreamConfiguration, streamSchema } from '../schemas/configuration.ts';
import { RoadstreamError } from '../schemas/errors.ts';
import type { AccessUnit } from '../schemas/messages.ts';
import { topics } from '../schemas/topics.ts';
import { Backlog, idleUs, tailOffset, usPerMessage } from './pace/backlog.ts';
import { openSenses } from './pipelines/open-senses.ts';
import { type FrameMessage, type ProcessorParts, StreamWork } from './stream-work.ts';

/** A stream that has been silent for this long, µs, has its newest state written down. */
const silentUs = 5_000_000;
/** … and for this long, µs, needs no decoder any more: if it comes back, it is taken over from its own checkpoint. */
const goneUs = 60_000_000;

/** One partition of a frame topic while this processor owns it: the work on each of its streams, and how far behind they are. */
export class PartitionWork {
  readonly #parts: ProcessorParts;
  readonly #partition: TopicPartition;
  /** Undefined where all pictures are analysed, however old. */
  readonly #backlog: Backlog | undefined;
  readonly #works = new Map<string, StreamWork>();
  #usPerMessage = 0;
  #needsRewind = true;
  /** Something was not acknowledged. */
  #hasFailed = false;
  #isRunning = false;

  constructor(parts: ProcessorParts, partition: TopicPartition) {
    this.#parts = parts;
    this.#partition = partition;
    this.#backlog = partition.topic === topics.framesJob.name ? undefined : new Backlog(parts.configuration.maxAgeMs);
  }

  /** Takes what has come in, and commits it once all it led to is acknowledged. @throws What publishing throws. */
  async take(batch: readonly BusMessage[], subscription: Subscription): Promise<void> {
    this.#isRunning = true;
    try {
      if (this.#hasFailed) await this.#recover();
      if (!this.#rewind(batch[0]!.offset, subscription)) await this.#takeAll(batch, subscription);
    } catch (thrown) {
      this.#closeAll();
      this.#hasFailed = true;
      throw thrown;
    } finally {
      this.#isRunning = false;
    }
  }

  /** Once a second: tells how the streams are, and writes down the state of those that have become silent. */
  async tick(): Promise<void> {
    const { bus } = this.#parts;
    const atUs = nowUs();
    const pace = !this.#backlog ? 'all' : this.#backlog.isCatchingUp ? 'catchUp' : 'live';
    for (const [streamId, work] of this.#works) {
      const status = work.status(pace, atUs);
      if (status) await bus.publish(topics.analysis, streamId, analysisStatusCodec.encode(status));
      const silenceUs = atUs - work.heardAtUs;
      if (this.#isRunning || silenceUs < silentUs) continue;
      await work.writeRest();
      if (this.#isRunning || silenceUs < goneUs) continue;
      this.#works.delete(streamId);
      work.close();
    }
  }

  /** Writes down what the next owner needs, and lets go. */
  async close(): Promise<void> {
    try {
      await Promise.all([...this.#works.values()].map((work) => work.writeRest()));
    } finally {
      this.#closeAll();
    }
  }

  /**
   * What was not acknowledged must be judged again: as after a crash, from the newest checkpoint. Only with the next batch, so that it is
   * tried until it succeeds, and left to the next owner once the partition is another's.
   */
  async #recover(): Promise<void> {
    await this.#parts.book.caughtUp();
    await this.#parts.book.publishOutboxes(this.#partition);
    this.#hasFailed = false;
    this.#needsRewind = true;
  }

  #closeAll(): void {
    for (const work of this.#works.values()) work.close();
    this.#works.clear();
  }

  /** Before the first batch: decoding of the streams that are taken over begins at a keyframe that lies before what was committed. */
  #rewind(offset: number, subscription: Subscription): boolean {
    if (!this.#needsRewind) return false;
    this.#needsRewind = false;
    const { topic, partition } = this.#partition;
    const keyframeOffset = this.#parts.book.keyframeOffset(this.#partition);
    if (keyframeOffset === undefined || keyframeOffset >= offset) return false;
    subscription.seek(topic, partition, keyframeOffset);
    return true;
  }

  async #takeAll(batch: readonly BusMessage[], subscription: Subscription): Promise<void> {
    const { topic, partition } = this.#partition;
    const atUs = nowUs();
    const frames: FrameMessage[] = [];
    for (const message of batch) {
      const unit = await this.#read(message);
      if (unit) frames.push({ message, unit });
    }
    const streams = Map.groupBy(frames, ({ unit }) => unit.streamId);
    let nextOffset = batch.at(-1)!.offset + 1;

    const lag = subscription.lag(topic, partition);
    const longest = [...streams.values()].reduce<FrameMessage[]>((a, b) => (b.length > a.length ? b : a), []);
    this.#usPerMessage = usPerMessage(longest) ?? this.#usPerMessage;
    for (const [streamId, ofStream] of streams)
      this.#works.get(streamId)!.clock.observe(ofStream.at(-1)!.unit.publishedAtUs + lag * this.#usPerMessage, atUs);
    const pace = this.#backlog?.begin(this.#leastAgeUs(streams, atUs), atUs) ?? 'all';
    if (pace === 'jump') {
      const sought = tailOffset(nextOffset, lag, this.#usPerMessage);
      this.#jump(streams, sought > nextOffset, atUs);
      if (sought > nextOffset) subscription.seek(topic, partition, sought);
      nextOffset = sought;
    }
    // Side by side, so that streams which share a partition have no less of the detector than others.
    const taken = await Promise.allSettled(
      [...streams].map(async ([streamId, waiting]) => {
        const work = this.#works.get(streamId)!;
        for (let frame = waiting.shift(); frame; frame = waiting.shift()) {
          const { waitedUs } = await work.take(frame, { pace: pace === 'jump' ? 'live' : pace, waiting });
          if (waitedUs > idleUs) this.#backlog?.heldUp(nowUs());
        }
      }),
    );
    const failed = taken.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    subscription.commit(topic, partition, nextOffset);
    this.#backlog?.end(nowUs());
  }

  /** @returns How old the oldest picture is that has not been taken yet, µs; of several streams, that of the least late one. */
  #leastAgeUs(streams: ReadonlyMap<string, readonly FrameMessage[]>, atUs: number): number {
    const ages = [...streams].flatMap(([streamId, frames]) => {
      const work = this.#works.get(streamId)!;
      const first = frames.find((frame) => work.isNew(frame));
      return first ? work.clock.ageUs(first.unit.publishedAtUs, atUs) : [];
    });
    return ages.length > 0 ? Math.min(...ages) : 0;
  }

  /** Leaves out what is too old: all of the batch when it goes on near the log's end, else what lies before each stream's newest keyframe. */
  #jump(streams: Map<string, FrameMessage[]>, isAllLeftOut: boolean, atUs: number): void {
    for (const [streamId, work] of this.#works) {
      const frames = streams.get(streamId) ?? [];
      const keyframeAt = isAllLeftOut ? frames.length : frames.findLastIndex(({ unit }) => unit.isKeyframe);
      const leftOut = frames.splice(0, Math.max(0, keyframeAt));
      const first = leftOut.find((frame) => work.isNew(frame));
      if (!first && !isAllLeftOut) continue;
      const ageSeconds = first ? work.clock.ageUs(first.unit.publishedAtUs, atUs) / 1e6 : undefined;
      work.jump(first, ageSeconds === undefined ? 'the analysis was behind' : `the analysis was ${ageSeconds.toFixed(1)} s behind`);
    }
  }

  /** @returns Undefined for what cannot be understood, which is buried. */
  async #read(message: BusMessage): Promise<AccessUnit | undefined> {
    if (!message.value) return undefined;
    try {
      const unit = accessUnitCodec.decode(message.value);
      await this.#workFor(unit);
      return unit;
    } catch (thrown) {
      if (thrown instanceof RoadstreamError && thrown.code.startsWith('BUS_')) throw thrown;
      this.#parts.metrics.failed.add(1, { stream: message.key });
      await this.#parts.deadLetters.bury(message, thrown);
      return undefined;
    }
  }

  async #workFor(unit: AccessUnit): Promise<StreamWork> {
    const { streamId, kind } = unit;
    const { configuration, book, models } = this.#parts;
    const existing = this.#works.get(streamId);
    if (existing && !existing.isTakenOver) return existing;
    const stream = { ...(configuration.streams.find(({ id }) => id === streamId) ?? unconfigured(unit)), kind };
    const senses = await openSenses({ stream, alerts: configuration.alerts, models });
    const restored = await book.restore(streamId, kind, senses.stateVersion);
    const work = new StreamWork(this.#parts, stream, this.#partition, senses, restored);
    existing?.close();
    this.#works.set(streamId, work);
    return work;
  }
}

/** The settings of a stream that only its messages tell of. @throws MESSAGE_INVALID */
function unconfigured({ streamId, vehicleId, kind }: AccessUnit): StreamConfiguration {
  const parsed = streamSchema.safeParse({ id: streamId, url: 'bus:', vehicle: vehicleId, kind });
  if (parsed.success) return parsed.data;
  const reasons = parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ');
  throw new RoadstreamError('MESSAGE_INVALID', `An access unit names its stream or vehicle wrongly: ${reasons}.`);
}
