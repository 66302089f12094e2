/** For how long a value was seen, in steps of equal width. Plain JSON, never changed in place. */
export interface Histogram {
  readonly least: number;
  readonly step: number;
  readonly seconds: readonly number[];
}

export function emptyHistogram(least: number, most: number, step: number): Histogram {
  return { least, step, seconds: new Array(Math.round((most - least) / step)).fill(0) };
}

/** @param value Beyond the ends it counts as the end. @param forSeconds For how long it was so. */
export function add(histogram: Histogram, value: number, forSeconds: number): Histogram {
  const { least, step, seconds } = histogram;
  const at = Math.max(0, Math.min(seconds.length - 1, Math.floor((value - least) / step)));
  return { ...histogram, seconds: seconds.with(at, seconds[at]! + forSeconds) };
}

/** @param share 0..1; 0.5 is the median. @returns Undefined while it is empty. */
export function quantileOf({ least, step, seconds }: Histogram, share: number): number | undefined {
  const wanted = share * seconds.reduce((sum, each) => sum + each, 0);
  let below = 0;
  for (const [at, each] of seconds.entries()) {
    if (each > 0 && below + each >= wanted) return least + step * (at + (wanted - below) / each);
    below += each;
  }
  return undefined;
}
