import { type Figure, holds } from '../bench/figure.ts';

/**
 * What a figure may get worse by before it counts. The same drives are judged, but not to the same bit: another processor's inference
 * differs by 1e-4, and an alert may come a frame earlier or later by it, or a box be paired otherwise.
 */
const slackShare = 0.1;
/** In the figure's own unit, where a tenth of it is nothing. */
const slackOf: Readonly<Record<string, number>> = {
  '%': 1,
  s: 0.1,
  '1/h': 0,
  alerts: 0,
  '': 0.01,
  '1/min': 0.3,
  m: 0.02,
  '°': 0.5,
  'km/h': 0.5,
};

/**
 * What became worse: figures with a bar that are further on its wrong side than the kept ones, by more than measuring them on another
 * machine explains, and figures that are gone. What got worse within its bar by less than the slack, or has no bar, is not told.
 * @returns One line each; none when nothing did.
 */
export function regressions(kept: readonly Figure[], measured: readonly Figure[]): string[] {
  return kept.flatMap((before) => {
    if (holds(before) === undefined) return [];
    const now = measured.find(({ name }) => name === before.name);
    if (!now) return [`${before.name}: was ${show(before)}, and is not measured any more`];
    const worse = before.atLeast !== undefined ? before.value - now.value : now.value - before.value;
    const slack = Math.max(slackShare * Math.abs(before.value), slackOf[before.unit] ?? 0);
    // NaN is worse than anything.
    return worse <= slack ? [] : [`${before.name}: was ${show(before)}, is ${show(now)}`];
  });
}

function show({ value, unit, note }: Figure): string {
  return `${Number(value.toPrecision(3))} ${unit}${note ? ` (${note})` : ''}`.trim();
}
