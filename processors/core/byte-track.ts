import { intersectionOverUnion } from '../../schemas/box.ts';
import type { Box } from '../../schemas/messages.ts';
import { assign } from './assignment.ts';
import { boxOf, correctMovingBox, type MovingBox, predictMovingBox, startMovingBox } from './box-filter.ts';
import { roadUserOf } from './road-users.ts';

/** One box that a detector gave for the frame, in pixels of the picture. */
export interface PictureDetection {
  /** COCO's name; what is no road user is left out. */
  readonly class: string;
  /** 0..1 */
  readonly score: number;
  readonly boxPx: Box;
}

/** One road user over time. Plain JSON, never changed in place. */
export interface TrackedBox {
  readonly trackId: number;
  /** Tentative ones are not shown: most false boxes never become more. */
  readonly state: 'tentative' | 'confirmed';
  /** The class with most votes. */
  readonly class: string;
  readonly votes: readonly (readonly [className: string, weight: number])[];
  /** Of the newest detection. */
  readonly score: number;
  readonly hits: number;
  readonly moving: MovingBox;
  /** The detection of this very frame; null while it is lost. */
  readonly seenPx: Box | null;
  /** Since the newest detection. */
  readonly unseenSeconds: number;
}

export interface TrackerState {
  readonly nextTrackId: number;
  readonly tracks: readonly TrackedBox[];
}

/** ByteTrack's two kinds of detection. Lower than its 0.6: what is seen at 60 m scores 0.5 to 0.8 (YOLOX) or 0.3 to 0.6 (CenterNet). */
const highScore = 0.35;
/** ByteTrack's. */
const lowScore = 0.1;
/** Pixels: no picture has so many, and variances of larger boxes overflow. */
const mostPx = 1e5;
/**
 * Costs are 1 - buffered IoU. ByteTrack's 0.8, 0.5 and 0.7 are for plain IoU; buffered boxes overlap more, and a loose limit lets
 * one missed box shift a whole row of parked cars by one.
 */
const firstLimit = 0.6;
const secondLimit = 0.5;
const tentativeLimit = 0.6;
/** Of a box's size, added on every side: Yang et al., Hard to Track Objects with Irregular Motions and Similar Appearances, WACV 2023 (C-BIoU, b1). */
const bufferFraction = 0.3;
/**
 * Logarithm of the height by which a box may differ from what its track expects, at once and for every second without a sighting:
 * in a row of parked cars 14 m apart the next one is 40 % larger. Twice the noise of a 25 px box; 0.7/s is a time to collision of 1.4 s.
 */
const sizeJump = 0.25;
const sizeJumpPerSecond = 0.7;
/** Sightings before a track is shown and judged. ByteTrack has 2; the third keeps a flickering box from ever being a track. */
const confirmHits = 3;
/** A tentative track survives one missed frame at 15 frames/s. */
const tentativeSeconds = 0.2;
/** ByteTrack keeps 30 frames of a 30 frames/s video. */
const lostSeconds = 1;
/** Low scores may only continue what was seen just now: three frames at 15 frames/s. */
const recentSeconds = 0.2;
/** A box that covers a matched track's this much (IoU) is the same road user seen twice. */
const duplicateOverlap = 0.6;
/** After this a vote weighs 1/e. */
const voteSeconds = 2;

export const emptyTracker: TrackerState = { nextTrackId: 1, tracks: [] };

/** Forgets the tracks but not which ids were used. */
export function dropTracks(state: TrackerState): TrackerState {
  return { nextTrackId: state.nextTrackId, tracks: [] };
}

/**
 * One step of ByteTrack with buffered boxes, so that a nodding camera does not lose small ones.
 * @param detections In any order: the result does not depend on it.
 * @param seconds Since the step before, at least 0.
 * @param shakePx How far up or down the picture may jump between two frames.
 * Source: Zhang et al., ByteTrack: Multi-Object Tracking by Associating Every Detection Box, ECCV 2022, algorithm 1.
 */
export function stepTracker(state: TrackerState, detections: readonly PictureDetection[], seconds: number, shakePx: number): TrackerState {
  const usable = detections.filter(isUsable).sort(byScoreThenPlace);
  const high = usable.filter(({ score }) => score >= highScore);
  const low = usable.filter(({ score }) => score < highScore);
  const tracks = state.tracks.map((track) => predictTrack(track, seconds));
  const confirmed = tracks.filter((track) => track.state === 'confirmed');
  const tentative = tracks.filter((track) => track.state === 'tentative');

  const first = associate(confirmed, high, firstLimit, shakePx);
  const isRecent = (track: TrackedBox) => track.unseenSeconds <= recentSeconds + seconds;
  const second = associate(first.lost.filter(isRecent), low, secondLimit, shakePx);
  const third = associate(tentative, first.left, tentativeLimit, shakePx);

  const seen = [...first.seen, ...second.seen, ...third.seen];
  const lost = [
    ...first.lost.filter((track) => !isRecent(track) && track.unseenSeconds <= lostSeconds),
    ...second.lost.filter((track) => track.unseenSeconds <= lostSeconds),
    ...third.lost.filter((track) => track.unseenSeconds <= tentativeSeconds),
  ];
  let nextTrackId = state.nextTrackId;
  for (const detection of third.left) {
    const isDuplicate = seen.some(
      (track) => hasSameGroup(track, detection) && intersectionOverUnion(track.seenPx!, detection.boxPx) > duplicateOverlap,
    );
    if (!isDuplicate) seen.push(startTrack(nextTrackId++, detection));
  }
  return { nextTrackId, tracks: [...seen, ...lost].sort((a, b) => a.trackId - b.trackId) };
}

function isUsable({ class: className, score, boxPx: [x1, y1, x2, y2] }: PictureDetection): boolean {
  // A comparison with NaN is false.
  return (
    roadUserOf(className) !== undefined &&
    score >= lowScore &&
    score <= 1 &&
    x2 - x1 >= 1 &&
    y2 - y1 >= 1 &&
    Math.max(Math.abs(x1), Math.abs(y1), Math.abs(x2), Math.abs(y2)) <= mostPx
  );
}

/** A total order, so that the detector's order does not matter. */
function byScoreThenPlace(a: PictureDetection, b: PictureDetection): number {
  const place = a.boxPx.findIndex((edge, i) => edge !== b.boxPx[i]);
  return b.score - a.score || (place >= 0 ? a.boxPx[place]! - b.boxPx[place]! : 0) || (a.class < b.class ? -1 : a.class > b.class ? 1 : 0);
}

function startTrack(trackId: number, { class: className, score, boxPx }: PictureDetection): TrackedBox {
  return {
    trackId,
    state: 'tentative',
    class: className,
    votes: [[className, score]],
    score,
    hits: 1,
    moving: startMovingBox(boxPx),
    seenPx: boxPx,
    unseenSeconds: 0,
  };
}

function predictTrack(track: TrackedBox, seconds: number): TrackedBox {
  // SORT: what is not seen does not go on growing or shrinking.
  const moving = track.seenPx ? track.moving : { ...track.moving, height: { ...track.moving.height, velocity: 0 } };
  return { ...track, moving: predictMovingBox(moving, seconds), seenPx: null, unseenSeconds: track.unseenSeconds + seconds };
}

function correctTrack(track: TrackedBox, detection: PictureDetection): TrackedBox {
  const votes = castVote(track.votes, detection, Math.exp(-track.unseenSeconds / voteSeconds));
  const hits = track.hits + 1;
  return {
    ...track,
    state: hits >= confirmHits ? 'confirmed' : track.state,
    class: votes.reduce((best, vote) => (vote[1] > best[1] ? vote : best))[0],
    votes,
    score: detection.score,
    hits,
    moving: correctMovingBox(track.moving, detection.boxPx),
    seenPx: detection.boxPx,
    unseenSeconds: 0,
  };
}

/** Kept in the order of names, so that a tie is always decided the same way. */
function castVote(votes: TrackedBox['votes'], { class: className, score }: PictureDetection, decay: number): TrackedBox['votes'] {
  const faded = votes.map(([name, weight]) => [name, weight * decay + (name === className ? score : 0)] as const);
  if (faded.some(([name]) => name === className)) return faded;
  return [...faded, [className, score] as const].sort(([a], [b]) => (a < b ? -1 : 1));
}

function associate(
  tracks: readonly TrackedBox[],
  detections: readonly PictureDetection[],
  limit: number,
  shakePx: number,
): { seen: TrackedBox[]; lost: TrackedBox[]; left: PictureDetection[] } {
  const detectionBoxes = detections.map(({ boxPx }) => buffered(boxPx, shakePx));
  const costs = tracks.map((track) => {
    const box = buffered(boxOf(track.moving), shakePx);
    return detections.map((detection, i) =>
      hasSameGroup(track, detection) && hasLikelySize(track, detection) ? 1 - intersectionOverUnion(box, detectionBoxes[i]!) : Infinity,
    );
  });
  const { pairs, unmatchedRows, unmatchedColumns } = assign(costs, limit);
  return {
    seen: pairs.map(([row, column]) => correctTrack(tracks[row]!, detections[column]!)),
    lost: unmatchedRows.map((row) => tracks[row]!),
    // Without rows there are no columns to be unmatched.
    left: tracks.length === 0 ? [...detections] : unmatchedColumns.map((column) => detections[column]!),
  };
}

function hasSameGroup(track: TrackedBox, detection: PictureDetection): boolean {
  return roadUserOf(track.class)?.group === roadUserOf(detection.class)?.group;
}

function hasLikelySize({ moving, unseenSeconds }: TrackedBox, { boxPx }: PictureDetection): boolean {
  return Math.abs(Math.log((boxPx[3] - boxPx[1]) / moving.height.value)) <= sizeJump + sizeJumpPerSecond * unseenSeconds;
}

function buffered([x1, y1, x2, y2]: Box, shakePx: number): Box {
  // A car's body nods on its springs; it does not jump sideways.
  const x = bufferFraction * (x2 - x1);
  const y = bufferFraction * (y2 - y1) + shakePx;
  return [x1 - x, y1 - y, x2 + x, y2 + y];
}
