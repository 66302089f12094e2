import type { Plot, PlotLine } from './family.ts';
import type { Trace, TracedFrame } from './trace.ts';

/** Seconds that are shown before and after what a plot is about. */
const marginSeconds = 3;

export interface PlotOptions<Truth> extends Omit<Plot, 'lines' | 'moments'> {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly moments?: Plot['moments'];
  /** Each line's value in a frame; null where there is none. */
  readonly lines: readonly (Pick<PlotLine, 'name' | 'isTruth'> & { valueIn(frame: TracedFrame<Truth>): number | null })[];
}

/** What happened around a time of a drive, with all alerts of these types. */
export function plotOf<Truth>(trace: Trace<Truth>, types: readonly string[], options: PlotOptions<Truth>): Plot {
  const { title, quantity, levels, fromSeconds, toSeconds, moments = [] } = options;
  const frames = trace.frames.filter(
    ({ timeSeconds }) => timeSeconds >= fromSeconds - marginSeconds && timeSeconds <= toSeconds + marginSeconds,
  );
  const alerts = frames.flatMap(({ timeSeconds, alerts: changed }) =>
    changed
      .filter(({ type }) => types.includes(type))
      .map(({ severity, state }) => ({ name: state === 'cleared' ? 'cleared' : `${severity} ${state}`, atSeconds: timeSeconds })),
  );
  return {
    title: `${trace.scenario}, ${trace.detector}: ${title}`,
    quantity,
    levels,
    moments: [...moments, ...alerts],
    lines: options.lines.map(({ name, isTruth, valueIn }) => ({
      name,
      isTruth,
      points: frames.map((frame) => [frame.timeSeconds, valueIn(frame)] as const),
    })),
  };
}
