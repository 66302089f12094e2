import type { Point } from '../../../schemas/polygon.ts';
import { cameraOf, project } from '../camera.ts';
import type { Scenario } from '../scenario.ts';

/** What a roadside camera's configuration says of a place: streams.roadside. */
export interface RoadsideSite {
  readonly ground: readonly { readonly picture: Point; readonly meters: Point }[];
  readonly regions: readonly {
    readonly id: string;
    readonly polygon: readonly Point[];
    readonly direction: readonly [Point, Point];
  }[];
}

/** A road as a camera on a mast sees it: nothing of a drive but the camera's place is used. */
export interface RoadsideScenario extends Scenario {
  readonly site: RoadsideSite;
}

/** A strip of road in which is counted. Metres right of the middle of our lane, and along the road from the camera. */
export interface Strip {
  readonly id: string;
  readonly leftMeters: number;
  readonly rightMeters: number;
  readonly nearMeters: number;
  readonly farMeters: number;
  /** Whether its traffic drives away from the camera. */
  readonly isAway: boolean;
}

/** A camera on a mast beside the road, or above it. */
export interface Mast {
  readonly heightMeters: number;
  readonly pitchDegrees: number;
  /** Right of the middle of our lane. */
  readonly offsetMeters: number;
}

/** Decimals that are left of a fraction of the picture: a tenth of a pixel. */
const fractionDecimals = 1e4;

/**
 * The configuration of a mast's camera, as somebody would measure it who marks four points on the road.
 * @param marks Their extent: left and right of the middle of our lane, near and far along the road; metres.
 */
export function siteOf(mast: Mast, marks: Omit<Strip, 'id' | 'isAway'>, strips: readonly Strip[]): RoadsideSite {
  const camera = cameraOf(mast.heightMeters, mast.pitchDegrees);
  const at = (acrossMeters: number, alongMeters: number): Point => {
    const { x, y } = project(camera, acrossMeters - mast.offsetMeters, 0, alongMeters);
    return [rounded(x / camera.width), rounded(y / camera.height)];
  };
  const cornersOf = ({ leftMeters, rightMeters, nearMeters, farMeters }: Omit<Strip, 'id' | 'isAway'>): Point[] => [
    [leftMeters, nearMeters],
    [rightMeters, nearMeters],
    [rightMeters, farMeters],
    [leftMeters, farMeters],
  ];
  return {
    ground: cornersOf(marks).map((meters) => ({ picture: at(...meters), meters })),
    regions: strips.map((strip) => {
      const middle = (strip.leftMeters + strip.rightMeters) / 2;
      const [near, far] = [at(middle, strip.nearMeters), at(middle, strip.farMeters)];
      return {
        id: strip.id,
        polygon: cornersOf(strip).map((corner) => at(...corner)),
        direction: strip.isAway ? [near, far] : [far, near],
      };
    }),
  };
}

function rounded(fraction: number): number {
  return Math.round(fraction * fractionDecimals) / fractionDecimals;
}
