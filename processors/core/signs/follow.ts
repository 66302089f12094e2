import type { Box } from '../../../schemas/messages.ts';
import { assign } from '../assignment.ts';
import { type SignLook, type SignSighting, widthOf } from './sighting.ts';
import { addVotes, noVotes, type Votes } from './votes.ts';

/** A sign from frame to frame. Plain JSON, never changed in place. */
export interface FollowedSign {
  readonly signId: number;
  readonly look: SignLook;
  readonly boxPx: Box;
  /** Of the box's edges; null until it has been seen twice. */
  readonly velocityPxps: Box | null;
  readonly firstWidthPx: number;
  readonly score: number;
  readonly seenFrames: number;
  /** Since the newest of them. */
  readonly unseenSeconds: number;
  readonly votes: Votes;
  /** How often it has been read, and when last. */
  readonly readCount: number;
  readonly readAtUs: number | null;
}

/** Seconds without being seen after which a sign is behind the vehicle, or something else. */
export const lostSeconds = 0.4;

/** Of a sign's width: by how much more or less than expected it may have moved, and grown. */
const mostJump = 1;
const mostGrowth = 2;
/** Pixels that a small sign's box jumps by itself. */
const jitterPx = 8;
/** Share of a new velocity: two cells of error in a box must not throw the next one out. */
const velocityShare = 0.6;

/**
 * Pairs what is seen with what was.
 * @param seconds Since the frame before.
 * @returns For each sighting, the sign that it is of; undefined where it is new.
 */
export function matchSigns(
  before: readonly FollowedSign[],
  sightings: readonly SignSighting[],
  seconds: number,
): (FollowedSign | undefined)[] {
  const costs = sightings.map((sighting) => before.map((sign) => misfit(sign, sighting, sign.unseenSeconds + seconds)));
  const matched: (FollowedSign | undefined)[] = sightings.map(() => undefined);
  for (const [sighting, sign] of assign(costs, mostJump).pairs) matched[sighting] = before[sign];
  return matched;
}

/** Where a sign should be some time after it has been seen. @returns Pixels. */
export function expectSign({ boxPx, velocityPxps }: FollowedSign, seconds: number): Box {
  return velocityPxps ? (boxPx.map((edge, index) => edge + velocityPxps[index]! * seconds) as unknown as Box) : boxPx;
}

/** @returns 0 where it was expected, above `mostJump` where it is another one. */
function misfit(sign: FollowedSign, sighting: SignSighting, seconds: number): number {
  if (sign.look !== sighting.look) return Infinity;
  const expected = expectSign(sign, seconds);
  const growth = widthOf(sighting.boxPx) / Math.max(1, widthOf(expected));
  if (growth > mostGrowth || growth < 1 / mostGrowth) return Infinity;
  const [x, y] = [0, 1].map((axis) => (sighting.boxPx[axis]! + sighting.boxPx[axis + 2]! - expected[axis]! - expected[axis + 2]!) / 2);
  return Math.hypot(x!, y!) / (widthOf(sighting.boxPx) + jitterPx);
}

/**
 * Carries signs on to a frame.
 * @param nextSignId The first that has never been given out.
 * @returns Those that are still followed, and those that have been lost just now.
 */
export function followSigns(
  before: readonly FollowedSign[],
  sightings: readonly SignSighting[],
  { seconds, capturedAtUs, nextSignId }: { readonly seconds: number; readonly capturedAtUs: number; readonly nextSignId: number },
): { readonly signs: FollowedSign[]; readonly lost: FollowedSign[]; readonly nextSignId: number } {
  const matched = matchSigns(before, sightings, seconds);
  let next = nextSignId;
  const seen = sightings.map((sighting, index): FollowedSign => {
    const { look, boxPx, score, reading } = sighting;
    const known = matched[index];
    return {
      signId: known?.signId ?? next++,
      look,
      boxPx,
      velocityPxps: known ? velocityOf(known, boxPx, known.unseenSeconds + seconds) : null,
      firstWidthPx: known?.firstWidthPx ?? widthOf(boxPx),
      score,
      seenFrames: (known?.seenFrames ?? 0) + 1,
      unseenSeconds: 0,
      votes: addVotes(known?.votes ?? noVotes, sighting, seconds),
      readCount: (known?.readCount ?? 0) + (reading === undefined ? 0 : 1),
      readAtUs: reading === undefined ? (known?.readAtUs ?? null) : capturedAtUs,
    };
  });
  const unseen = before
    .filter((sign) => !matched.includes(sign))
    .map((sign): FollowedSign => ({ ...sign, unseenSeconds: sign.unseenSeconds + seconds }));
  const isLost = ({ unseenSeconds }: FollowedSign) => unseenSeconds >= lostSeconds;
  return { signs: [...seen, ...unseen.filter((sign) => !isLost(sign))], lost: unseen.filter(isLost), nextSignId: next };
}

function velocityOf({ boxPx: before, velocityPxps }: FollowedSign, boxPx: Box, seconds: number): Box {
  return boxPx.map((edge, index) => {
    const moved = (edge - before[index]!) / seconds;
    return velocityPxps ? velocityShare * moved + (1 - velocityShare) * velocityPxps[index]! : moved;
  }) as unknown as Box;
}
