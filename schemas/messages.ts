export const streamKinds = ['dashcam', 'cabin', 'roadside', 'scanner'] as const;
export type StreamKind = (typeof streamKinds)[number];
export type VideoCodec = 'h264' | 'h265' | 'vp8' | 'mjpeg';
export type CaptureClock = 'senderReport' | 'arrival' | 'source';
/** Mildest first. */
export const severities = ['caution', 'warning', 'critical'] as const;
export type Severity = (typeof severities)[number];
/** Ticks a second of every rtpTimestamp: RTP's clock for video (RFC 3551). */
export const rtpClockHz = 90_000;
/** x1, y1, x2, y2. */
export type Box = readonly [number, number, number, number];

// The meaning and unit of each field stands in avro/*.avsc, which these mirror; test/schemas holds the two together.

export interface AccessUnit {
  readonly streamId: string;
  readonly vehicleId: string | null;
  readonly kind: StreamKind;
  readonly epoch: number;
  readonly sequence: number;
  readonly capturedAtUs: number;
  readonly clock: CaptureClock;
  readonly publishedAtUs: number;
  readonly rtpTimestamp: number;
  readonly codec: VideoCodec;
  readonly isKeyframe: boolean;
  readonly width: number;
  readonly height: number;
  readonly payload: Buffer;
}

export interface Track {
  readonly trackId: number;
  readonly class: string;
  readonly score: number;
  readonly boxPx: Box;
  readonly boxVelocityPxps: Box;
  readonly isLead: boolean;
  readonly inPath: boolean;
  readonly distanceMeters: number | null;
  readonly distanceSigmaMeters: number | null;
  readonly lateralMeters: number | null;
  readonly closingSpeedMps: number | null;
  readonly ttcSeconds: number | null;
  readonly ttcSigmaSeconds: number | null;
  readonly speedMps: number | null;
  readonly regions: readonly string[];
}

export interface LaneLine {
  readonly side: 'left' | 'right';
  readonly type: 'solid' | 'dashed' | 'unknown';
  readonly pointsPx: readonly number[];
  readonly coefficients: readonly number[];
  readonly confidence: number;
}

export interface Lanes {
  readonly lines: readonly LaneLine[];
  readonly offsetMeters: number | null;
  readonly offsetRateMps: number | null;
  readonly widthMeters: number | null;
  readonly curvaturePerMeter: number | null;
  readonly crossingSeconds: number | null;
  readonly confidence: number;
}

export interface Sign {
  readonly signId: number;
  readonly class: 'speed-limit' | 'stop' | 'traffic-light';
  readonly value: string | null;
  readonly boxPx: Box;
  readonly score: number;
  readonly isConfirmed: boolean;
}

export interface Driver {
  readonly presence: 'present' | 'absent' | 'unknown';
  readonly faceBoxPx: Box | null;
  readonly contoursPx: readonly (readonly number[])[];
  readonly leftEyeOpenness: number | null;
  readonly rightEyeOpenness: number | null;
  readonly isEyesClosed: boolean | null;
  readonly eyesClosedSeconds: number;
  readonly blinksPerMinute: number | null;
  readonly perclos: number | null;
  readonly mouthOpenness: number | null;
  readonly isYawning: boolean;
  readonly yawDegrees: number | null;
  readonly pitchDegrees: number | null;
  readonly rollDegrees: number | null;
  readonly gazeYawDegrees: number | null;
  readonly isLookingAway: boolean | null;
  readonly lookingAwaySeconds: number;
  readonly baseline: 'learning' | 'learnt';
}

export interface RegionCount {
  readonly regionId: string;
  readonly polygonPx: readonly number[];
  readonly occupancy: number;
  readonly entered: Readonly<Record<string, number>>;
  readonly left: Readonly<Record<string, number>>;
  readonly meanSpeedMps: number | null;
  readonly longestDwellSeconds: number | null;
}

export interface Reading {
  readonly readingId: string;
  readonly text: string;
  readonly isPlate: boolean;
  readonly cornersPx: readonly number[];
  readonly confidence: number;
  readonly firstSeenAtUs: number;
  readonly lastSeenAtUs: number;
}

export interface Timing {
  readonly publishedAtUs: number;
  readonly waitedMs: number;
  readonly decodeMs: number;
  readonly inferenceMs: number;
  readonly totalMs: number;
}

export interface Perception {
  readonly streamId: string;
  readonly vehicleId: string | null;
  readonly epoch: number;
  readonly sequence: number;
  readonly capturedAtUs: number;
  readonly rtpTimestamp: number;
  readonly width: number;
  readonly height: number;
  readonly modelSet: string;
  readonly horizonPx: number | null;
  readonly degraded: readonly string[];
  readonly tracks: readonly Track[];
  readonly kind: StreamKind;
  /** As the vehicle tells it, else as the road shows it. */
  readonly egoSpeedMps: number | null;
  /** One sigma of what the road shows; null of what the vehicle tells. */
  readonly egoSpeedSigmaMps: number | null;
  readonly lanes: Lanes | null;
  readonly signs: readonly Sign[];
  readonly speedLimitKmh: number | null;
  readonly driver: Driver | null;
  readonly regions: readonly RegionCount[];
  readonly readings: readonly Reading[];
  readonly timing: Timing;
}

/** What a kind of camera fills in of a perception. */
export type Seen = Pick<
  Perception,
  | 'horizonPx'
  | 'degraded'
  | 'tracks'
  | 'egoSpeedMps'
  | 'egoSpeedSigmaMps'
  | 'lanes'
  | 'signs'
  | 'speedLimitKmh'
  | 'driver'
  | 'regions'
  | 'readings'
>;

/** Of a camera that looks for nothing. */
export const nothingSeen: Seen = {
  horizonPx: null,
  degraded: [],
  tracks: [],
  egoSpeedMps: null,
  egoSpeedSigmaMps: null,
  lanes: null,
  signs: [],
  speedLimitKmh: null,
  driver: null,
  regions: [],
  readings: [],
};

export interface Alert {
  readonly alertId: string;
  readonly streamId: string;
  readonly vehicleId: string | null;
  readonly type: string;
  readonly severity: Severity;
  readonly state: 'raised' | 'updated' | 'cleared';
  readonly epoch: number;
  readonly sequence: number;
  readonly rtpTimestamp: number;
  readonly raisedAtUs: number;
  readonly updatedAtUs: number;
  readonly clearedAtUs: number | null;
  readonly trackId: number | null;
  readonly message: string;
  readonly rule: string;
  readonly evidence: Readonly<Record<string, number>>;
  readonly modelSet: string;
  readonly publishedAtUs: number;
}

export interface StreamStatus {
  readonly streamId: string;
  readonly vehicleId: string | null;
  readonly kind: StreamKind;
  readonly state: 'connecting' | 'live' | 'stalled' | 'waiting' | 'ended' | 'refused';
  readonly source: string;
  readonly epoch: number | null;
  readonly codec: string | null;
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  readonly newestFrameAtUs: number | null;
  readonly reconnects: number;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly updatedAtUs: number;
}

export interface Checkpoint {
  readonly streamId: string;
  readonly version: number;
  readonly epoch: number;
  readonly sequence: number;
  readonly capturedAtUs: number;
  readonly topic: string;
  readonly partition: number;
  readonly keyframeOffset: number;
  readonly nextOffset: number;
  readonly modelSet: string;
  readonly state: string;
  readonly outbox: readonly Buffer[];
  readonly isTakeOver: boolean;
  readonly processor: string;
  readonly writtenAtUs: number;
}

export interface DeadLetter {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly timestampMs: number;
  readonly consumer: string;
  readonly code: string;
  readonly reason: string;
  readonly attempts: number;
  readonly buriedAtUs: number;
  readonly value: Buffer | null;
  readonly isWhole: boolean;
}

export interface Gap {
  readonly fromUs: number;
  readonly toUs: number;
  readonly reason: string;
}

export interface AnalysisStatus {
  readonly streamId: string;
  readonly state: 'analysing' | 'behind' | 'failing' | 'idle';
  readonly framesPerSecond: number;
  readonly wantedFramesPerSecond: number;
  readonly ageMs: number;
  readonly skipped: number;
  readonly gaps: number;
  readonly lastGap: Gap | null;
  readonly failures: number;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly processor: string;
  readonly updatedAtUs: number;
}

export interface Control {
  readonly streamId: string;
  readonly requester: string;
  readonly framesPerSecond: number;
  readonly width: number;
  readonly untilUs: number;
}

export interface Telemetry {
  readonly vehicleId: string;
  readonly source: string;
  readonly measuredAtUs: number;
  readonly speedMps: number | null;
  readonly indicator: 'left' | 'right' | 'off' | null;
  readonly latitudeDegrees: number | null;
  readonly longitudeDegrees: number | null;
  readonly attention: 'road' | 'away' | 'asleep' | null;
}

export interface Snapshot {
  readonly streamId: string;
  readonly epoch: number;
  readonly sequence: number;
  readonly capturedAtUs: number;
  readonly width: number;
  readonly height: number;
  readonly jpeg: Buffer;
}
