import type { Box, Lanes } from '../../../schemas/messages.ts';
import type { Camera } from '../geometry.ts';
import {
  correctLane,
  expectLine,
  type LaneFilter,
  type LinePoint,
  moveToLane,
  predictLane,
  shapeOf,
  sigmaOf,
  startLane,
  supposeSide,
} from './lane-filter.ts';
import { readLanes, usualLaneMeters } from './lane-reading.ts';
import { type FoundLane, leastLaneMeters, mostLaneMeters, mostSideMeters, searchLane, searchSide } from './lane-search.ts';
import { type RoadRow, roadRow } from './lane-shape.ts';
import { certainShare, confidenceOf, foundShare, type LineEvidence, type LineRow, noEvidence, stepEvidence } from './line-evidence.ts';
import type { MarkingPoint, Markings } from './markings.ts';
import { learnPitch, type PitchCalibration, unknownPitch } from './pitch-calibration.ts';

export type Side = 'left' | 'right';
const sides = ['left', 'right'] as const;

/** What is known of the own lane. Plain JSON, never changed in place. */
export interface LaneState {
  /** Null while there is none. */
  readonly filter: LaneFilter | null;
  readonly left: LineEvidence;
  readonly right: LineEvidence;
  /** For how long neither line has shown. */
  readonly lostSeconds: number;
  /** For how long one of them has not shown clearly; a new lane is unsure from the beginning. */
  readonly unsureSeconds: number;
  readonly calibration: PitchCalibration;
}

export const noLane: LaneState = {
  filter: null,
  left: noEvidence,
  right: noEvidence,
  lostSeconds: 0,
  unsureSeconds: 0,
  calibration: unknownPitch,
};

/** @returns Radians that the camera looks further down than configured just now, as far as the lane shows it. */
export function momentaryPitch({ filter, calibration }: LaneState): number {
  return filter ? shapeOf(filter).pitchRadians : calibration.pitchRadians;
}

/** What one picture adds. */
export interface LaneFrame {
  readonly camera: Camera;
  readonly markings: Markings;
  /** Of what stands on the road and hides it. */
  readonly boxes: readonly Box[];
  readonly seconds: number;
  /** Nothing is where it was. */
  readonly isCut: boolean;
}

export interface LaneStep {
  readonly state: LaneState;
  readonly lanes: Lanes;
  /** The line that was crossed in this frame. */
  readonly crossed: Side | null;
  /** As in Perception: stage:reason. */
  readonly degraded: string[];
}

/** Seconds without either line after which the lane is looked for anew. */
const mostLostSeconds = 1;
/** A lane looked for without prejudice is followed instead if it explains this many times the rows, and some more. */
const betterFactor = 1.2;
const betterRows = 4;
/** Seconds with one line only after which the lane is looked for again beside it: after a change of lanes the new one shows sooner. */
const mostUnsureSeconds = 3;
/** Seconds for which a line must have been watched to be sure: grass and trees pass for one in a few pictures. */
const settledSeconds = 0.6;
/** Meters past a line from which the own lane is the one beside. */
const crossedMeters = 0.15;
/** Pixels on a picture of 1280, and meters of unsteady painting: one sigma of a marking's middle. */
const columnSigma = 1.2 / 1280;
const paintSigmaMeters = 0.03;
/** 1/m²: roads go into a bend of 250 m along a clothoid of 1e-4 (RAS-L); far markings leave the second-order curve by this z³/6. */
export const bendingSigma = 3e-5;
/** Meters beside the expected line within which a marking may be it: half of the way to the next lane's line is 1.75. */
const mostGateMeters = 0.8;
/** Meters beyond which clothoids and crests mislead more than markings tell. */
const followedMeters = 45;
/** Meters by which paint may lie otherwise in the next row: drops on the windscreen and glints on a wet road stand alone. */
const steadyMeters = 0.12;
/** Markings of one picture that tell as much as if they had no errors in common. */
const independentPoints = 10;
const gateSigmas = 3;
/** Meters from the picture's edge within which markings cannot be told, since the road beside them must show. */
const edgeMeters = 0.7;
/** Meters of doubt from which a line is looked for anew beside the other one, and how well it is known then. */
const vagueMeters = 0.3;
const foundSigmaMeters = 0.12;
/** Share below which a line is not followed any more but only supposed. */
const lostShare = 0.04;
/** Luma of the road: lamps light a few meters of it at night. Black is 16, drawn and real asphalt by day 60 and above. */
const nightLuma = 45;
/**
 * Of a box's height, how far below it a wet road mirrors its lamps: as deep as they are high, and drawn out by the road's roughness. Stripes
 * of light lead from there to the camera, and look like lines.
 */
const mirroredHeights = 1.2;

/** Follows the own lane from picture to picture. */
export function stepLanes(before: LaneState, { camera, markings, boxes: shown, seconds, isCut }: LaneFrame): LaneStep {
  const boxes = shown.map(withMirrorImage);
  const restPitch = before.calibration.pitchRadians;
  const visible = { ...markings, points: markings.points.filter(({ columnPx, rowPx }) => !isCovered(boxes, columnPx, rowPx)) };
  const byRow = Map.groupBy(visible.points, ({ rowPx }) => rowPx);
  const look = (filter: LaneFilter): Followed => follow(camera, filter, markings, byRow, boxes);
  const known = isCut || before.filter === null ? undefined : look(predictLane(before.filter, seconds, restPitch));
  const found = known && before.unsureSeconds < mostUnsureSeconds ? undefined : searchLane(camera, visible, restPitch);
  const other = found && look(startFound(found));
  const isNew = other !== undefined && (!known || paintedRows(other) > betterFactor * paintedRows(known) + betterRows);
  const followed = isNew ? other : known;
  if (!followed) return lostLane(before, markings);

  const evidence = {
    left: stepEvidence(isNew ? noEvidence : before.left, followed.left, seconds),
    right: stepEvidence(isNew ? noEvidence : before.right, followed.right, seconds),
  };
  const seen = sides.some((side) => evidence[side].share >= foundShare);
  const lostSeconds = seen ? 0 : (isNew ? 0 : before.lostSeconds) + seconds;
  const isSure = sides.every((side) => evidence[side].share >= certainShare && evidence[side].watchedSeconds >= settledSeconds);
  const unsureSeconds = isSure ? 0 : (isNew ? mostUnsureSeconds : before.unsureSeconds) + seconds;
  if (lostSeconds > mostLostSeconds || !isSound(followed.filter) || isBeside(followed.filter, evidence)) return lostLane(before, markings);

  const refound = refind(camera, followed.filter, evidence, visible);
  const crossed = crossedSide(refound, evidence);
  const filter = crossed ? moveToLane(refound, crossed) : refound;
  const { left, right } = crossed ? swapped(evidence, crossed) : evidence;
  const calibration = isTelling(filter, left, right)
    ? learnPitch(before.calibration, shapeOf(filter).pitchRadians, sigmaOf(filter, 'pitch'), seconds)
    : before.calibration;
  const lanes = readLanes(camera, filter, left, right, unsureSeconds >= mostUnsureSeconds);
  return {
    state: { filter, left, right, lostSeconds, unsureSeconds, calibration },
    lanes,
    crossed,
    degraded: lanes.lines.length > 0 ? [] : [reasonOf(markings)],
  };
}

function lostLane(before: LaneState, markings: Markings): LaneStep {
  return {
    state: { ...noLane, calibration: before.calibration },
    lanes: {
      lines: [],
      offsetMeters: null,
      offsetRateMps: null,
      widthMeters: null,
      curvaturePerMeter: null,
      crossingSeconds: null,
      confidence: 0,
    },
    crossed: null,
    degraded: [reasonOf(markings)],
  };
}

function reasonOf({ rowsPx, brightness }: Markings): string {
  if (rowsPx.length === 0) return 'lanes:horizon-outside-picture';
  return brightness < nightLuma ? 'lanes:night' : 'lanes:not-found';
}

/** A lane corrected by a picture, and where its lines could be seen in it. */
interface Followed {
  readonly filter: LaneFilter;
  readonly left: readonly LineRow[];
  readonly right: readonly LineRow[];
}

function follow(
  camera: Camera,
  expected: LaneFilter,
  markings: Markings,
  byRow: ReadonlyMap<number, readonly MarkingPoint[]>,
  boxes: readonly Box[],
): Followed {
  const points = sides.flatMap((side) => pointsOf(camera, expected, side, markings.rowsPx, byRow));
  const filter = correctLane(camera, expected, points);
  const rows = (side: Side) => rowsOf(camera, filter, side, markings, byRow, boxes);
  return { filter, left: rows('left'), right: rows('right') };
}

function paintedRows({ left, right }: Followed): number {
  return [...left, ...right].filter(({ isPainted }) => isPainted).length;
}

function startFound(found: FoundLane): LaneFilter {
  const { leftMeters, rightMeters } = found;
  const supposed = leftMeters === undefined ? 'left' : rightMeters === undefined ? 'right' : undefined;
  const left = leftMeters ?? rightMeters! - usualLaneMeters;
  return startLane({ ...found, leftMeters: left, rightMeters: rightMeters ?? left + usualLaneMeters }, supposed);
}

/** Of each row the marking nearest to where the line is expected, if it is near enough, and if a row beside it shows the same. */
function pointsOf(
  camera: Camera,
  filter: LaneFilter,
  side: Side,
  rowsPx: readonly number[],
  byRow: ReadonlyMap<number, readonly MarkingPoint[]>,
): LinePoint[] {
  if (sigmaOf(filter, side) > vagueMeters) return [];
  const found = rowsPx.map((rowPx) => {
    const expected = expectLine(camera, filter, side, rowPx);
    const columnPx = expected && nearestTo(byRow.get(rowPx) ?? [], expected.columnPx);
    if (!expected || columnPx === undefined || !Number.isFinite(columnPx)) return undefined;
    const { sigmaPx, forwardMeters, pixelsPerMeter } = sigmaAt(camera, filter, rowPx);
    const gatePx = Math.min(gateSigmas * Math.hypot(sigmaPx, expected.sigmaPx), mostGateMeters * pixelsPerMeter);
    const asidePx = columnPx - expected.columnPx;
    if (forwardMeters > followedMeters || Math.abs(asidePx) > gatePx) return undefined;
    return { rowPx, columnPx, sigmaPx, asideMeters: asidePx / pixelsPerMeter };
  });
  const isLike = (a: (typeof found)[number], b: (typeof found)[number]) =>
    a !== undefined && b !== undefined && Math.abs(a.asideMeters - b.asideMeters) <= steadyMeters;
  const points = found.flatMap((point, at) =>
    point && (isLike(point, found[at - 1]) || isLike(point, found[at + 1]))
      ? [{ side, rowPx: point.rowPx, columnPx: point.columnPx, sigmaPx: point.sigmaPx }]
      : [],
  );
  const shared = Math.sqrt(Math.max(1, points.length / independentPoints));
  return points.map((point) => ({ ...point, sigmaPx: point.sigmaPx * shared }));
}

/** The rows in which the line could be seen, and whether there is paint. */
function rowsOf(
  camera: Camera,
  filter: LaneFilter,
  side: Side,
  { rowsPx }: Markings,
  byRow: ReadonlyMap<number, readonly MarkingPoint[]>,
  boxes: readonly Box[],
): LineRow[] {
  const { pitchRadians } = shapeOf(filter);
  return rowsPx.flatMap((rowPx) => {
    const row = roadRow(camera, rowPx, pitchRadians);
    const expected = expectLine(camera, filter, side, rowPx);
    if (!row || !expected) return [];
    const { columnPx } = expected;
    const edgePx = edgeMeters * row.pixelsPerMeter;
    if (columnPx < edgePx || columnPx > camera.width - edgePx || isCovered(boxes, columnPx, rowPx)) return [];
    const nearest = nearestTo(byRow.get(rowPx) ?? [], columnPx);
    const isPainted = Math.abs(nearest - columnPx) <= gateSigmas * sigmaAt(camera, filter, rowPx).sigmaPx;
    return [{ forwardMeters: row.forwardMeters, isPainted }];
  });
}

/** How far from the curve a marking of the line may be seen in a row. */
function sigmaAt(camera: Camera, filter: LaneFilter, rowPx: number): RoadRow & { readonly sigmaPx: number } {
  const row = roadRow(camera, rowPx, shapeOf(filter).pitchRadians)!;
  const meters = Math.hypot(paintSigmaMeters, (bendingSigma * row.forwardMeters ** 3) / 6);
  return { ...row, sigmaPx: Math.hypot(columnSigma * camera.width, meters * row.pixelsPerMeter) };
}

function nearestTo(markings: readonly MarkingPoint[], columnPx: number): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (const marking of markings) if (Math.abs(marking.columnPx - columnPx) < Math.abs(nearest - columnPx)) nearest = marking.columnPx;
  return nearest;
}

/** A line that shows no more is only supposed beside the other one, and looked for there. */
function refind(camera: Camera, filter: LaneFilter, evidence: Readonly<Record<Side, LineEvidence>>, markings: Markings): LaneFilter {
  let result = filter;
  for (const side of sides) {
    const other = side === 'left' ? 'right' : 'left';
    if (evidence[other].share < foundShare) continue;
    const { leftMeters, rightMeters } = shapeOf(result);
    const isVague = sigmaOf(result, side) > vagueMeters;
    if (!isVague && evidence[side].share >= lostShare) continue;
    const range: [number, number] =
      side === 'left'
        ? [rightMeters - mostLaneMeters, rightMeters - leastLaneMeters]
        : [leftMeters + leastLaneMeters, leftMeters + mostLaneMeters];
    const expected = side === 'left' ? leftMeters : rightMeters;
    const found = searchSide(camera, markings, shapeOf(result), ...range, expected);
    if (found !== undefined) result = supposeSide(result, side, found, foundSigmaMeters);
  }
  return result;
}

function crossedSide(filter: LaneFilter, evidence: Readonly<Record<Side, LineEvidence>>): Side | null {
  const { leftMeters, rightMeters } = shapeOf(filter);
  if (leftMeters > crossedMeters && evidence.left.share >= foundShare) return 'left';
  if (rightMeters < -crossedMeters && evidence.right.share >= foundShare) return 'right';
  return null;
}

function swapped({ left, right }: Readonly<Record<Side, LineEvidence>>, crossed: Side): Record<Side, LineEvidence> {
  return crossed === 'left' ? { left: noEvidence, right: left } : { left: right, right: noEvidence };
}

/** Whether it can be a lane at all. */
function isSound(filter: LaneFilter): boolean {
  const { leftMeters, rightMeters, headingRadians, curvaturePerMeter } = shapeOf(filter);
  const width = rightMeters - leftMeters;
  return (
    filter.values.every(Number.isFinite) &&
    width > leastLaneMeters - vagueMeters &&
    width < mostLaneMeters + vagueMeters &&
    Math.abs(headingRadians) < mostHeadingRadians &&
    Math.abs(curvaturePerMeter) < mostCurvature
  );
}

/** Whether all that shows are lines of another lane. */
function isBeside(filter: LaneFilter, evidence: Readonly<Record<Side, LineEvidence>>): boolean {
  const { leftMeters, rightMeters } = shapeOf(filter);
  const distances = [
    ...(evidence.left.share >= foundShare ? [-leftMeters] : []),
    ...(evidence.right.share >= foundShare ? [rightMeters] : []),
  ];
  return distances.length > 0 && Math.min(...distances) > mostSideMeters;
}

/** Radians: a camera 5 degrees aside in a lane change. 1/m: a radius of 80 m, below which no line is followed at road speed. */
const mostHeadingRadians = 0.16;
const mostCurvature = 0.0125;

/** Whether both lines show well enough to tell where they meet. */
function isTelling(filter: LaneFilter, left: LineEvidence, right: LineEvidence): boolean {
  return (
    confidenceOf(left, sigmaOf(filter, 'left')) > sureConfidence &&
    confidenceOf(right, sigmaOf(filter, 'right')) > sureConfidence &&
    Math.abs(shapeOf(filter).curvaturePerMeter) < straightCurvature
  );
}

/** Each line's confidence from which both show where the camera looks. */
export const sureConfidence = 0.7;
/** 1/m: in sharper bends curvature is taken for pitch. */
export const straightCurvature = 0.001;

function withMirrorImage([left, top, right, bottom]: Box): Box {
  return [left, top, right, bottom + mirroredHeights * (bottom - top)];
}

function isCovered(boxes: readonly Box[], columnPx: number, rowPx: number): boolean {
  // By index: taken apart, the boxes made a third of a picture's garbage.
  return boxes.some((box) => columnPx >= box[0] && columnPx <= box[2] && rowPx >= box[1] && rowPx <= box[3]);
}
