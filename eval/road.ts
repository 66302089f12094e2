import type { Truth } from '../ingest/simulator/truth.ts';
import { assign } from '../processors/core/assignment.ts';
import { intersectionOverUnion } from '../schemas/box.ts';
import type { Box, Track } from '../schemas/messages.ts';
import type { TracedFrame } from './trace.ts';

/** Boxes that overlap less are not of one thing: MOTChallenge's limit. */
const leastOverlap = 0.5;

/** Who was tracked as what, one to one, by the overlap of their boxes. */
export function pairBoxes<T extends { readonly boxPx: Box }>(
  truths: readonly T[],
  tracks: readonly Track[],
): { readonly truth: T; readonly track: Track }[] {
  const costs = truths.map(({ boxPx }) => tracks.map((track) => 1 - intersectionOverUnion(boxPx, track.boxPx)));
  return assign(costs, 1 - leastOverlap).pairs.map(([row, column]) => ({ truth: truths[row]!, track: tracks[column]! }));
}

/** Those of a drive's frame. */
export const pairActors = ({ truth, perception }: TracedFrame<Truth>) => pairBoxes(truth.actors, perception.tracks);

/** Whether the picture's border cuts it: then neither its size nor its middle can be told. */
export function isCut({ boxPx: [x1, y1, x2, y2] }: { readonly boxPx: Box }, width: number, height: number): boolean {
  return x1 <= 1 || y1 <= 1 || x2 >= width - 1 || y2 >= height - 1;
}
