import type { Scenario } from '../../ingest/simulator/scenario.ts';
import type { DriveScope } from '../family.ts';
import { gradingScenarios, scenarioOf } from '../scenarios.ts';

/** Names of the scenarios in these files of test/scenarios/grade. */
export function roadDrives(...files: readonly string[]): string[] {
  return files.flatMap((file) => (gradingScenarios.get(file) ?? []).map(({ name }) => name));
}

/** Every nth of a list, beginning with the first. */
export function everyNth<T>(all: readonly T[], step: number): T[] {
  return all.filter((_, index) => index % step === 0);
}

/** Of an hour of drives in which nothing happens: for the quick part the two shortest ones, for a second detector every sixth. */
export function quietDrives({ isQuick, isSecond }: DriveScope): string[] {
  const all = roadDrives('quiet');
  if (isQuick) return all.sort((a, b) => scenarioOf(a).durationSeconds - scenarioOf(b).durationSeconds).slice(0, 2);
  return isSecond ? everyNth(all, 6) : all;
}

/** Behind one whose distance swings: for the quick part the first drive, for a second detector every second. */
export function followingDrives({ isQuick, isSecond }: DriveScope): string[] {
  const all = roadDrives('distance');
  return isQuick ? all.slice(0, 1) : everyNth(all, isSecond ? 2 : 1);
}

/** Whether it is day, and dry. */
export function isPlainDay(scenario: string): boolean {
  const { light = 'day', rain = 0, fog = 0 } = scenarioOf(scenario) as Scenario;
  return light === 'day' && rain === 0 && fog === 0;
}
