import { groundAt, type Homography, homographyOf, horizonAt } from '../../../schemas/ground-plane.ts';
import type { Point } from '../../../schemas/polygon.ts';
import type { RoadsideConfiguration } from '../../../schemas/roadside.ts';
import type { PlacedRegion } from './region-counts.ts';

/** A region in the pixels of one picture size. */
export interface SiteRegion extends PlacedRegion {
  /** Which way traffic goes, on the ground. */
  readonly direction: Point | null;
  readonly speedLimitKmh: number | null;
}

/** What a roadside camera looks at, for one picture size. Plain numbers. */
export interface Site {
  readonly width: number;
  readonly height: number;
  readonly homography: Homography | null;
  readonly horizonPx: number | null;
  readonly regions: readonly SiteRegion[];
}

/** @param configuration As it has been checked: its marks make a ground, its directions lie on it. */
export function createSite({ ground, regions }: RoadsideConfiguration, width: number, height: number): Site {
  const homography = ground && homographyOf(ground);
  const horizon = homography && horizonAt(homography, 0.5);
  return {
    width,
    height,
    homography,
    horizonPx: horizon === null || horizon === undefined ? null : horizon * height,
    regions: regions.map(({ id, polygon, direction, speedLimitKmh }) => {
      const [from, to] = homography && direction ? direction.map((point) => groundAt(homography, point)!.point) : [];
      return {
        regionId: id,
        polygonPx: polygon.map(([x, y]): Point => [x * width, y * height]),
        direction: from && to ? [to[0] - from[0], to[1] - from[1]] : null,
        speedLimitKmh,
      };
    }),
  };
}
