import { valueAt } from './profile.ts';
import { headingAhead, lateralAhead, type Moment, type World } from './world.ts';

/** A line of the own lane. */
export interface LineTruth {
  readonly side: 'left' | 'right';
  readonly type: 'solid' | 'dashed' | 'missing';
  /** 0 fresh .. 1 hardly to be seen. */
  readonly wear: number;
  /** Of its middle, right of the camera's axis, at laneTruthAtMeters ahead. */
  readonly lateralMeters: readonly number[];
  /** From the outer edge of the front wheel on that side to the line's inner edge; below 0 the wheel is on it or past it. */
  readonly wheelMeters: number;
}

/** The lane that the middle of the vehicle is in. */
export interface LaneTruth {
  /** Between the middles of its lines. */
  readonly widthMeters: number;
  /** Of the camera, right of the middle between the lines. */
  readonly offsetMeters: number;
  /** Positive to the right. */
  readonly offsetRateMps: number;
  /** 1/radius where the vehicle is, positive to the right. */
  readonly curvaturePerMeter: number;
  /** Of the lane against the camera's axis, positive to the right. */
  readonly headingRadians: number;
  readonly lines: readonly [left: LineTruth, right: LineTruth];
}

/** Where lines' places are told, ahead of the camera; 0 is beside it. */
export const laneTruthAtMeters = [0, 5, 10, 15, 20, 30, 40] as const;
/** The simulated own car's width: that of a usual car. */
export const egoWidthMeters = 1.8;

/** The own lane at a moment. */
export function laneTruthOf(world: World, moment: Moment): LaneTruth {
  const { scenario, plan } = world;
  const own = plan.carriageways.find(({ fromMeters, toMeters }) => fromMeters < 0 && toMeters > 0)!;
  const lines = plan.markings
    .filter(({ offsetMeters }) => offsetMeters > own.fromMeters && offsetMeters < own.toMeters)
    .sort((a, b) => a.offsetMeters - b.offsetMeters);
  // The vehicle's middle may leave the outermost lane; that lane is its own still.
  const past = lines.findIndex(({ offsetMeters }) => offsetMeters > moment.laneOffsetMeters);
  const right = Math.max(1, past < 0 ? lines.length - 1 : past);
  const [leftLine, rightLine] = [lines[right - 1]!, lines[right]!];
  const told = (side: 'left' | 'right', { offsetMeters, widthMeters, dash, wear, isMissing }: typeof leftLine): LineTruth => {
    const away = side === 'left' ? moment.laneOffsetMeters - offsetMeters : offsetMeters - moment.laneOffsetMeters;
    return {
      side,
      type: isMissing ? 'missing' : dash ? 'dashed' : 'solid',
      wear: wear ?? 0,
      lateralMeters: laneTruthAtMeters.map((ahead) => lateralAhead(world, moment, offsetMeters, ahead)),
      wheelMeters: away - widthMeters / 2 - egoWidthMeters / 2,
    };
  };
  return {
    widthMeters: rightLine.offsetMeters - leftLine.offsetMeters,
    offsetMeters: moment.laneOffsetMeters - (leftLine.offsetMeters + rightLine.offsetMeters) / 2,
    offsetRateMps: moment.acrossMps,
    curvaturePerMeter: valueAt(scenario.curvature, moment.drivenMeters),
    headingRadians: headingAhead(world, moment, 0),
    lines: [told('left', leftLine), told('right', rightLine)],
  };
}
