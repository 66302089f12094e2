import { type LineStyle, laneWidthMeters, type RoadKind, type Scenario } from '../scenario.ts';

/** A painted line along the road. */
export interface Marking {
  /** Of its middle, right of the middle of our lane. */
  readonly offsetMeters: number;
  readonly widthMeters: number;
  /** Undefined: unbroken. */
  readonly dash?: { readonly lengthMeters: number; readonly everyMeters: number };
  /** 0 fresh .. 1 hardly to be seen. */
  readonly wear?: number;
  /** Not painted, though the lane ends there. */
  readonly isMissing?: boolean;
}

/** A strip of asphalt between two offsets. */
export interface Carriageway {
  readonly fromMeters: number;
  readonly toMeters: number;
  readonly laneMiddles: readonly number[];
}

/** What lies across the road; offsets are right of the middle of our lane. */
export interface RoadPlan {
  /** From left to right. */
  readonly carriageways: readonly Carriageway[];
  readonly markings: readonly Marking[];
  readonly railOffsets: readonly number[];
  /** Delineator posts, every 50 m (German VwV-StVO). */
  readonly postOffsets: readonly number[];
  /** Trees stand beyond these, to the left and right. */
  readonly treesBeyond: readonly [left: number, right: number];
  /** Bushes grow between the carriageways here. */
  readonly medianOffset?: number;
}

const lane = laneWidthMeters;
const half = lane / 2;
/** Line widths and dashes after the German RMS-1: 6 m in 18 m on motorways, 4 m in 12 m on country roads. */
const motorwayDash = { lengthMeters: 6, everyMeters: 18 };
const countryDash = { lengthMeters: 4, everyMeters: 12 };

const plans: Record<RoadKind, RoadPlan> = {
  motorway: {
    carriageways: [
      { fromMeters: -16 - lane - half - 2.4, toMeters: -16 + lane + half + 0.8, laneMiddles: [-16 - lane, -16, -16 + lane] },
      { fromMeters: -half - lane - 1, toMeters: half + lane + 2.6, laneMiddles: [-lane, 0, lane] },
    ],
    markings: [
      { offsetMeters: -half - lane, widthMeters: 0.3 },
      { offsetMeters: -half, widthMeters: 0.15, dash: motorwayDash },
      { offsetMeters: half, widthMeters: 0.15, dash: motorwayDash },
      { offsetMeters: half + lane, widthMeters: 0.3 },
      { offsetMeters: -16 - lane - half, widthMeters: 0.3 },
      { offsetMeters: -16 - half, widthMeters: 0.15, dash: motorwayDash },
      { offsetMeters: -16 + half, widthMeters: 0.15, dash: motorwayDash },
      { offsetMeters: -16 + lane + half, widthMeters: 0.3 },
    ],
    railOffsets: [half + lane + 3.6],
    postOffsets: [half + lane + 3.9],
    treesBeyond: [-31, 14],
    medianOffset: -8.4,
  },
  country: {
    carriageways: [{ fromMeters: -half - lane - 0.5, toMeters: half + 0.6, laneMiddles: [-lane, 0] }],
    markings: [
      { offsetMeters: -half - lane + 0.05, widthMeters: 0.15 },
      { offsetMeters: -half, widthMeters: 0.13, dash: countryDash },
      { offsetMeters: half - 0.05, widthMeters: 0.15 },
    ],
    railOffsets: [],
    postOffsets: [half + 1.3, -half - lane - 1.2],
    treesBeyond: [-13, 10.5],
  },
};

/** The road of a scenario, its lines painted as it says. */
export function roadPlan({ road, lines }: Pick<Scenario, 'road' | 'lines'>): RoadPlan {
  const plan = plans[road];
  if (!lines) return plan;
  const dash = road === 'motorway' ? motorwayDash : countryDash;
  const styled = (marking: Marking, style: LineStyle | undefined): Marking => {
    if (!style) return marking;
    const { offsetMeters, widthMeters } = marking;
    const wear = style.wear ?? 0;
    return { offsetMeters, widthMeters, wear, isMissing: style.type === 'missing', ...(style.type === 'dashed' && { dash }) };
  };
  const markings = plan.markings.map((marking) => {
    if (Math.abs(marking.offsetMeters + half) < nearLineMeters) return styled(marking, lines.left);
    if (Math.abs(marking.offsetMeters - half) < nearLineMeters) return styled(marking, lines.right);
    return marking;
  });
  return { ...plan, markings };
}

/** Lines lie within this of the lane's nominal edge. */
const nearLineMeters = 0.2;
