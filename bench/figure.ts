import os from 'node:os';
import type { InferenceOptions } from '../models/onnx-session.ts';

/** One measured figure, with the bar it is held against. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it must not exceed, or must reach. */
  readonly atMost?: number;
  readonly atLeast?: number;
  /** How it came about, where the name does not say it. */
  readonly note?: string;
}

/** What computes the models. */
export type Device = InferenceOptions['device'];

export interface Benchmark {
  readonly name: string;
  readonly description: string;
  /** Runs only when it is asked for by name. */
  readonly isLong?: boolean;
  /**
   * @param tell Gets a line now and then about how far it is.
   * @param device cpu unless another is asked for; most benchmarks have no use for another.
   */
  run(tell: (line: string) => void, device: Device): Promise<readonly Figure[]>;
}

/** @returns Whether the figure holds its bar; undefined without one. */
export function holds({ value, atMost, atLeast }: Figure): boolean | undefined {
  if (atMost === undefined && atLeast === undefined) return undefined;
  return (atMost === undefined || value <= atMost) && (atLeast === undefined || value >= atLeast);
}

/** @param fraction 0..1. @returns The nearest-rank quantile; NaN of nothing. */
export function quantile(values: Iterable<number>, fraction: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? Number.NaN;
}

/** @returns CPU time of this whole process so far, all threads, milliseconds. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Figures as lines of a terminal. */
export function figureTable(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const held = holds(figure);
    const bar = figure.atMost !== undefined ? `≤ ${figure.atMost}` : figure.atLeast !== undefined ? `≥ ${figure.atLeast}` : '';
    const value = Math.abs(figure.value) >= 100 ? figure.value.toFixed(0) : figure.value.toPrecision(3);
    return [figure.name, `${value} ${figure.unit}`, bar, held === undefined ? '' : held ? 'yes' : 'NO', figure.note ?? ''];
  });
  const all = [['figure', 'measured', 'bar', 'held', ''], ...rows];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  return all.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')}`.trimEnd()).join('\n');
}

/** What a figure was measured on. */
export function hardwareName(): string {
  const processor = os.cpus()[0]?.model.trim() ?? 'unknown processor';
  return `${processor}, ${os.availableParallelism()} cores, ${Math.round(os.totalmem() / 2 ** 30)} GiB, Node.js ${process.versions.node}`;
}
