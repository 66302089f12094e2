import { drive, judgeDrive, type Scenario, trackOf } from './synthetic-drive.ts';

/** What a scenario came to over many seeds, against its truth. */
export interface Evaluation {
  readonly runs: number;
  /** True time to collision when the first alert was raised, and when it was first critical; one a run that had any. */
  readonly warnTtcSeconds: readonly number[];
  readonly criticalTtcSeconds: readonly number[];
  /** Alerts raised in all runs. */
  readonly raised: number;
  /** Relative, of every frame in which the first actor is tracked. */
  readonly distanceErrors: readonly number[];
  /** Relative, while less than 4 s are left; 1 where none was given. */
  readonly ttcErrors: readonly number[];
}

const ttcHorizonSeconds = 4;

/** Drives and judges a scenario with the seeds 1 to `runs`. */
export function evaluate(scenario: Scenario, runs: number): Evaluation {
  const warnTtcSeconds: number[] = [];
  const criticalTtcSeconds: number[] = [];
  const distanceErrors: number[] = [];
  const ttcErrors: number[] = [];
  let raised = 0;
  for (let seed = 1; seed <= runs; seed++) {
    const frames = drive(scenario, seed);
    let warned: number | undefined;
    let critical: number | undefined;
    judgeDrive(frames).forEach((judgement, i) => {
      raised += judgement.alerts.filter(({ state }) => state === 'raised').length;
      const truth = frames[i]!.truth;
      if (!truth) return;
      for (const { state, severity } of judgement.alerts) {
        if (state === 'cleared') continue;
        warned ??= truth.ttcSeconds ?? Infinity;
        if (severity === 'critical') critical ??= truth.ttcSeconds ?? Infinity;
      }
      const track = trackOf(truth, judgement);
      if (!track) return;
      if (track.distanceMeters !== null) distanceErrors.push(Math.abs(track.distanceMeters / truth.gapMeters - 1));
      if (truth.ttcSeconds !== null && truth.ttcSeconds < ttcHorizonSeconds)
        ttcErrors.push(track.ttcSeconds === null ? 1 : Math.abs(track.ttcSeconds / truth.ttcSeconds - 1));
    });
    if (warned !== undefined) warnTtcSeconds.push(warned);
    if (critical !== undefined) criticalTtcSeconds.push(critical);
  }
  return { runs, warnTtcSeconds, criticalTtcSeconds, raised, distanceErrors, ttcErrors };
}

/** @param share 0..1 @returns NaN of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
