/** A quantity that changes linearly between points [where, value], and keeps its first and last value outside them. */
export type Profile = readonly (readonly [at: number, value: number])[];

/** The value at a place or time. */
export function valueAt(profile: Profile, at: number): number {
  const next = profile.findIndex(([where]) => where > at);
  const after = profile[next];
  const before = profile[next < 0 ? profile.length - 1 : next - 1];
  if (!before) return after?.[1] ?? 0;
  if (!after) return before[1];
  return before[1] + ((after[1] - before[1]) * (at - before[0])) / (after[0] - before[0]);
}

/** The integral from 0; exact, since a trapezium is. */
export function integralTo(profile: Profile, end: number): number {
  const corners = profile.map(([where]) => where).filter((where) => where > 0 && where < end);
  let area = 0;
  let left = 0;
  for (const right of [...corners, end]) {
    area += ((valueAt(profile, left) + valueAt(profile, right)) / 2) * (right - left);
    left = right;
  }
  return area;
}

/** The change per unit just after a place or time. */
export function slopeAt(profile: Profile, at: number): number {
  const next = profile.findIndex(([where]) => where > at);
  const before = profile[next - 1];
  const after = profile[next];
  return before && after ? (after[1] - before[1]) / (after[0] - before[0]) : 0;
}
