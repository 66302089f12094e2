import { type Alert, type AnalysisStatus, nothingSeen, type Perception, type Snapshot, type StreamStatus } from '../../schemas/messages.ts';

const startUs = 1_700_000_000_000_000;

export function streamStatus(changes: Partial<StreamStatus> = {}): StreamStatus {
  return {
    streamId: 'front',
    vehicleId: 'car-1',
    kind: 'dashcam',
    state: 'live',
    source: 'rtsp://camera.example/stream',
    epoch: 1,
    codec: 'h264',
    width: 640,
    height: 360,
    framesPerSecond: 30,
    newestFrameAtUs: startUs,
    reconnects: 0,
    errorCode: null,
    errorMessage: null,
    updatedAtUs: startUs,
    ...changes,
  };
}

export function analysisStatus(changes: Partial<AnalysisStatus> = {}): AnalysisStatus {
  return {
    streamId: 'front',
    state: 'analysing',
    framesPerSecond: 15,
    wantedFramesPerSecond: 15,
    ageMs: 40,
    skipped: 0,
    gaps: 0,
    lastGap: null,
    failures: 0,
    errorCode: null,
    errorMessage: null,
    processor: 'processor-1',
    updatedAtUs: startUs,
    ...changes,
  };
}

export function perception(sequence: number, { streamId = 'front', latencyMs = 50, padding = '' } = {}): Perception {
  const capturedAtUs = startUs + Math.round((sequence * 1e6) / 15);
  return {
    streamId,
    vehicleId: 'car-1',
    epoch: 1,
    sequence,
    capturedAtUs,
    rtpTimestamp: sequence * 6000,
    width: 1280,
    height: 720,
    modelSet: `0123456789abcdef${padding}`,
    ...nothingSeen,
    kind: 'dashcam',
    horizonPx: 360,
    tracks: [],
    timing: { publishedAtUs: capturedAtUs + latencyMs * 1000, waitedMs: 1, decodeMs: 4, inferenceMs: 20, totalMs: 30 },
  };
}

export function alert(index: number, changes: Partial<Alert> = {}): Alert {
  const raisedAtUs = startUs + index * 1_000_001;
  return {
    alertId: `00000000-0000-5000-8000-${String(index).padStart(12, '0')}`,
    streamId: 'front',
    vehicleId: 'car-1',
    type: 'forward-collision',
    severity: 'warning',
    state: 'raised',
    epoch: 1,
    sequence: index,
    rtpTimestamp: 4_294_967_000,
    raisedAtUs,
    updatedAtUs: raisedAtUs + 17,
    clearedAtUs: null,
    trackId: 3,
    message: 'Car ahead 21 m away, closing at 12.4 m/s: 1.7 s to collision.',
    rule: 'ISO 15623',
    evidence: { ttcSeconds: 1.7, distanceMeters: 21 },
    modelSet: '0123456789abcdef',
    publishedAtUs: raisedAtUs + 90_123,
    ...changes,
  };
}

export function snapshot(sequence: number, changes: Partial<Snapshot> = {}): Snapshot {
  const jpeg = Buffer.concat([Buffer.from([0xff, 0xd8]), Buffer.alloc(1000, sequence & 0xff), Buffer.from([0xff, 0xd9])]);
  return { streamId: 'front', epoch: 1, sequence, capturedAtUs: startUs + sequence * 200_000, width: 640, height: 360, jpeg, ...changes };
}
