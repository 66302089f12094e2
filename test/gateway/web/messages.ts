import type { Alert, Box, Perception, Track } from '../../../schemas/messages.ts';
import { track as anyTrack } from '../../support/track.ts';
import { alert as anyAlert, perception as anyPerception } from '../messages.ts';

export function track(trackId: number, boxPx: Box, more: Partial<Track> = {}): Track {
  return anyTrack({ trackId, boxPx, score: 0.9, ...more });
}

export function perception(rtpTimestamp: number, tracks: readonly Track[], epoch = 1): Perception {
  return { ...anyPerception(0), epoch, rtpTimestamp, tracks };
}

/** Raised, and heard of for the last time, at second 1. */
export function alert(alertId: string, more: Partial<Alert> = {}): Alert {
  return anyAlert(0, { alertId, raisedAtUs: 1_000_000, updatedAtUs: 1_000_000, publishedAtUs: 1_000_000, ...more });
}
