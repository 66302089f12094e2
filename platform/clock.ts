/** @returns Wall clock, UTC microseconds, as an integer. Only edges ask for it: time inside the pipeline is the frames' own. */
export function nowUs(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1000);
}
