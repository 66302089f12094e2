import type { Track } from '../../schemas/messages.ts';

/** A car of which nothing but its box is known. */
export function track(differences: Partial<Track> = {}): Track {
  return {
    trackId: 1,
    class: 'car',
    score: 0.5,
    boxPx: [0, 0, 10, 10],
    boxVelocityPxps: [0, 0, 0, 0],
    isLead: false,
    inPath: false,
    distanceMeters: null,
    distanceSigmaMeters: null,
    lateralMeters: null,
    closingSpeedMps: null,
    ttcSeconds: null,
    ttcSigmaSeconds: null,
    speedMps: null,
    regions: [],
    ...differences,
  };
}
