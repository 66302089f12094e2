import type { LaneLine } from '../../../schemas/messages.ts';

/** How much of one line has been seen lately. Plain JSON, never changed in place. */
export interface LineEvidence {
  /** Part of the line's visible length that is painted, over the last moment; 0 where nothing was visible for long. */
  readonly share: number;
  /** Likewise over the last seconds, and how often paint and gap change within what is seen at once: they tell the type. */
  readonly paintedShare: number;
  readonly changes: number;
  /** For how long the type has been watched. */
  readonly watchedSeconds: number;
  readonly type: LaneLine['type'];
  /** Farthest paint seen, over the last moment. */
  readonly reachMeters: number;
}

/** One row of the picture in which the line could be seen. */
export interface LineRow {
  readonly forwardMeters: number;
  readonly isPainted: boolean;
}

export const noEvidence: LineEvidence = { share: 0, paintedShare: 0, changes: 0, watchedSeconds: 0, type: 'unknown', reachMeters: 0 };

/** Meters in which paint is told from bare road: nearer the bonnet, farther the contrast is in the way. */
const nearMeters = 4;
const farMeters = 30;
/** Rows that must be visible for a picture to tell anything. */
const leastRows = 8;
/** Seconds: a dash and its gap pass in 0.6 s at 110 km/h, and a line that ends must be given up within a second. */
const shareSeconds = 0.6;
const typeSeconds = 1.5;
/** Seconds in which what is hidden is forgotten. */
const hiddenSeconds = 3;
/**
 * Painted share from which a line is found, and certain: dashes cover 0.25 (MUTCD: 3 m in 12) to 0.33 (RMS-1: 6 m in 18, 4 m in 12), and
 * stray markings meet a line's place by chance in 0.03 of the rows (measured on roads without lines).
 */
export const foundShare = 0.1;
export const certainShare = 0.2;
/** Painted share between which dashes lie, and above which a line is solid; between the two the type stays what it was. */
const mostDashedShare = 0.58;
const leastSolidShare = 0.7;
/** Dashes begin and end three to five times within the visible length; patches of worn paint more often. */
const mostDashChanges = 7;

/** @param rows In which the line could be seen, the nearest first. */
export function stepEvidence(before: LineEvidence, rows: readonly LineRow[], seconds: number): LineEvidence {
  const told = rows.filter(({ forwardMeters }) => forwardMeters >= nearMeters && forwardMeters <= farMeters);
  if (told.length < leastRows) return { ...before, share: before.share * Math.exp(-seconds / hiddenSeconds) };
  const { share, changes } = measure(told);
  const reachMeters = rows.reduce((far, { forwardMeters, isPainted }) => (isPainted ? forwardMeters : far), 0);
  // A mean at first: a line that has just been found is as sure as the pictures that show it.
  const meanOver = (timeSeconds: number) => Math.max(seconds / (before.watchedSeconds + seconds), 1 - Math.exp(-seconds / timeSeconds));
  const [quick, slow] = [meanOver(shareSeconds), meanOver(typeSeconds)];
  const next = {
    share: mix(before.share, share, quick),
    paintedShare: mix(before.paintedShare, share, slow),
    changes: mix(before.changes, changes, slow),
    watchedSeconds: Math.min(typeSeconds, before.watchedSeconds + seconds),
    reachMeters: mix(before.reachMeters, reachMeters, quick),
  };
  return { ...next, type: typeOf(next, before.type) };
}

/** @param sideSigmaMeters How well the line's place is known. @returns 0..1 */
export function confidenceOf({ share }: LineEvidence, sideSigmaMeters: number): number {
  return clamp((share - foundShare / 2) / (certainShare - foundShare / 2)) * clamp((mostSigmaMeters - sideSigmaMeters) / surePlaceMeters);
}

/** Meters: a line whose place is not known to this is not one, and by how much less it is certain. */
const mostSigmaMeters = 0.35;
const surePlaceMeters = 0.2;

function typeOf({ paintedShare, changes, watchedSeconds }: Omit<LineEvidence, 'type'>, before: LaneLine['type']): LaneLine['type'] {
  if (watchedSeconds < typeSeconds / 2 || paintedShare < foundShare) return 'unknown';
  if (paintedShare >= leastSolidShare) return 'solid';
  if (paintedShare > mostDashedShare) return before;
  return changes <= mostDashChanges ? 'dashed' : 'unknown';
}

/** By length, as the rows lie nearer to each other the nearer the road. */
function measure(rows: readonly LineRow[]): { readonly share: number; readonly changes: number } {
  let [painted, length, changes] = [0, 0, 0];
  let was: boolean | undefined;
  for (let index = 1; index < rows.length - 1; index++) {
    const stretch = (rows[index + 1]!.forwardMeters - rows[index - 1]!.forwardMeters) / 2;
    // A single row says nothing against its neighbours.
    const isPainted = Number(rows[index - 1]!.isPainted) + Number(rows[index]!.isPainted) + Number(rows[index + 1]!.isPainted) >= 2;
    if (was !== undefined && was !== isPainted) changes++;
    was = isPainted;
    length += stretch;
    if (isPainted) painted += stretch;
  }
  return { share: length > 0 ? painted / length : 0, changes };
}

function mix(before: number, now: number, weight: number): number {
  return before + weight * (now - before);
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}
