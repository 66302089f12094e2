import type { LaneLine, Lanes } from '../../../schemas/messages.ts';
import type { Camera } from '../geometry.ts';
import { type LaneFilter, middleSigma, shapeOf, sigmaOf, states } from './lane-filter.ts';
import { polyline } from './lane-shape.ts';
import { confidenceOf, type LineEvidence } from './line-evidence.ts';

/** Meters: usual in the EU (RAA, RAS-L); 3.7 in the US. What a line's unseen counterpart is supposed at. */
export const usualLaneMeters = 3.5;
/** Confidence from which a line is told. */
const leastConfidence = 0.3;
/** Meters of doubt beyond which the place in the lane is not told: a third of what a lane leaves beside a car. */
const mostOffsetSigmaMeters = 0.3;
/** Meters that a line is drawn at least and at most: half of the search's reach, and where markings end to be told. */
const leastReachMeters = 15;
const mostReachMeters = 60;
/** Meters: half the width of a car of 1.8 m, as in path.ts. */
export const halfCarMeters = 0.9;
/** Meters: half the width of usual lines (RMS-1: 0.15 on motorways, 0.12 elsewhere; MUTCD: 0.10 to 0.15). */
const halfLineMeters = 0.07;
/** m/s below which nobody drifts: what steering along a straight road does. ISO 17361 tests from 0.1 m/s. */
const leastDriftMps = 0.1;

/** Kerbs, grass edges and lines of other lanes look like a single line: where no two show for long, none is sure enough to be warned of. */
const unsureFactor = 0.45;

/** What is told of the lane. @param isUnsure Whether only one of its lines has shown for long, or ever. */
export function readLanes(camera: Camera, filter: LaneFilter, left: LineEvidence, right: LineEvidence, isUnsure: boolean): Lanes {
  const shape = shapeOf(filter);
  const { leftMeters, rightMeters, headingRadians, curvaturePerMeter } = shape;
  const line = (side: 'left' | 'right', evidence: LineEvidence): LaneLine[] => {
    const confidence = (isUnsure ? unsureFactor : 1) * confidenceOf(evidence, sigmaOf(filter, side));
    if (confidence < leastConfidence) return [];
    const sideMeters = side === 'left' ? leftMeters : rightMeters;
    const reachMeters = Math.min(mostReachMeters, Math.max(leastReachMeters, evidence.reachMeters));
    return [
      {
        side,
        type: evidence.type,
        pointsPx: polyline(camera, shape, sideMeters, reachMeters),
        coefficients: [sideMeters, headingRadians, curvaturePerMeter / 2],
        confidence,
      },
    ];
  };
  const lines = [...line('left', left), ...line('right', right)];
  if (lines.length === 0)
    return {
      lines,
      offsetMeters: null,
      offsetRateMps: null,
      widthMeters: null,
      curvaturePerMeter: null,
      crossingSeconds: null,
      confidence: 0,
    };
  const isPlaced = middleSigma(filter) <= mostOffsetSigmaMeters;
  const driftMps = filter.values[states.drift]!;
  return {
    lines,
    offsetMeters: isPlaced ? -(leftMeters + rightMeters) / 2 : null,
    offsetRateMps: driftMps,
    widthMeters: lines.length === 2 ? rightMeters - leftMeters : null,
    curvaturePerMeter,
    crossingSeconds: crossing(lines, driftMps),
    confidence: lines.reduce((sum, { confidence }) => sum + confidence, 0) / 2,
  };
}

/** Meters from the wheel to a line's near edge, negative when it is on it or past it. */
export function wheelToLine({ side, coefficients }: LaneLine): number {
  return (side === 'left' ? -coefficients[0]! : coefficients[0]!) - halfLineMeters - halfCarMeters;
}

function crossing(lines: readonly LaneLine[], driftMps: number): number | null {
  if (Math.abs(driftMps) < leastDriftMps) return null;
  const line = lines.find(({ side }) => side === (driftMps < 0 ? 'left' : 'right'));
  return line ? Math.max(0, wheelToLine(line)) / Math.abs(driftMps) : null;
}
