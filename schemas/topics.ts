import type { StreamKind } from './messages.ts';

/** A topic of the bus: who may delete what, and how it is spread. */
export interface TopicDefinition {
  readonly name: string;
  readonly partitions: number;
  /** `compact` keeps the newest message per key; `delete` drops the oldest by time and size. */
  readonly cleanup: 'delete' | 'compact';
  readonly retentionMs?: number;
  /** Bytes a partition, so that a full disk is never the way retention happens. */
  readonly retentionBytes?: number;
  readonly segmentBytes?: number;
  /** `leader`: the newest frames may be lost with a broker. `all`: nothing acknowledged is lost. */
  readonly acks: 'leader' | 'all';
}

const megabyte = 1024 * 1024;
const hour = 3_600_000;

const frames = (kind: string): TopicDefinition => ({
  name: `roadstream.frames.${kind}.v1`,
  partitions: 64,
  cleanup: 'delete',
  retentionMs: 24 * hour,
  retentionBytes: 4096 * megabyte,
  segmentBytes: 32 * megabyte,
  acks: 'leader',
});

/** Every topic there is: the contract between the roles. */
export const topics = {
  framesDashcam: frames('dashcam'),
  framesCabin: frames('cabin'),
  framesRoadside: frames('roadside'),
  framesScanner: frames('scanner'),
  /** Uploaded files: nobody waits in front of a screen, so every picture is analysed, however long it takes. */
  framesJob: frames('job'),
  perceptions: {
    name: 'roadstream.perceptions.v1',
    partitions: 64,
    cleanup: 'delete',
    retentionMs: 24 * hour,
    retentionBytes: 512 * megabyte,
    segmentBytes: 32 * megabyte,
    acks: 'leader',
  },
  alerts: {
    name: 'roadstream.alerts.v1',
    partitions: 16,
    cleanup: 'delete',
    retentionMs: 30 * 24 * hour,
    retentionBytes: 512 * megabyte,
    segmentBytes: 16 * megabyte,
    acks: 'all',
  },
  streams: { name: 'roadstream.streams.v1', partitions: 1, cleanup: 'compact', segmentBytes: 16 * megabyte, acks: 'all' },
  /** How each stream's analysis keeps up. */
  analysis: { name: 'roadstream.analysis.v1', partitions: 1, cleanup: 'compact', segmentBytes: 16 * megabyte, acks: 'all' },
  checkpoints: { name: 'roadstream.checkpoints.v1', partitions: 16, cleanup: 'compact', segmentBytes: 16 * megabyte, acks: 'all' },
  /** A checkpoint a minute of each stream, for as long as its frames are kept: where a replay can begin. */
  checkpointHistory: {
    name: 'roadstream.checkpoints.history.v1',
    partitions: 16,
    cleanup: 'delete',
    retentionMs: 24 * hour,
    retentionBytes: 1024 * megabyte,
    segmentBytes: 16 * megabyte,
    acks: 'leader',
  },
  /** Messages that a role could not use, by where they came from. A null value says that it has been dealt with. */
  deadLetters: {
    name: 'roadstream.dead.letters.v1',
    partitions: 1,
    cleanup: 'delete',
    retentionMs: 7 * 24 * hour,
    retentionBytes: 1024 * megabyte,
    segmentBytes: 32 * megabyte,
    acks: 'all',
  },
  /** What vehicles tell of themselves, by vehicle. */
  telemetry: {
    name: 'roadstream.telemetry.v1',
    partitions: 16,
    cleanup: 'delete',
    retentionMs: 24 * hour,
    retentionBytes: 256 * megabyte,
    segmentBytes: 16 * megabyte,
    acks: 'leader',
  },
  control: {
    name: 'roadstream.control.v1',
    partitions: 1,
    cleanup: 'delete',
    retentionMs: hour,
    retentionBytes: 64 * megabyte,
    segmentBytes: 16 * megabyte,
    acks: 'leader',
  },
  snapshots: {
    name: 'roadstream.snapshots.v1',
    partitions: 16,
    cleanup: 'delete',
    retentionMs: 60_000,
    retentionBytes: 64 * megabyte,
    segmentBytes: 16 * megabyte,
    acks: 'leader',
  },
} as const satisfies Record<string, TopicDefinition>;

/** The frame topic of a kind of camera. */
export function framesTopic(kind: StreamKind): TopicDefinition {
  return { dashcam: topics.framesDashcam, cabin: topics.framesCabin, roadside: topics.framesRoadside, scanner: topics.framesScanner }[kind];
}
