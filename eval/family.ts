import type { Figure } from '../bench/figure.ts';
import type { ExpectedEvent, RaisedAlert } from './events.ts';
import type { Trace } from './trace.ts';

/** A line of a plot; null where there is no value. */
export interface PlotLine {
  readonly name: string;
  readonly isTruth: boolean;
  readonly points: readonly (readonly [timeSeconds: number, value: number | null])[];
}

/** What happened around an event, over time. */
export interface Plot {
  readonly title: string;
  /** With its unit. */
  readonly quantity: string;
  readonly lines: readonly PlotLine[];
  /** Values that matter, drawn across: thresholds, lane lines. */
  readonly levels: readonly { readonly name: string; readonly value: number }[];
  readonly moments: readonly { readonly name: string; readonly atSeconds: number }[];
}

/** An event that was told, told late, or not told. */
export interface EventGrade {
  readonly event: ExpectedEvent;
  readonly alert: RaisedAlert | undefined;
  /** How far it was when it was told, in the family's unit (TTC, metres past the line …); null where that has no meaning. */
  readonly toldAt: number | null;
  /** Of what went wrong. */
  readonly plot?: Plot;
}

/** What one drive is worth to one family. All of it may be added up over drives. */
export interface Grade {
  readonly events: readonly EventGrade[];
  readonly falseAlerts: readonly (RaisedAlert & { readonly plot?: Plot })[];
  /** Errors and other measurements, by name. */
  readonly samples: Readonly<Record<string, readonly number[]>>;
  /** Sums, by name. */
  readonly counts: Readonly<Record<string, number>>;
}

export const nothingGraded: Grade = { events: [], falseAlerts: [], samples: {}, counts: {} };

export interface GradedDrive {
  readonly scenario: string;
  readonly detector: string;
  readonly seconds: number;
  readonly grade: Grade;
}

/** How much is driven. */
export interface DriveScope {
  /** Few drives, that together find most of what may break. */
  readonly isQuick: boolean;
  /** For a detector beside the one that is graded first: of what takes long it sees a part. */
  readonly isSecond: boolean;
}

/** One row or several of the table of bars: which drives are driven, what is right, and what came of it. */
export interface Family {
  readonly name: string;
  readonly description: string;
  /** Whether what is seen depends on the detector, so that each is graded; otherwise it is graded with the first one alone. */
  readonly needsDetector: boolean;
  /** @returns What is not here and how to have it, where this machine cannot grade it; then nothing is driven. */
  missing?(): string | undefined;
  /** Names of scenarios, or of what else `drive` knows. */
  drives(scope: DriveScope): readonly string[];
  /** @param trace Of a scenario that `drives` named: its truth is of that scenario's kind. */
  grade(trace: Trace): Grade;
  /** @param drives All of one detector. */
  figures(drives: readonly GradedDrive[]): Figure[];
}
