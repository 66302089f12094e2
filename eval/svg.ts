import type { Plot, PlotLine } from './family.ts';

const width = 560;
const height = 260;
const margin = { left: 40, right: 12, top: 34, bottom: 34 };
/** Truth first; the same on a light and on a dark page. */
const truthColour = '#2f9e63';
const seenColours = ['#d9480f', '#1c7ed6', '#9c36b5'];
const faint = '#8a939e';

/** A plot over time as SVG text. */
export function drawPlot({ quantity, lines, levels, moments }: Plot): string {
  const times = lines.flatMap(({ points }) => points.map(([at]) => at));
  const values = [...lines.flatMap(({ points }) => points.flatMap(([, value]) => value ?? [])), ...levels.map(({ value }) => value)];
  if (times.length === 0) return '<svg viewBox="0 0 1 1"></svg>';
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const [low, high] = [Math.min(0, ...values), Math.max(...values, 1e-9) * 1.05];
  const x = (at: number) => margin.left + ((at - from) / Math.max(1e-9, to - from)) * (width - margin.left - margin.right);
  const y = (value: number) => height - margin.bottom - ((value - low) / (high - low)) * (height - margin.top - margin.bottom);
  const parts = [
    ...ticks(low, high).map(
      (value) =>
        `<path d="M${margin.left} ${round(y(value))}H${width - margin.right}" stroke="${faint}" stroke-opacity=".25"/>${text(margin.left - 6, y(value) + 4, String(value), 'end')}`,
    ),
    ...ticks(from, to).map((at) => text(x(at), height - margin.bottom + 16, String(at), 'middle')),
    text(width - margin.right, height - 4, 'time, s', 'end'),
    text(margin.left - 34, 12, quantity, 'start'),
    ...levels.map(
      ({ name, value }) =>
        `<path d="M${margin.left} ${round(y(value))}H${width - margin.right}" stroke="${faint}" stroke-dasharray="4 4"/>${text(width - margin.right, y(value) - 4, name, 'end')}`,
    ),
    ...moments.map(({ name, atSeconds }, index) => moment(name, x(atSeconds), index)),
    ...lines.map((line, index) => polyline(line, colourOf(line, index, lines), x, y)),
    ...lines.map((line, index) => text(margin.left + 4 + 170 * index, 28, `— ${line.name}`, 'start', colourOf(line, index, lines))),
  ];
  return `<svg viewBox="0 0 ${width} ${height}" role="img" font-family="system-ui, sans-serif" font-size="11">${parts.join('')}</svg>`;
}

function colourOf({ isTruth }: PlotLine, index: number, lines: readonly PlotLine[]): string {
  if (isTruth) return truthColour;
  const before = lines.slice(0, index).filter((line) => !line.isTruth).length;
  return seenColours[before % seenColours.length]!;
}

/** Alternating heights keep names apart that stand close together. */
function moment(name: string, x: number, index: number): string {
  const top = margin.top + 12 + 13 * (index % 3);
  return `<path d="M${round(x)} ${margin.top}V${height - margin.bottom}" stroke="${faint}"/>${x > width * 0.75 ? text(x - 3, top, name, 'end') : text(x + 3, top, name, 'start')}`;
}

function polyline({ points, isTruth }: PlotLine, colour: string, x: (at: number) => number, y: (value: number) => number): string {
  let path = '';
  let isDown = false;
  for (const [at, value] of points) {
    if (value !== null) path += `${isDown ? 'L' : 'M'}${round(x(at))} ${round(y(value))}`;
    isDown = value !== null;
  }
  return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${isTruth ? 2.5 : 1.5}" stroke-linecap="round"/>`;
}

/** Round values, about five of them. */
function ticks(low: number, high: number): number[] {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough)!;
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(6)));
}

function text(x: number, y: number, content: string, anchor: 'start' | 'middle' | 'end', colour = faint): string {
  const safe = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" fill="${colour}">${safe}</text>`;
}

const round = (value: number) => Number(value.toFixed(1));
