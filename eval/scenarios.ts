import { readdirSync } from 'node:fs';
import path from 'node:path';
import { type AnyScenario, scenarios as builtIn } from '../ingest/simulator/scenarios/index.ts';
import { RoadstreamError } from '../schemas/errors.ts';

/** Each file is a family of scenarios: it exports lists of them. Those that thresholds were tuned on grade nothing. */
const gradeFolder = path.join(import.meta.dirname, '../test/scenarios/grade');

/** Scenarios that grade, by the name of their file. */
export const gradingScenarios: ReadonlyMap<string, readonly AnyScenario[]> = await loadGrading();

async function loadGrading(): Promise<Map<string, readonly AnyScenario[]>> {
  const files = readdirSync(gradeFolder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  const found = new Map<string, readonly AnyScenario[]>();
  for (const file of files.sort()) {
    const exported = (await import(path.join(gradeFolder, file))) as Record<string, unknown>;
    const lists = Object.values(exported).filter((value) => Array.isArray(value)) as AnyScenario[][];
    found.set(path.basename(file, '.ts'), lists.flat());
  }
  return found;
}

/** Files of long drives in which nothing happens. */
const uneventful = ['quiet', 'attentive'];

/**
 * From one drawn picture to the next, in frames of 30 a second. What happens within seconds is looked at as often as a stream is by
 * default: 15 times a second, a page of text once. Where time goes by, more of it is driven at fewer pictures: 5 a second of drives in which
 * nothing happens (what a stream that catches up gets where something comes near), 10 of other cabins (a tenth of a second is little of the
 * half that is allowed). Whatever holds then is harder, since each judgement stands on fewer pictures.
 */
export function pictureStep(scenario: AnyScenario): number {
  if (uneventful.some((file) => gradingScenarios.get(file)?.includes(scenario))) return 6;
  if (!('kind' in scenario)) return 2;
  return scenario.kind === 'cabin' ? 3 : 30;
}

/** @throws SCENARIO_UNKNOWN */
export function scenarioOf(name: string): AnyScenario {
  const found = [...gradingScenarios.values(), builtIn].flat().find((scenario) => scenario.name === name);
  if (found) return found;
  throw new RoadstreamError('SCENARIO_UNKNOWN', `There is no scenario '${name}' in ${gradeFolder}, nor a built-in one.`);
}
