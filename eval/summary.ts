import { type Figure, quantile } from '../bench/figure.ts';
import { isInTime } from './events.ts';
import type { EventGrade, Grade, GradedDrive } from './family.ts';

const secondsPerHour = 3600;
const percent = 100;

/** @returns All measurements of this name, of all drives. */
export function samplesOf(drives: readonly GradedDrive[], name: string): number[] {
  return drives.flatMap(({ grade }) => grade.samples[name] ?? []);
}

/** @returns The sum of this name over all drives. */
export function countOf(drives: readonly GradedDrive[], name: string): number {
  return drives.reduce((sum, { grade }) => sum + (grade.counts[name] ?? 0), 0);
}

/** @returns What was due, of these kinds if any are given. */
export function requiredEvents(drives: readonly GradedDrive[], kinds?: readonly string[]): EventGrade[] {
  return drives
    .flatMap(({ grade }) => grade.events)
    .filter(({ event }) => event.isRequired && (kinds === undefined || kinds.includes(event.kind)));
}

export interface HitsOptions {
  readonly name: string;
  readonly atLeast?: number;
  /** Unit of `toldAt`. */
  readonly toldUnit: string;
  readonly toldDecimals?: number;
}

/** @returns The share of events told in time, of all that were due; no figure where nothing was due. */
export function hits(events: readonly EventGrade[], { name, atLeast, toldUnit, toldDecimals = 1 }: HitsOptions): Figure[] {
  if (events.length === 0) return [];
  const inTime = events.filter(({ event, alert }) => isInTime(event, alert)).length;
  const missed = events.filter(({ alert }) => alert === undefined).length;
  const told = events.flatMap(({ toldAt }) => toldAt ?? []);
  const spread = [0, 0.5, 1].map((fraction) => quantile(told, fraction).toFixed(toldDecimals)).join(' / ');
  const late = events.length - inTime - missed;
  const note = `${events.length} events: ${inTime} in time, ${late} late, ${missed} missed${told.length > 0 ? `; told at ${spread} ${toldUnit} (least, median, most)` : ''}`;
  return [{ name, value: (percent * inTime) / events.length, unit: '%', ...(atLeast !== undefined && { atLeast }), note }];
}

/** @returns False alerts an hour of driving. */
export function falseAlerts(drives: readonly GradedDrive[], name: string, atMost?: number): Figure[] {
  const seconds = drives.reduce((sum, drive) => sum + drive.seconds, 0);
  if (seconds === 0) return [];
  const count = drives.reduce((sum, { grade }) => sum + grade.falseAlerts.length, 0);
  const note = `${count} in ${(seconds / 60).toFixed(1)} min`;
  return [{ name, value: (count * secondsPerHour) / seconds, unit: '1/h', ...(atMost !== undefined && { atMost }), note }];
}

export interface ErrorsOptions {
  readonly name: string;
  readonly unit: string;
  readonly medianAtMost?: number;
  readonly p95AtMost?: number;
  /** 100 turns shares into percent. */
  readonly scale?: number;
}

/** @returns Median and 95th percentile of errors; no figure where nothing was measured. */
export function errors(values: readonly number[], { name, unit, medianAtMost, p95AtMost, scale = 1 }: ErrorsOptions): Figure[] {
  if (values.length === 0) return [];
  const scaled = values.map((value) => scale * Math.abs(value));
  return [
    {
      name: `${name}, median`,
      value: quantile(scaled, 0.5),
      unit,
      ...(medianAtMost !== undefined && { atMost: medianAtMost }),
      note: `${values.length} frames`,
    },
    { name: `${name}, p95`, value: quantile(scaled, 0.95), unit, ...(p95AtMost !== undefined && { atMost: p95AtMost }) },
  ];
}

/** @returns A share as percent; no figure of nothing. */
export function share(part: number, whole: number, name: string, bar: Pick<Figure, 'atLeast' | 'atMost'> = {}): Figure[] {
  if (whole === 0) return [];
  return [{ name, value: (percent * part) / whole, unit: '%', ...bar, note: `${part} of ${whole}` }];
}

/** Adds up several grades of one drive. */
export function joinGrades(grades: readonly Grade[]): Grade {
  const samples: Record<string, number[]> = {};
  const counts: Record<string, number> = {};
  for (const grade of grades) {
    for (const [name, values] of Object.entries(grade.samples)) samples[name] = [...(samples[name] ?? []), ...values];
    for (const [name, value] of Object.entries(grade.counts)) counts[name] = (counts[name] ?? 0) + value;
  }
  return { events: grades.flatMap(({ events }) => events), falseAlerts: grades.flatMap((grade) => grade.falseAlerts), samples, counts };
}
