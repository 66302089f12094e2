import type { Camera } from '../geometry.ts';
import type { LaneShape } from './lane-shape.ts';
import { roadRow, rowAt } from './lane-shape.ts';
import type { MarkingPoint, Markings } from './markings.ts';

/** Meters: EU and US lanes are 2.75 (rural, worn kerbs taken off) to 3.75 wide; a half meter of doubt on either side. */
export const leastLaneMeters = 2.4;
export const mostLaneMeters = 4.6;
/** Meters to either side in which lines are looked for: to the far line of the lane beside. And the breadth in which a marking counts as one place. */
const reachMeters = 7;
const binMeters = 0.12;
const bins = Math.round((2 * reachMeters) / binMeters);
/** Radians: a camera 3 degrees aside plus the heading of a lane change (0.05). */
const headings = steps(0.1, 0.01);
/** Radians: what people are wrong by when they mount a camera, in half degrees up to four. */
const pitches = steps((4 * Math.PI) / 180, (0.5 * Math.PI) / 180);
/** Radians: of pitches that explain the markings about as well the nearest to the known one is believed; this far off, a third more must lie on lines. */
const pitchDoubtRadians = (4 * Math.PI) / 180;
const doubtShare = 0.33;
/** 1/m: radius 200 m at least, which is a bend for 70 km/h. */
const curvatures = steps(0.005, 0.001);
/** Meters within which a bend of 200 m is straight enough (0.5 m aside, most of it heading), also when the pitch makes twice as many of them. */
const straightMeters = 15;
/** Radians by which far markings correct the heading and the pitch that near ones show. */
const turns = steps(0.02, 0.01);
const tilts = steps((0.5 * Math.PI) / 180, (0.25 * Math.PI) / 180);
const farMeters = 45;
/** Meters from the camera: the wheels are on a line that is nearer, and then two lanes are equally the own one. */
const leastSideMeters = 0.3;
/** Meters to a line of the own lane: the widest lane's half, and half a meter that a vehicle keeps off its middle. Farther ones are the next lane's. */
export const mostSideMeters = mostLaneMeters / 2 + 0.5;
/** Share of the rows in which a line must show: half of the usual dashes' (4 m in 12). */
const leastShare = 0.16;

/** Markings on the road under one pitch: meters right of the camera, and ahead. */
interface RoadPoints {
  readonly right: Float64Array;
  readonly ahead: Float64Array;
  readonly count: number;
}

/** What a search finds. */
export interface FoundLane {
  readonly headingRadians: number;
  readonly curvaturePerMeter: number;
  readonly pitchRadians: number;
  /** Undefined where no line shows; one at least is there. */
  readonly leftMeters?: number;
  readonly rightMeters?: number;
  /** Markings that lie on the lines. */
  readonly support: number;
}

/**
 * Looks for the own lane without knowing anything of it.
 * @param pitchRadians Of the camera beyond its configured one, as far as it is known.
 * @returns A shape near enough to be followed; undefined when no line shows.
 */
export function searchLane(camera: Camera, markings: Markings, pitchRadians: number): FoundLane | undefined {
  const histogram = new Float64Array(bins);
  const least = leastShare * markings.rowsPx.length;
  // The same rows for every pitch: those that a pitch sees more of must not win by that.
  const near = within(camera, markings, pitchRadians, straightMeters);
  let best = { score: 0, pitch: 0, heading: 0 };
  for (const step of pitches) {
    const points = onRoad(camera, near, pitchRadians + step);
    const prior = 1 / (1 + doubtShare * Math.abs(step / pitchDoubtRadians));
    for (const heading of headings) {
      const score = prior * supportOf(chooseSides(fill(histogram, points, heading, 0), 0));
      if (score > best.score) best = { score, pitch: pitchRadians + step, heading };
    }
  }
  if (best.score === 0) return undefined;

  let found: FoundLane | undefined;
  for (const tilt of tilts) {
    const pitchRadians = best.pitch + tilt;
    const far = onRoad(camera, within(camera, markings, best.pitch, farMeters), pitchRadians);
    for (const curvaturePerMeter of curvatures)
      for (const turn of turns) {
        const headingRadians = best.heading + turn;
        const sides = chooseSides(fill(histogram, far, headingRadians, curvaturePerMeter), least);
        if (sides && sides.support > (found?.support ?? 0)) found = { ...sides, headingRadians, curvaturePerMeter, pitchRadians };
      }
  }
  return found;
}

/**
 * Looks for one line beside a lane that is known but for it.
 * @param fromMeters Right of the camera, as is toMeters.
 * @returns Meters right of the camera; undefined when none shows.
 */
export function searchSide(
  camera: Camera,
  markings: Markings,
  shape: LaneShape,
  fromMeters: number,
  toMeters: number,
  nearestTo: number,
): number | undefined {
  const points = onRoad(camera, within(camera, markings, shape.pitchRadians, farMeters), shape.pitchRadians);
  const histogram = fill(new Float64Array(bins), points, shape.headingRadians, shape.curvaturePerMeter);
  const least = leastShare * markings.rowsPx.length;
  return peaksOf(histogram, least)
    .filter(({ meters }) => meters >= fromMeters && meters <= toMeters)
    .sort((a, b) => Math.abs(a.meters - nearestTo) - Math.abs(b.meters - nearestTo))[0]?.meters;
}

/** Those that lie nearer under a pitch. */
function within(camera: Camera, { points }: Markings, pitchRadians: number, farthestMeters: number): readonly MarkingPoint[] {
  const leastRow = rowAt(camera, farthestMeters, pitchRadians);
  return points.filter(({ rowPx }) => rowPx >= leastRow);
}

function onRoad(camera: Camera, points: readonly MarkingPoint[], pitchRadians: number): RoadPoints {
  const right = new Float64Array(points.length);
  const ahead = new Float64Array(points.length);
  let count = 0;
  let row: ReturnType<typeof roadRow>;
  let rowPx = Number.NaN;
  for (const point of points) {
    if (point.rowPx !== rowPx) {
      rowPx = point.rowPx;
      row = roadRow(camera, rowPx, pitchRadians);
    }
    if (!row) continue;
    right[count] = (point.columnPx - camera.width / 2) / row.pixelsPerMeter;
    ahead[count] = row.forwardMeters;
    count++;
  }
  return { right, ahead, count };
}

/** Where each marking's line passes beside the camera. */
function fill(histogram: Float64Array, { right, ahead, count }: RoadPoints, heading: number, curvature: number): Float64Array {
  histogram.fill(0);
  for (let index = 0; index < count; index++) {
    const z = ahead[index]!;
    const bin = (right[index]! - heading * z - (curvature / 2) * z * z + reachMeters) / binMeters;
    // Shared between two neighbours, so that a line on a border counts as much as one in the middle.
    const low = Math.floor(bin - 0.5);
    if (low < 0 || low >= bins - 1) continue;
    const share = bin - 0.5 - low;
    histogram[low]! += 1 - share;
    histogram[low + 1]! += share;
  }
  return histogram;
}

interface Peak {
  readonly meters: number;
  readonly weight: number;
}

function peaksOf(histogram: Float64Array, least: number): Peak[] {
  const peaks: Peak[] = [];
  for (let bin = 1; bin < bins - 1; bin++) {
    const [before, here, after] = [histogram[bin - 1]!, histogram[bin]!, histogram[bin + 1]!];
    const weight = before + here + after;
    if (here < before || here <= after || weight < least) continue;
    peaks.push({ meters: (bin + 0.5 + (after - before) / weight) * binMeters - reachMeters, weight });
  }
  return peaks;
}

interface Sides {
  readonly leftMeters?: number;
  readonly rightMeters?: number;
  readonly support: number;
}

/** The best pair that is a lane's width apart, else the strongest line that may be a side of the own lane. */
function chooseSides(histogram: Float64Array, least: number): Sides | undefined {
  const peaks = peaksOf(histogram, least);
  let best: Sides | undefined;
  for (const left of peaks) {
    if (left.meters > -leastSideMeters) break;
    for (const right of peaks) {
      const width = right.meters - left.meters;
      if (
        right.meters < leastSideMeters ||
        right.meters > mostSideMeters ||
        left.meters < -mostSideMeters ||
        width < leastLaneMeters ||
        width > mostLaneMeters
      )
        continue;
      const support = left.weight + right.weight;
      if (support > (best?.support ?? 0)) best = { leftMeters: left.meters, rightMeters: right.meters, support };
    }
  }
  for (const { meters, weight } of peaks) {
    if (Math.abs(meters) < leastSideMeters || Math.abs(meters) > mostSideMeters || weight <= singleFactor * (best?.support ?? 0)) continue;
    best = meters < 0 ? { leftMeters: meters, support: weight } : { rightMeters: meters, support: weight };
  }
  return best && { ...best, support: best.support + besideSupport(peaks, best) };
}

/** Of the strongest line on either side that may be the far one of the lane beside: it runs to the same vanishing point. */
function besideSupport(peaks: readonly Peak[], { leftMeters, rightMeters }: Sides): number {
  const [from, to] = [(leftMeters ?? rightMeters!) - leastLaneMeters, (rightMeters ?? leftMeters!) + leastLaneMeters];
  let [left, right] = [0, 0];
  for (const { meters, weight } of peaks) {
    if (meters <= from) left = Math.max(left, weight);
    if (meters >= to) right = Math.max(right, weight);
  }
  return left + right;
}

/** A single line counts for a lane only if nothing goes with it: two are found together even where one of them is dashed. */
const singleFactor = 1;

function supportOf(sides: Sides | undefined): number {
  return sides?.support ?? 0;
}

function steps(most: number, by: number): number[] {
  const count = Math.round(most / by);
  return Array.from({ length: 2 * count + 1 }, (_, index) => (index - count) * by);
}
