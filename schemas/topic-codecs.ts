import {
  accessUnitCodec,
  alertCodec,
  analysisStatusCodec,
  type Codec,
  checkpointCodec,
  controlCodec,
  deadLetterCodec,
  perceptionCodec,
  snapshotCodec,
  streamStatusCodec,
  telemetryCodec,
} from './codecs.ts';
import type { topics } from './topics.ts';

/** What the values of each topic are. */
export const topicCodecs: Readonly<Record<keyof typeof topics, Codec<unknown>>> = {
  framesDashcam: accessUnitCodec,
  framesCabin: accessUnitCodec,
  framesRoadside: accessUnitCodec,
  framesScanner: accessUnitCodec,
  framesJob: accessUnitCodec,
  perceptions: perceptionCodec,
  alerts: alertCodec,
  streams: streamStatusCodec,
  analysis: analysisStatusCodec,
  checkpoints: checkpointCodec,
  checkpointHistory: checkpointCodec,
  deadLetters: deadLetterCodec,
  control: controlCodec,
  snapshots: snapshotCodec,
  telemetry: telemetryCodec,
};
