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

/** @throws SCENARIO_UNKNOWN */
export function scenarioOf(name: string): AnyScenario {
  const found = [...gradingScenarios.values(), builtIn].flat().find((scenario) => scenario.name === name);
  if (found) return found;
  throw new RoadstreamError('SCENARIO_UNKNOWN', `There is no scenario '${name}' in ${gradeFolder}, nor a built-in one.`);
}
