/** Cells of a view: so many across the picture and down it. */
export const viewColumns = 32;
export const viewRows = 18;

/** What a camera that stands still shows: mean luma of each cell, row by row. Plain JSON, never changed in place. */
export interface ViewWatch {
  /** Over minutes, and over seconds. */
  readonly usual: readonly number[];
  readonly recent: readonly number[];
  readonly watchedSeconds: number;
  /** Since it was last looked at. */
  readonly waitedSeconds: number;
  readonly isOther: boolean;
}

/** Seconds from look to look: traffic is another by then. */
const lookSeconds = 1;
/** Seconds in which the usual view follows: shadows wander and dusk falls more slowly. */
const usualSeconds = 600;
/** Seconds in which passing traffic averages out: of a camera straight above a road two thirds of a single picture may be cars. */
const recentSeconds = 10;
/** Seconds of watching before a view counts as usual. */
const leastWatchedSeconds = 60;
/**
 * Likeness (-1..1) of two views' edges. Measured on two real street cameras and three drawn ones: 0.93 and more for the same view, 0.42 and more when
 * half of it is darkened, a lamp is lit in it or a lorry hides it, each time most alike unshifted. Moved by 5 % of the picture's width or height
 * 0.45 and less, and 0.75 to 0.9 where it is shifted back; by 30 % at most 0.36 however it is shifted.
 */
const leastLikeness = 0.5;
const shiftedGain = 0.2;
const mostOtherLikeness = 0.4;
/** Cells by which a view is tried to be shifted back, across and down. */
const mostShiftColumns = 8;
const mostShiftRows = 4;
/** Mean step of luma from cell to cell below which a view has no edges to compare, and by how many times it may change: fog, or lamps at night. */
const leastStep = 1;
const mostStepFactor = 5;

/**
 * One picture more of a camera that stands still.
 * @param cells viewRows x viewColumns mean lumas, 0..255.
 * @param seconds Since the picture before.
 */
export function stepView(before: ViewWatch | null, cells: readonly number[], seconds: number): ViewWatch {
  if (!before) return { usual: cells.map(rounded), recent: cells.map(rounded), watchedSeconds: 0, waitedSeconds: 0, isOther: false };
  const waitedSeconds = before.waitedSeconds + seconds;
  if (waitedSeconds < lookSeconds) return { ...before, waitedSeconds };
  const watchedSeconds = before.watchedSeconds + waitedSeconds;
  const follow = (values: readonly number[], inSeconds: number) => {
    const share = waitedSeconds / Math.min(inSeconds, watchedSeconds);
    return values.map((value, index) => rounded(value + share * (cells[index]! - value)));
  };
  const usual = follow(before.usual, usualSeconds);
  const recent = follow(before.recent, recentSeconds);
  const isOther = watchedSeconds >= leastWatchedSeconds && isOtherView(usual, recent);
  return { usual, recent, watchedSeconds, waitedSeconds: 0, isOther };
}

function isOtherView(usual: readonly number[], recent: readonly number[]): boolean {
  const [before, now] = [edgesOf(usual), edgesOf(recent)];
  const [stepBefore, stepNow] = [meanStep(before), meanStep(now)];
  if (Math.min(stepBefore, stepNow) < Math.max(leastStep, Math.max(stepBefore, stepNow) / mostStepFactor)) return false;
  const likeness = likenessOf(before, now, 0, 0);
  if (likeness >= leastLikeness) return false;
  let best = likeness;
  for (let down = -mostShiftRows; down <= mostShiftRows; down++)
    for (let right = -mostShiftColumns; right <= mostShiftColumns; right++) best = Math.max(best, likenessOf(before, now, right, down));
  return best >= likeness + shiftedGain || best < mostOtherLikeness;
}

/** Of each cell the steps to its neighbours on the right and below: a change of exposure leaves their shape as it is. Square roots, so that few do not count for all. */
function edgesOf(cells: readonly number[]): Float32Array {
  const edges = new Float32Array(2 * cells.length);
  const root = (step: number) => Math.sign(step) * Math.sqrt(Math.abs(step));
  cells.forEach((cell, at) => {
    if ((at + 1) % viewColumns !== 0) edges[2 * at] = root(cells[at + 1]! - cell);
    if (at + viewColumns < cells.length) edges[2 * at + 1] = root(cells[at + viewColumns]! - cell);
  });
  return edges;
}

function meanStep(edges: Float32Array): number {
  return edges.reduce((sum, edge) => sum + edge * edge, 0) / edges.length;
}

/** Normalised correlation of what both have when the second is shifted, in cells. */
function likenessOf(first: Float32Array, second: Float32Array, right: number, down: number): number {
  let [both, ofFirst, ofSecond] = [0, 0, 0];
  for (let row = Math.max(0, -down); row < Math.min(viewRows, viewRows - down); row++) {
    const from = 2 * (row * viewColumns + Math.max(0, -right));
    const to = 2 * (row * viewColumns + Math.min(viewColumns, viewColumns - right));
    const shift = 2 * (down * viewColumns + right);
    for (let at = from; at < to; at++) {
      both += first[at]! * second[at + shift]!;
      ofFirst += first[at]! ** 2;
      ofSecond += second[at + shift]! ** 2;
    }
  }
  return ofFirst > 0 && ofSecond > 0 ? both / Math.sqrt(ofFirst * ofSecond) : 0;
}

/** For a short state; a tenth of this is not followed within `usualSeconds`, so hundredths would leave the usual view 3 lumas behind. */
function rounded(value: number): number {
  return Math.round(1e4 * value) / 1e4;
}
