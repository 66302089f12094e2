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
  streams: { name: 'roadstream.streams.v1', partitions: 1, cleanup: 'compact', acks: 'all' },
  checkpoints: { name: 'roadstream.checkpoints.v1', partitions: 16, cleanup: 'compact', acks: 'all' },
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
