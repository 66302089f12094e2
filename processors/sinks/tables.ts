import type { Table } from '../../platform/database/upsert.ts';
import type { Alert, Perception, Reading } from '../../schemas/messages.ts';
import { riskParts } from '../../schemas/risk.ts';
import type { RiskSecond, TrackSecond } from './track-seconds.ts';

/** One row an alert, in its newest state, whatever the order and however often its states come. */
export const alertTable: Table<Alert> = {
  name: 'alert',
  key: ['alert_id'],
  columns: [
    { name: 'alert_id', type: 'text', value: (alert) => alert.alertId },
    { name: 'stream_id', type: 'text', value: (alert) => alert.streamId },
    { name: 'vehicle_id', type: 'text', value: (alert) => alert.vehicleId },
    { name: 'type', type: 'text', value: (alert) => alert.type },
    { name: 'severity', type: 'text', value: (alert) => alert.severity },
    { name: 'state', type: 'text', value: (alert) => alert.state },
    { name: 'epoch', type: 'bigint', value: (alert) => alert.epoch },
    { name: 'sequence', type: 'bigint', value: (alert) => alert.sequence },
    { name: 'rtp_timestamp', type: 'bigint', value: (alert) => alert.rtpTimestamp },
    { name: 'raised_at', type: 'microseconds', value: (alert) => alert.raisedAtUs },
    { name: 'updated_at', type: 'microseconds', value: (alert) => alert.updatedAtUs },
    { name: 'cleared_at', type: 'microseconds', value: (alert) => alert.clearedAtUs },
    { name: 'track_id', type: 'bigint', value: (alert) => alert.trackId },
    { name: 'message', type: 'text', value: (alert) => alert.message },
    { name: 'rule', type: 'text', value: (alert) => alert.rule },
    { name: 'evidence', type: 'jsonb', value: (alert) => JSON.stringify(alert.evidence) },
    { name: 'model_set', type: 'text', value: (alert) => alert.modelSet },
    { name: 'published_at', type: 'microseconds', value: (alert) => alert.publishedAtUs },
  ],
  // Cleared is the last state there is; before it the newest frame counts.
  precedence: [(row) => `(${row}.state = 'cleared')`, (row) => `${row}.updated_at`],
};

/** A reading, and where it comes from. */
export interface ReadingRow extends Reading, Pick<Perception, 'streamId' | 'vehicleId' | 'modelSet'> {}

/** One row a reading, as of the newest frame that shows it. */
export const readingTable: Table<ReadingRow> = {
  name: 'reading',
  key: ['reading_id'],
  columns: [
    { name: 'reading_id', type: 'text', value: (row) => row.readingId },
    { name: 'stream_id', type: 'text', value: (row) => row.streamId },
    { name: 'vehicle_id', type: 'text', value: (row) => row.vehicleId },
    { name: 'text', type: 'text', value: (row) => row.text },
    { name: 'is_plate', type: 'boolean', value: (row) => row.isPlate },
    { name: 'confidence', type: 'real', value: (row) => row.confidence },
    { name: 'corners', type: 'jsonb', value: (row) => JSON.stringify(row.cornersPx) },
    { name: 'first_seen_at', type: 'microseconds', value: (row) => row.firstSeenAtUs },
    { name: 'last_seen_at', type: 'microseconds', value: (row) => row.lastSeenAtUs },
    { name: 'model_set', type: 'text', value: (row) => row.modelSet },
  ],
  precedence: [(row) => `${row}.last_seen_at`],
};

/** One row per stream, second and track. */
export const trackSecondTable: Table<TrackSecond> = {
  name: 'track_second',
  key: ['stream_id', 'second', 'track_id'],
  columns: [
    { name: 'stream_id', type: 'text', value: (row) => row.streamId },
    { name: 'second', type: 'microseconds', value: (row) => row.second * 1_000_000 },
    { name: 'track_id', type: 'bigint', value: (row) => row.trackId },
    { name: 'vehicle_id', type: 'text', value: (row) => row.vehicleId },
    { name: 'class', type: 'text', value: (row) => row.class },
    { name: 'frames', type: 'integer', value: (row) => row.frames },
    { name: 'score_mean', type: 'real', value: (row) => row.scoreMean },
    { name: 'lead_frames', type: 'integer', value: (row) => row.leadFrames },
    { name: 'path_frames', type: 'integer', value: (row) => row.pathFrames },
    { name: 'distance_min', type: 'real', value: (row) => row.distanceMinMeters },
    { name: 'ttc_min', type: 'real', value: (row) => row.ttcMinSeconds },
    { name: 'closing_speed_max', type: 'real', value: (row) => row.closingSpeedMaxMps },
  ],
  // After a restart a second may be summed up from its middle on: the row that saw more of it is the right one.
  precedence: [(row) => `${row}.frames`],
};

/** One row per vehicle, second and camera. */
export const riskSecondTable: Table<RiskSecond> = {
  name: 'risk_second',
  key: ['vehicle_id', 'second', 'stream_id'],
  columns: [
    { name: 'vehicle_id', type: 'text', value: (row) => row.vehicleId },
    { name: 'second', type: 'microseconds', value: (row) => row.second * 1_000_000 },
    { name: 'stream_id', type: 'text', value: (row) => row.streamId },
    { name: 'frames', type: 'integer', value: (row) => row.frames },
    ...riskParts.map((part) => ({ name: part, type: 'integer' as const, value: ({ parts }: RiskSecond) => parts[part] })),
    { name: 'ego_speed', type: 'real', value: (row) => row.egoSpeedMps },
  ],
  precedence: [(row) => `${row}.frames`],
};
