import type { Logger } from 'pino';
import type { Bus } from '../../platform/bus/bus.ts';
import { partitionOf } from '../../platform/bus/partitioner.ts';
import { messageAt, readLog } from '../../platform/bus/read-log.ts';
import { accessUnitCodec, alertCodec, type Codec, checkpointCodec, perceptionCodec } from '../../schemas/codecs.ts';
import { RoadstreamError } from '../../schemas/errors.ts';
import { type AccessUnit, type Alert, type Checkpoint, streamKinds } from '../../schemas/messages.ts';
import { framesTopic, type TopicDefinition, topics } from '../../schemas/topics.ts';
import type { PipelineState } from '../pipelines/pipeline.ts';
import { frameKey, StoredPerceptions } from './stored-perceptions.ts';

export interface RecordingOptions {
  readonly bus: Bus;
  readonly streamId: string;
  /** Wall clock of the bus: when frames were published. From the first to before the second. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly frames: Frames;
  /** Of the states that can be gone on from. */
  readonly stateVersion: number;
  readonly log: Logger;
}

/** A checkpoint that can be gone on from. */
export interface Restorable extends Omit<Checkpoint, 'state'> {
  readonly state: PipelineState;
}

/** What the bus keeps of a span of one stream: its frames, and what was made of them. */
export interface Recording {
  readonly topic: TopicDefinition;
  readonly partition: number;
  /** The span's frames lie in [from, until), among those of other streams. Reading begins at `start`; `end` is that of the partition. */
  readonly offsets: { readonly start: number; readonly from: number; readonly until: number; readonly end: number };
  readonly first: AccessUnit;
  /** Undefined when there is none before the span: then judging begins afresh at `offsets.start`. */
  readonly checkpoint: Restorable | undefined;
  /** Within the span, by the frame after which another processor wrote it. */
  readonly takeOvers: ReadonlyMap<string, Restorable>;
  readonly perceptions: StoredPerceptions;
  readonly alerts: readonly Alert[];
}

/** Hosts' clocks may differ by so much: what belongs together is looked for so far around. */
const clockSkewMs = 3_600_000;

/** @throws NOT_FOUND when perceptions of the span are not kept; what the bus does */
export async function findRecording(options: RecordingOptions): Promise<Recording> {
  const { bus, streamId, fromMs, toMs, frames, stateVersion, log } = options;
  const { topic, partition, oldest, from, until, end, first } = frames;
  const mine = { bus, streamId, log };

  const isUsable = (one: Checkpoint) =>
    one.topic === topic.name && one.partition === partition && one.version === stateVersion && one.keyframeOffset >= oldest;
  let checkpoint: Restorable | undefined;
  const takeOvers = new Map<string, Restorable>();
  // Further back only when there is none near: a camera may have been away for hours.
  for (const sinceMs of [fromMs - clockSkewMs, 0]) {
    if (checkpoint) break;
    for await (const one of readStream(mine, topics.checkpointHistory, streamId, checkpointCodec, sinceMs, toMs + clockSkewMs)) {
      if (!isUsable(one) || one.nextOffset > until) continue;
      const isBefore = one.nextOffset <= from;
      if (isBefore ? one.nextOffset < (checkpoint?.nextOffset ?? 0) : !one.isTakeOver) continue;
      const restorable = restorableFrom(one, log);
      if (isBefore) checkpoint = restorable ?? checkpoint;
      else if (restorable) takeOvers.set(frameKey(one), restorable);
    }
  }
  const start = checkpoint?.keyframeOffset ?? (await oldestKeyframe(mine, topic, partition, first, oldest, from));

  const startMs = (await messageAt(bus, topic, partition, start))?.timestampMs ?? fromMs;
  // Nobody waits for uploaded files: these may be analysed long after.
  const untilMs = topic === topics.framesJob ? Number.POSITIVE_INFINITY : toMs + clockSkewMs;
  const perceptions = new StoredPerceptions(takeOvers);
  for await (const perception of readStream(mine, topics.perceptions, streamId, perceptionCodec, startMs - clockSkewMs, untilMs))
    perceptions.add(perception);
  if (perceptions.size === 0) throw nothingSeen(streamId, fromMs, toMs);
  const alerts: Alert[] = [];
  const alertKey = first.vehicleId ?? streamId;
  for await (const alert of readStream(mine, topics.alerts, alertKey, alertCodec, startMs - clockSkewMs, untilMs))
    if (alert.streamId === streamId) alerts.push(alert);
  return { topic, partition, offsets: { start, from, until, end }, first, checkpoint, takeOvers, perceptions, alerts };
}

/** For a span of which frames are kept, but no perceptions. */
export function nothingSeen(streamId: string, fromMs: number, toMs: number): RoadstreamError {
  return new RoadstreamError(
    'NOT_FOUND',
    `Frames of stream ${streamId} are kept from ${time(fromMs)} to ${time(toMs)}, but nothing of what was seen in them: there is nothing to compare with. Choose a span in which it was analysed, or keep ${topics.perceptions.name} for longer.`,
  );
}

/** Where a span's frames lie. */
export interface Frames {
  readonly topic: TopicDefinition;
  readonly partition: number;
  readonly oldest: number;
  readonly from: number;
  readonly until: number;
  readonly end: number;
  readonly first: AccessUnit;
}

/** @throws NOT_FOUND when none of the span are kept; what the bus does */
export async function findFrames(bus: Bus, streamId: string, fromMs: number, toMs: number): Promise<Frames> {
  const kept: string[] = [];
  for (const topic of [...streamKinds.map(framesTopic), topics.framesJob]) {
    const offsets = await bus.offsets(topic);
    const partition = partitionOf(streamId, offsets.length);
    const { oldest, next } = offsets[partition]!;
    const from = Math.max(oldest, await bus.offsetAt(topic, partition, fromMs));
    const until = Math.max(from, await bus.offsetAt(topic, partition, toMs));
    const oldestMs = (await messageAt(bus, topic, partition, oldest))?.timestampMs;
    if (oldestMs !== undefined)
      kept.push(`${topic.name} from ${time(oldestMs)} to ${time((await messageAt(bus, topic, partition, next - 1))!.timestampMs)}`);
    for await (const { key, value } of readLog(bus, topic, [{ partition, from, until }])) {
      const first = key === streamId && value ? decoded(accessUnitCodec, value) : undefined;
      if (!first) continue;
      if (oldest > 0 && oldestMs! > fromMs)
        throw new RoadstreamError(
          'NOT_FOUND',
          `Frames before ${time(oldestMs!)} are no longer kept on ${topic.name}: begin there, or later.`,
        );
      return { topic, partition, oldest, from, until, end: next, first };
    }
  }
  const hint =
    kept.length > 0
      ? `Where its frames would lie, ${kept.join(' and ')} is kept; choose a span within, and a stream by its id.`
      : 'Nothing is kept where its frames would lie: is its id right? GET /api/v3/streams of the gateway lists those there are.';
  throw new RoadstreamError('NOT_FOUND', `No frame of stream ${streamId} is kept from ${time(fromMs)} to ${time(toMs)}. ${hint}`);
}

interface Mine {
  readonly bus: Bus;
  readonly streamId: string;
  readonly log: Logger;
}

/** What of one key was published between two times and can be decoded. */
async function* readStream<T extends { readonly streamId: string }>(
  { bus, streamId, log }: Mine,
  topic: TopicDefinition,
  key: string,
  codec: Codec<T>,
  fromMs: number,
  toMs: number,
): AsyncGenerator<T> {
  const offsets = await bus.offsets(topic);
  const partition = partitionOf(key, offsets.length);
  const { oldest, next } = offsets[partition]!;
  const from = Math.max(oldest, await bus.offsetAt(topic, partition, Math.max(0, fromMs)));
  const until = Number.isFinite(toMs) ? await bus.offsetAt(topic, partition, toMs) : next;
  for await (const message of readLog(bus, topic, [{ partition, from, until: Math.min(next, until) }])) {
    if (message.key !== key || !message.value) continue;
    const value = decoded(codec, message.value);
    if (value) yield value;
    else log.warn({ stream: streamId, topic: topic.name, partition, offset: message.offset }, 'a stored message cannot be read; left out');
  }
}

/** The oldest picture of a frame's connection that decoding can begin with; `from` itself when there is none before it. */
async function oldestKeyframe(
  { bus, streamId }: Mine,
  topic: TopicDefinition,
  partition: number,
  { epoch }: AccessUnit,
  oldest: number,
  from: number,
): Promise<number> {
  // An epoch is the connection's beginning on its host's clock.
  const since = Math.max(oldest, await bus.offsetAt(topic, partition, Math.max(0, epoch / 1000 - clockSkewMs)));
  for await (const { key, value, offset } of readLog(bus, topic, [{ partition, from: since, until: from }])) {
    const unit = key === streamId && value ? decoded(accessUnitCodec, value) : undefined;
    if (unit?.isKeyframe && unit.epoch === epoch) return offset;
  }
  return from;
}

function restorableFrom(checkpoint: Checkpoint, log: Logger): Restorable | undefined {
  try {
    return { ...checkpoint, state: JSON.parse(checkpoint.state) as PipelineState };
  } catch {
    log.warn({ stream: checkpoint.streamId, writtenBy: checkpoint.processor }, 'a checkpoint is damaged; left out');
    return undefined;
  }
}

function decoded<T>(codec: Codec<T>, value: Buffer): T | undefined {
  try {
    return codec.decode(value);
  } catch {
    return undefined;
  }
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}
