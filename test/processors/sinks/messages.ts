import { type Alert, nothingSeen, type Perception, type Track } from '../../../schemas/messages.ts';
import { track } from '../../support/track.ts';

/** 2026-01-31T12:00:00Z. */
export const startUs = 1_769_860_800_000_000;

/** @param atSeconds After startUs. */
export function perception(streamId: string, atSeconds: number, tracks: readonly Track[] = [track()]): Perception {
  return {
    streamId,
    vehicleId: 'van',
    epoch: startUs,
    sequence: Math.round(atSeconds * 15),
    capturedAtUs: startUs + Math.round(atSeconds * 1e6),
    rtpTimestamp: 0,
    width: 1280,
    height: 720,
    modelSet: 'm',
    ...nothingSeen,
    kind: 'dashcam',
    tracks,
    timing: { publishedAtUs: 0, waitedMs: 0, decodeMs: 0, inferenceMs: 0, totalMs: 0 },
  };
}

export function alert(alertId: string, state: Alert['state'], atSeconds = 0, differences: Partial<Alert> = {}): Alert {
  const updatedAtUs = startUs + Math.round(atSeconds * 1e6);
  return {
    alertId,
    streamId: 'front',
    vehicleId: 'van',
    type: 'forward-collision',
    severity: 'warning',
    state,
    epoch: startUs,
    sequence: 0,
    rtpTimestamp: 0,
    raisedAtUs: startUs,
    updatedAtUs,
    clearedAtUs: state === 'cleared' ? updatedAtUs : null,
    trackId: 7,
    message: 'Closing fast.',
    rule: 'ISO 15623',
    evidence: { ttcSeconds: 1.5 },
    modelSet: 'm',
    publishedAtUs: updatedAtUs,
    ...differences,
  };
}
