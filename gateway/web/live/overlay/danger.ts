import type { Severity, Track } from '../../../../schemas/messages.ts';

export type Danger = 'calm' | Severity;

/**
 * Below each time to collision a box takes that colour. Warning and critical are the defaults of `alerts.forwardCollision`
 * (ISO 15623); below 4 s drivers no longer feel in control (van der Horst 1991).
 */
const ttcSeconds = { critical: 1.6, warning: 2.7, caution: 4 };

/** How dangerous a track is to the camera's own vehicle: what is not in its path is calm. */
export function dangerOf(track: Track): Danger {
  if (track.ttcSeconds === null || !(track.inPath || track.isLead)) return 'calm';
  if (track.ttcSeconds <= ttcSeconds.critical) return 'critical';
  if (track.ttcSeconds <= ttcSeconds.warning) return 'warning';
  return track.ttcSeconds <= ttcSeconds.caution ? 'caution' : 'calm';
}
