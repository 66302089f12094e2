import type { AlertSummary } from './alert-diff.ts';
import type { ReplayResult } from './replay.ts';

/** @returns What a replay has shown, for a person: a summary, then a line for each alert. */
export function replayLines(result: ReplayResult): string[] {
  const { streamId, fromMs, toMs, frames, failures, perceptions, began, takeOvers, alerts } = result;
  const lines = [
    `${streamId}, ${time(fromMs)} to ${time(toMs)}: ${count(frames, 'frame')}, ${perceptions} of them judged, begun ${began}.`,
    verdict(result),
  ];
  if (failures > 0) lines.push(`${count(failures, 'frame')} could not be decoded or analysed.`);
  for (const { capturedAtUs, processor } of takeOvers)
    lines.push(`${processor} took the stream over at ${time(capturedAtUs / 1000)}; that very frame is not compared.`);
  const { same, onlyBefore, onlyNow } = alerts;
  lines.push(`Alerts: ${same.length} before and now, ${onlyBefore.length} only before, ${onlyNow.length} only now.`);
  const rows = [
    ...same.map(({ before, now, shiftMs }) => ({ atUs: before.raisedAtUs, cells: ['both', ...cells(before, now, shiftMs)] })),
    ...onlyBefore.map((one) => ({ atUs: one.raisedAtUs, cells: ['before', ...cells(one)] })),
    ...onlyNow.map((one) => ({ atUs: one.raisedAtUs, cells: ['now', ...cells(one)] })),
  ].sort((a, b) => a.atUs - b.atUs);
  return [...lines, ...table(rows.map((row) => row.cells))];
}

function verdict({
  identical,
  hasSameModels,
  models,
  perceptions,
  differences,
  alertMessages,
  alertMessagesDiffering,
}: ReplayResult): string {
  if (identical)
    return `Identical: the same ${count(perceptions, 'perception')} and ${count(alertMessages, 'alert message')} to the byte, timings aside.`;
  if (!hasSameModels) return `Other models (${models.before.join(', ')} before, ${models.now} now): only alerts are compared.`;
  const first = differences[0];
  const where = first ? ` The first is frame ${first.sequence} of ${time(first.capturedAtUs / 1000)}: ${first.fields.join(', ')}.` : '';
  return `NOT identical, with the same models: ${differences.length} of ${count(perceptions, 'perception')} and ${count(alertMessagesDiffering, 'alert message')} differ.${where}`;
}

function cells(before: AlertSummary, now?: AlertSummary, shiftMs?: number): string[] {
  return [
    time(before.raisedAtUs / 1000),
    before.type,
    change(before.severity, now?.severity),
    shiftMs === undefined ? '' : `${shiftMs > 0 ? '+' : ''}${Math.round(shiftMs)} ms`,
    change(figures(before), now && figures(now)),
  ];
}

function change(before: string, now = before): string {
  return before === now ? before : `${before} → ${now}`;
}

function figures({ evidence }: AlertSummary): string {
  return Object.entries(evidence)
    .filter(([name]) => !name.includes('Sigma'))
    .map(([name, value]) => `${name} ${Number(value.toPrecision(3))}`)
    .join(', ');
}

function table(rows: readonly string[][]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]!.length))) ?? [];
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')}`.trimEnd());
}

function count(many: number, what: string): string {
  return `${many} ${what}${many === 1 ? '' : 's'}`;
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}
