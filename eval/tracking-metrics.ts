import { assign } from '../processors/core/assignment.ts';
import { intersectionOverUnion } from '../schemas/box.ts';
import type { Box } from '../schemas/messages.ts';

export interface IdentifiedBox {
  readonly id: string | number;
  readonly boxPx: Box;
}

/** One frame: who is there, and who was tracked. */
export interface TrackingFrame {
  readonly truth: readonly IdentifiedBox[];
  readonly tracks: readonly IdentifiedBox[];
}

/** What the metrics are made of. Sums: those of several scenes may be added. */
export interface TrackingCounts {
  readonly truthBoxes: number;
  readonly misses: number;
  readonly falsePositives: number;
  readonly identitySwitches: number;
  readonly identityTruePositives: number;
  readonly trackBoxes: number;
  /** By HOTA's 19 thresholds 0.05 … 0.95. */
  readonly hota: readonly HotaCounts[];
}

interface HotaCounts {
  readonly truePositives: number;
  /** Association accuracy, each true positive's own. */
  readonly associationSum: number;
}

export interface TrackingMetrics {
  readonly mota: number;
  readonly idf1: number;
  readonly hota: number;
  readonly detA: number;
  readonly assA: number;
  readonly identitySwitches: number;
}

/** MOTChallenge's: boxes that overlap less are not of one thing. */
const leastOverlap = 0.5;
const hotaThresholds = Array.from({ length: 19 }, (_, index) => 0.05 * (index + 1));
/** TrackEval's guard against rounding: a similarity equal to the threshold counts. */
const epsilon = 2 ** -52;

/**
 * Counts of one scene.
 * Source: Bernardin and Stiefelhagen, Evaluating Multiple Object Tracking Performance: The CLEAR MOT Metrics, 2008; Ristani et al.,
 * Performance Measures and a Data Set for Multi-Target, Multi-Camera Tracking, ECCV 2016; Luiten et al., HOTA: A Higher Order Metric for
 * Evaluating Multi-Object Tracking, IJCV 2021.
 */
export function countTracking(frames: readonly TrackingFrame[]): TrackingCounts {
  const overlaps = frames.map(({ truth, tracks }) => truth.map((a) => tracks.map((b) => intersectionOverUnion(a.boxPx, b.boxPx))));
  const truthBoxes = frames.reduce((sum, { truth }) => sum + truth.length, 0);
  const trackBoxes = frames.reduce((sum, { tracks }) => sum + tracks.length, 0);
  const { matches, identitySwitches } = clearMatches(frames, overlaps);
  return {
    truthBoxes,
    trackBoxes,
    misses: truthBoxes - matches,
    falsePositives: trackBoxes - matches,
    identitySwitches,
    identityTruePositives: identityMatches(frames, overlaps),
    hota: hotaCounts(frames, overlaps),
  };
}

export function addTracking(scenes: readonly TrackingCounts[]): TrackingCounts {
  const sum = (of: (scene: TrackingCounts) => number) => scenes.reduce((total, scene) => total + of(scene), 0);
  return {
    truthBoxes: sum(({ truthBoxes }) => truthBoxes),
    trackBoxes: sum(({ trackBoxes }) => trackBoxes),
    misses: sum(({ misses }) => misses),
    falsePositives: sum(({ falsePositives }) => falsePositives),
    identitySwitches: sum(({ identitySwitches }) => identitySwitches),
    identityTruePositives: sum(({ identityTruePositives }) => identityTruePositives),
    hota: hotaThresholds.map((_, index) => ({
      truePositives: sum(({ hota }) => hota[index]!.truePositives),
      associationSum: sum(({ hota }) => hota[index]!.associationSum),
    })),
  };
}

/** @returns Each 0..1 (MOTA may be below 0), but for the switches, which are counted. */
export function trackingMetrics(counts: TrackingCounts): TrackingMetrics {
  const { truthBoxes, trackBoxes, misses, falsePositives, identitySwitches, identityTruePositives, hota } = counts;
  const detections = hota.map(({ truePositives }) => truePositives / Math.max(1, truthBoxes + trackBoxes - truePositives));
  const associations = hota.map(({ truePositives, associationSum }) => associationSum / Math.max(1, truePositives));
  return {
    mota: 1 - (misses + falsePositives + identitySwitches) / Math.max(1, truthBoxes),
    idf1: (2 * identityTruePositives) / Math.max(1, truthBoxes + trackBoxes),
    hota: mean(detections.map((detection, index) => Math.sqrt(detection * associations[index]!))),
    detA: mean(detections),
    assA: mean(associations),
    identitySwitches,
  };
}

/** CLEAR MOT: who was matched stays matched while the boxes overlap; the others are matched for the most overlap. */
function clearMatches(frames: readonly TrackingFrame[], overlaps: readonly (readonly (readonly number[])[])[]) {
  const lastTrackOf = new Map<string | number, string | number>();
  let matches = 0;
  let identitySwitches = 0;
  for (const [index, { truth, tracks }] of frames.entries()) {
    const similar = overlaps[index]!;
    const kept = truth.flatMap(({ id }, row) => {
      const column = tracks.findIndex((track) => track.id === lastTrackOf.get(id));
      return column >= 0 && similar[row]![column]! >= leastOverlap ? [[row, column] as const] : [];
    });
    const usedRows = new Set(kept.map(([row]) => row));
    const usedColumns = new Set(kept.map(([, column]) => column));
    const costs = truth.map((_, row) =>
      tracks.map((__, column) =>
        usedRows.has(row) || usedColumns.has(column) || similar[row]![column]! < leastOverlap ? Infinity : 1 - similar[row]![column]!,
      ),
    );
    // Anything within the limit is worth more than being left alone, as in the reference implementations.
    const pairs = [...kept, ...assign(costs, truth.length + tracks.length + 1).pairs];
    for (const [row, column] of pairs) {
      const truthId = truth[row]!.id;
      const before = lastTrackOf.get(truthId);
      if (before !== undefined && before !== tracks[column]!.id) identitySwitches++;
      lastTrackOf.set(truthId, tracks[column]!.id);
    }
    matches += pairs.length;
  }
  return { matches, identitySwitches };
}

/** The identities' own assignment: over the whole scene each true one is given at most one track. */
function identityMatches(frames: readonly TrackingFrame[], overlaps: readonly (readonly (readonly number[])[])[]): number {
  const { rowOf, columnOf, table } = tableOf(frames);
  forEachPair(frames, overlaps, (truthId, trackId, overlap) => {
    if (overlap >= leastOverlap) table[rowOf.get(truthId)!]![columnOf.get(trackId)!]!++;
  });
  const costs = table.map((row) => row.map((count) => -count));
  return assign(costs, 0).pairs.reduce((sum, [row, column]) => sum + table[row]![column]!, 0);
}

function hotaCounts(frames: readonly TrackingFrame[], overlaps: readonly (readonly (readonly number[])[])[]): HotaCounts[] {
  const { rowOf, columnOf, table: potential } = tableOf(frames);
  const truthCount = new Array<number>(rowOf.size).fill(0);
  const trackCount = new Array<number>(columnOf.size).fill(0);
  for (const [index, { truth, tracks }] of frames.entries()) {
    const similar = overlaps[index]!;
    for (const { id } of truth) truthCount[rowOf.get(id)!]!++;
    for (const { id } of tracks) trackCount[columnOf.get(id)!]!++;
    const rowSums = similar.map((row) => row.reduce((sum, value) => sum + value, 0));
    const columnSums = tracks.map((_, column) => similar.reduce((sum, row) => sum + row[column]!, 0));
    for (const [row, { id }] of truth.entries())
      for (const [column, track] of tracks.entries()) {
        const value = similar[row]![column]!;
        const union = rowSums[row]! + columnSums[column]! - value;
        if (union > epsilon) potential[rowOf.get(id)!]![columnOf.get(track.id)!]! += value / union;
      }
  }
  const alignment = potential.map((row, r) => row.map((value, c) => value / (truthCount[r]! + trackCount[c]! - value)));

  const matched = hotaThresholds.map(() => tableOf(frames).table);
  for (const [index, { truth, tracks }] of frames.entries()) {
    const similar = overlaps[index]!;
    const costs = truth.map(({ id }, row) =>
      tracks.map((track, column) => -alignment[rowOf.get(id)!]![columnOf.get(track.id)!]! * similar[row]![column]!),
    );
    for (const [row, column] of assign(costs, 0).pairs)
      for (const [t, threshold] of hotaThresholds.entries())
        if (similar[row]![column]! >= threshold - epsilon) matched[t]![rowOf.get(truth[row]!.id)!]![columnOf.get(tracks[column]!.id)!]!++;
  }
  return matched.map((table) => {
    let truePositives = 0;
    let associationSum = 0;
    for (const [r, row] of table.entries())
      for (const [c, count] of row.entries()) {
        truePositives += count;
        associationSum += count * (count / Math.max(1, truthCount[r]! + trackCount[c]! - count));
      }
    return { truePositives, associationSum };
  });
}

/** Zeros for every pair of a true identity and a track's. */
function tableOf(frames: readonly TrackingFrame[]) {
  const rowOf = indexed(frames.flatMap(({ truth }) => truth));
  const columnOf = indexed(frames.flatMap(({ tracks }) => tracks));
  return { rowOf, columnOf, table: Array.from({ length: rowOf.size }, () => new Array<number>(columnOf.size).fill(0)) };
}

function indexed(boxes: readonly IdentifiedBox[]): Map<string | number, number> {
  return new Map([...new Set(boxes.map(({ id }) => id))].map((id, index) => [id, index]));
}

function forEachPair(
  frames: readonly TrackingFrame[],
  overlaps: readonly (readonly (readonly number[])[])[],
  visit: (truthId: string | number, trackId: string | number, overlap: number) => void,
): void {
  for (const [index, { truth, tracks }] of frames.entries())
    for (const [row, a] of truth.entries()) for (const [column, b] of tracks.entries()) visit(a.id, b.id, overlaps[index]![row]![column]!);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
