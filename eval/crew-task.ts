import type { GradedDrive } from './family.ts';

/** One drive for a worker: who sees it, and which families judge it. */
export interface DriveTask {
  readonly scenario: string;
  readonly detectors: readonly string[];
  readonly families: readonly string[];
}

export interface FamilyGrade extends GradedDrive {
  readonly family: string;
}

/** What a worker answers. */
export type DriveAnswer = { readonly graded: readonly FamilyGrade[] } | { readonly failure: string };

export interface CrewOptions {
  readonly dataDirectory: string;
  /** Folder or address with the manifest's files; empty for none. */
  readonly mirror?: string;
}
