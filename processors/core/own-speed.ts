import type { Box } from '../../schemas/messages.ts';
import { sureSpeed } from '../../schemas/sure-speed.ts';
import { type Camera, groundFromPixel, pixelFromGround } from './geometry.ts';
import { rowAt } from './lanes/lane-shape.ts';

/** How bright the road ahead is along the lines of the own lane, row by row. */
export interface RoadStrips {
  /** Middle of the farthest row. */
  readonly firstRowPx: number;
  /** Of each row the column in the middle of each strip, strip by strip. */
  readonly columnsPx: Float32Array;
  /** Mean lumas, 0..255, in the same order; NaN outside the picture. */
  readonly luma: Float32Array;
}

/** What is known of the own speed by what the road shows. Plain JSON, never changed in place. */
export interface OwnSpeedState {
  /** What the newest picture's strips stand out by, one after the other, each the nearest first: whole lumas, 0 where nothing is seen. */
  readonly profile: readonly number[] | null;
  /** Probability of each speed from 0 on, in steps of `stepMps`; null before anything was seen. */
  readonly belief: readonly number[] | null;
  /** For how long one speed has been far more probable than all others. */
  readonly knownSeconds: number;
  /** For how long no two pictures have fitted each other. */
  readonly unseenSeconds: number;
}

export const unknownOwnSpeed: OwnSpeedState = { profile: null, belief: null, knownSeconds: 0, unseenSeconds: 0 };

export interface OwnSpeed {
  readonly speedMps: number;
  /** One sigma. */
  readonly sigmaMps: number;
}

/** Lines of the own lane. */
export const stripCount = 2;
/** Meters ahead: what is nearer lies below the picture of some cameras, and of what is farther a row covers a third of a meter. */
export const nearMeters = 4.5;
export const farMeters = 22.5;
/** Meters: a row is this deep 12 m ahead, at a focal length of 1000 px. */
const binMeters = 0.1;
const bins = Math.round((farMeters - nearMeters) / binMeters);
/** Meters to either side over which brightness is evened out: ends of dashes stand out of it, the light of the own lamps does not. */
const evenMeters = 0.8;
/** Share of the bins that must show: behind a car 10 m ahead the pitch is known too badly, and speeds were off by up to a quarter. */
const leastSeenShare = 0.5;
/** Bins that two profiles must have in common: a dash's end and what it stands out of. */
const leastOverlapBins = 50;
/** Luma that is left of plain asphalt and solid lines by an encoder: patterns of it stay where they are in the picture. */
const noiseLuma = 3;
/** Independent features that a profile has, halved, and the most that a correlation may tell: tuned on the drives of test/scenarios/tune. */
const fitPower = 6;
const mostCorrelation = 0.9;
/** A fit that makes one speed so many times more probable than others tells something. */
const tellingFit = 1.5;
/** Seconds without one after which the speed is not told: hard braking (7 m/s²) changes it by 2 m/s. */
const mostUnseenSeconds = 0.3;
/** Seconds between two pictures: nearer ones show less than a bin of motion at 20 km/h, and so does a capture time that does not advance. */
const leastSeconds = 0.015;
/** m/s: 162 km/h. */
const mostSpeedMps = 45;
const stepMps = 0.25;
const speeds = mostSpeedMps / stepMps + 1;
/** m/s that the speed changes by within a second, one sigma: usual driving; what is seen of hard braking outweighs it. */
const changeMps = 2;
/** Probability, a picture, of any other speed: so that a wrong belief is left again. */
const leak = 2e-4;
/** Probability of one speed, ±15 % but at least ±1.5 m/s, from which it is told, and below which it is told no more. */
const sureProbability = 0.98;
const heldProbability = 0.9;
const nearShare = 0.15;
const nearMps = 1.5;
/** Seconds for which it must have been so. */
const settledSeconds = 0.5;
/** Share of the speed by which one sigma may be wrong to be told, and m/s where that is less. */
const mostSigma = 0.15;
const mostSigmaMps = 1;
/** Share of the speed by which all of it may be off: a camera's field of view is told within 3° (5 %), its height within 5 cm (4 %), its pitch known within 0.1° (3 %). */
const scaleSigma = 0.07;
/** … of a camera of which nobody has told how it looks: dashcams see 55° to 90° wide, and the usual 65° is a fifth off for most. */
const guessedScaleSigma = 0.2;
/** Sigmas beyond which a speed is not supposed. */
const mostSigmas = 2;

export interface OwnSpeedFrame {
  /** As it looks just now. */
  readonly camera: Camera;
  /** Of what stands on the road and hides it. */
  readonly boxes: readonly Box[];
  readonly seconds: number;
  readonly isCut: boolean;
}

/**
 * One picture more of driving along a lane: how far the ends of its dashes, worn paint and shadows on its lines have come nearer. Solid
 * lines without any tell nothing.
 * @param strips Null where no lane is followed.
 * @returns A speed of null where it is not known; 0 means that the vehicle stands.
 */
export function stepOwnSpeed(
  before: OwnSpeedState,
  strips: RoadStrips | null,
  { camera, boxes, seconds, isCut }: OwnSpeedFrame,
): { state: OwnSpeedState; speed: OwnSpeed | null } {
  const profile = strips && profileOf(strips, camera, boxes);
  const known = (isCut ? null : before.belief) ?? new Array<number>(speeds).fill(1 / speeds);
  const expected = later(known, seconds);
  const fit = profile && before.profile && !isCut && seconds >= leastSeconds ? fitOf(before.profile, profile, seconds) : null;
  const belief = fit ? normalised(expected.map((probability, at) => probability * fit[at]!)) : expected;
  const unseenSeconds = fit && Math.max(...fit) >= tellingFit ? 0 : before.unseenSeconds + seconds;
  const { mass, speed } = read(belief);
  const isKnown =
    mass >= (before.knownSeconds > 0 ? heldProbability : sureProbability) &&
    speed.sigmaMps <= Math.max(mostSigma * speed.speedMps, mostSigmaMps);
  const knownSeconds = isKnown && !isCut ? before.knownSeconds + seconds : 0;
  return {
    state: { profile, belief: belief.map(millionths), knownSeconds, unseenSeconds },
    speed: knownSeconds >= settledSeconds && unseenSeconds <= mostUnseenSeconds ? speed : null,
  };
}

/** The speed with the doubt of a camera that nobody has measured. */
export function ofGuessedCamera({ speedMps, sigmaMps }: OwnSpeed): OwnSpeed {
  return { speedMps, sigmaMps: Math.hypot(sigmaMps, guessedScaleSigma * speedMps) };
}

/** What a speed that rules may rest on is at most; null where it is not known well enough. */
export function mostSpeedOf(speed: OwnSpeed | null): number | null {
  return speed && sureSpeed(speed.speedMps, speed.sigmaMps) !== null ? speed.speedMps + mostSigmas * speed.sigmaMps : null;
}

/** Brightness of the strips at equal steps along the road, less what is about as bright for longer; null where too little shows. */
function profileOf({ firstRowPx, columnsPx, luma }: RoadStrips, camera: Camera, boxes: readonly Box[]): number[] | null {
  let seen = 0;
  const rows = luma.length / stripCount;
  const even = Math.round(evenMeters / binMeters);
  const profile: number[] = [];
  const edges = Array.from({ length: bins + 1 }, (_, bin) => rowAt(camera, nearMeters + bin * binMeters, 0) - firstRowPx);
  const hidden = boxes.map((box) => shadowOf(camera, box));
  for (let strip = 0; strip < stripCount; strip++) {
    const values = Array.from({ length: bins }, (_, bin) => {
      const middle = Math.round((edges[bin]! + edges[bin + 1]!) / 2);
      if (middle < 0 || middle >= rows) return Number.NaN;
      const [x, y] = [columnsPx[strip * rows + middle]!, firstRowPx + middle];
      if (hidden.some((box) => x > box[0] && x < box[2] && y > box[1] && y < box[3])) return Number.NaN;
      return meanOf(luma, strip * rows, rows, edges[bin + 1]!, edges[bin]!);
    });
    seen += values.filter((value) => !Number.isNaN(value)).length;
    for (let bin = 0; bin < bins; bin++) {
      let [sum, count] = [0, 0];
      for (let at = Math.max(0, bin - even); at <= Math.min(bins - 1, bin + even); at++)
        if (!Number.isNaN(values[at]!)) {
          sum += values[at]!;
          count++;
        }
      // JSON knows no -0.
      profile.push(Number.isNaN(values[bin]!) ? 0 : Math.round(values[bin]! - sum / count) + 0);
    }
  }
  return seen >= leastSeenShare * stripCount * bins ? profile : null;
}

/** A box and what is beside and in front of it on the road: its shadow, and what the box is too small by. */
function shadowOf(camera: Camera, [left, top, right, bottom]: Box): Box {
  const foot = groundFromPixel(camera, camera.width / 2, bottom);
  const before = foot && pixelFromGround(camera, { rightMeters: 0, forwardMeters: Math.max(1, foot.forwardMeters - 1) });
  const beside = 0.1 * (right - left);
  return [left - beside, top, right + beside, before?.y ?? bottom];
}

/** Of the rows from..to, counted from the farthest. */
function meanOf(luma: Float32Array, at: number, rows: number, from: number, to: number): number {
  const [first, last] = [Math.ceil(from), Math.floor(to)];
  if (first >= last) {
    const middle = (from + to) / 2;
    const low = Math.floor(middle);
    if (low < 0 || low + 1 >= rows) return Number.NaN;
    return luma[at + low]! + (middle - low) * (luma[at + low + 1]! - luma[at + low]!);
  }
  if (first < 0 || last >= rows) return Number.NaN;
  let sum = 0;
  for (let row = first; row <= last; row++) sum += luma[at + row]!;
  return sum / (last - first + 1);
}

/** Normalised correlation of two profiles, the earlier one moved nearer by 0..most bins; faint ones count less. */
function correlations(before: readonly number[], now: readonly number[], most: number): number[] {
  return Array.from({ length: most + 1 }, (_, shift) => {
    let [both, first, second] = [0, 0, 0];
    for (let from = 0; from < stripCount * bins; from += bins)
      for (let at = from; at < from + bins - shift; at++) {
        const [a, b] = [before[at + shift]!, now[at]!];
        both += a * b;
        first += a * a;
        second += b * b;
      }
    return both / (Math.sqrt(first * second) + stripCount * (bins - shift) * noiseLuma ** 2);
  });
}

/** How much more probable each speed is by how well the two profiles fit when it is driven; 1 where that cannot be told. */
function fitOf(before: readonly number[], now: readonly number[], seconds: number): number[] {
  const most = Math.min(bins - leastOverlapBins, Math.ceil((mostSpeedMps * seconds) / binMeters) + 1);
  const correlation = correlations(before, now, most);
  return Array.from({ length: speeds }, (_, index) => {
    const shift = (index * stepMps * seconds) / binMeters;
    const low = Math.floor(shift);
    if (low + 1 > most) return 1;
    const value = between(correlation, low, shift - low);
    // Likelihood of Gaussian noise where so much of the variance is explained.
    return (1 - Math.min(mostCorrelation, Math.max(0, value)) ** 2) ** -fitPower;
  });
}

/** Catmull and Rom's curve through the values, a share of the way from one to the next: a straight line would have its peaks on them. */
function between(values: readonly number[], from: number, share: number): number {
  const [b, c] = [values[from]!, values[from + 1]!];
  const a = values[from - 1] ?? 2 * b - c;
  const d = values[from + 2] ?? 2 * c - b;
  return b + (share / 2) * (c - a + share * (2 * a - 5 * b + 4 * c - d + share * (3 * (b - c) + d - a)));
}

/** What is believed some time later. */
function later(belief: readonly number[], seconds: number): number[] {
  const sigma = (changeMps * Math.sqrt(seconds)) / stepMps;
  const reach = Math.ceil(3 * sigma);
  const kernel = Array.from({ length: 2 * reach + 1 }, (_, at) => Math.exp(-0.5 * ((at - reach) / sigma) ** 2));
  const spread = new Array<number>(speeds).fill(0);
  belief.forEach((probability, at) => {
    if (probability === 0) return;
    for (let by = -reach; by <= reach; by++) spread[Math.max(0, Math.min(speeds - 1, at + by))]! += probability * kernel[by + reach]!;
  });
  return normalised(spread).map((value) => (1 - leak) * value + leak / speeds);
}

function normalised(values: readonly number[]): number[] {
  const sum = values.reduce((total, value) => total + value, 0);
  return values.map((value) => value / sum);
}

/** The most probable speed, and how probable those near it are together. */
function read(belief: readonly number[]): { readonly mass: number; readonly speed: OwnSpeed } {
  const best = belief.indexOf(Math.max(...belief));
  const near = Math.round(Math.max(nearMps / stepMps, nearShare * best));
  let [mass, sum, squares] = [0, 0, 0];
  for (let at = Math.max(0, best - near); at <= Math.min(speeds - 1, best + near); at++) {
    mass += belief[at]!;
    sum += belief[at]! * at;
    squares += belief[at]! * at * at;
  }
  const mean = sum / mass;
  const speedMps = best === 0 ? 0 : mean * stepMps;
  const spread = Math.sqrt(Math.max(0, squares / mass - mean ** 2)) * stepMps;
  return { mass, speed: { speedMps, sigmaMps: Math.hypot(spread, scaleSigma * speedMps, stepMps) } };
}

/** So that a checkpoint is short. */
const millionths = (value: number): number => Math.round(value * 1e6) / 1e6;
