import { depthInside, type Point } from '../../../schemas/polygon.ts';

/** A road user's stay in a region. Plain JSON, never changed in place. */
export interface Visit {
  readonly regionId: string;
  /** As which it has been counted. */
  readonly class: string;
  readonly enteredSeconds: number;
}

/** Of one region, since the stream began. Entered less left are those in it now, class by class. Plain JSON. */
export interface RegionTally {
  readonly regionId: string;
  readonly entered: Readonly<Record<string, number>>;
  readonly left: Readonly<Record<string, number>>;
}

export interface PlacedRegion {
  readonly regionId: string;
  /** Pixels. */
  readonly polygonPx: readonly Point[];
}

/**
 * Of a box's height: how far beyond the border its foot must be to count as on the other side. Two sigmas of how well a detector places an
 * edge (SORT's std_weight_position is 1/20), so that a foot that trembles on the border is counted once.
 */
const borderMargin = 0.1;

/**
 * In which regions a road user is now. It enters where it is seen: whose box was lost as soon as it had come is found in the next one, which counts.
 * @param foot Where it touches the ground, and how high its box is.
 * @param user className by the votes over its track: when they change their mind, the counts do.
 */
export function stepVisits(
  visits: readonly Visit[],
  regions: readonly PlacedRegion[],
  { px: footPx, heightPx }: { readonly px: Point; readonly heightPx: number },
  { className, isSeen, clockSeconds }: { readonly className: string; readonly isSeen: boolean; readonly clockSeconds: number },
): Visit[] {
  const margin = borderMargin * heightPx;
  return regions.flatMap(({ regionId, polygonPx }): Visit[] => {
    const visit = visits.find((each) => each.regionId === regionId);
    const depth = depthInside(footPx, polygonPx);
    if (visit) return depth < -margin ? [] : [{ ...visit, class: className }];
    return isSeen && depth > margin ? [{ regionId, class: className, enteredSeconds: clockSeconds }] : [];
  });
}

/** What a road user's visits have changed of the counts. @param className As which it leaves. */
export function tally(
  tallies: readonly RegionTally[],
  before: readonly Visit[],
  after: readonly Visit[],
  className: string,
): RegionTally[] {
  return tallies.map((counts) => {
    const [was, is] = [before, after].map((visits) => visits.find(({ regionId }) => regionId === counts.regionId));
    let { entered, left } = counts;
    if (was && was.class !== className) entered = plus(plus(entered, was.class, -1), className, 1);
    if (!was && is) entered = plus(entered, className, 1);
    if (was && !is) left = plus(left, className, 1);
    return entered === counts.entered && left === counts.left ? counts : { ...counts, entered, left };
  });
}

/** @returns A class nobody is counted as is left out. */
function plus(counts: Readonly<Record<string, number>>, name: string, by: number): Record<string, number> {
  const { [name]: before = 0, ...others } = counts;
  return before + by === 0 ? others : { ...others, [name]: before + by };
}
