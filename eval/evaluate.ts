import type { Figure } from '../bench/figure.ts';
import { Crew } from './crew.ts';
import type { CrewOptions, DriveTask, FamilyGrade } from './crew-task.ts';
import { costSeconds } from './drive-cost.ts';
import { families as allFamilies } from './families/index.ts';
import type { Family } from './family.ts';

export interface EvaluationOptions extends CrewOptions {
  /** Names of families; all of them unless given. */
  readonly only?: readonly string[];
  readonly isQuick: boolean;
  /** Manifest names. All that is graded is graded with the first, what depends on the detector with the others too. */
  readonly detectors: readonly string[];
  /** Gets a line after each drive. */
  readonly tell: (line: string) => void;
}

export interface FamilyResult {
  readonly family: Family;
  /** What is not here, where the family was skipped. */
  readonly missing: string | undefined;
  readonly figures: readonly Figure[];
  readonly graded: readonly FamilyGrade[];
  /** Drives that could not be driven, and why. */
  readonly failures: readonly string[];
}

/** Drives at once: each takes about a core. */
const workers = 2;

/** Drives and grades. A drive that several families ask for is driven once. */
export async function evaluate(options: EvaluationOptions): Promise<FamilyResult[]> {
  const families = allFamilies.filter(({ name }) => options.only === undefined || options.only.includes(name));
  const missing = new Map(families.map((family) => [family, family.missing?.()]));
  const tasks = tasksOf(
    families.filter((family) => missing.get(family) === undefined),
    options,
  );
  const failures = new Map<string, string>();
  const crew = new Crew(Math.min(workers, tasks.length), options);
  const startedAt = performance.now();
  let graded: readonly FamilyGrade[] = [];
  try {
    graded = await crew.run(tasks, (task, answer, done) => {
      if ('failure' in answer) failures.set(task.scenario, answer.failure);
      const minutes = (performance.now() - startedAt) / 60_000;
      const result = 'failure' in answer ? `failed: ${answer.failure}` : `for ${task.families.join(', ')}`;
      options.tell(`${done} of ${tasks.length}, ${minutes.toFixed(1)} min: ${task.scenario} ${result}`);
    });
  } finally {
    await crew.close();
  }
  return families.map((family) => {
    const of = graded.filter((grade) => grade.family === family.name);
    return {
      family,
      missing: missing.get(family),
      graded: of,
      figures: detectorsOf(family, options).flatMap((detector) => figuresOf(family, detector, of)),
      failures: family.drives({ isQuick: options.isQuick, isSecond: false }).flatMap((scenario) => {
        const failure = failures.get(scenario);
        return failure === undefined ? [] : [`${scenario}: ${failure.split('\n')[0]}`];
      }),
    };
  });
}

function figuresOf(family: Family, detector: string, graded: readonly FamilyGrade[]): Figure[] {
  const figures = family.figures(graded.filter((grade) => grade.detector === detector));
  return family.needsDetector ? figures.map((figure) => ({ ...figure, name: `${detector}: ${figure.name}` })) : figures;
}

function detectorsOf(family: Family, { detectors }: EvaluationOptions): readonly string[] {
  return family.needsDetector ? detectors : detectors.slice(0, 1);
}

function tasksOf(families: readonly Family[], options: EvaluationOptions): DriveTask[] {
  const wanted = new Map<string, { detectors: Set<string>; families: Set<string> }>();
  for (const family of families)
    for (const detector of detectorsOf(family, options))
      for (const scenario of family.drives({ isQuick: options.isQuick, isSecond: detector !== options.detectors[0] })) {
        const task = wanted.get(scenario) ?? { detectors: new Set(), families: new Set() };
        wanted.set(scenario, task);
        task.families.add(family.name);
        task.detectors.add(detector);
      }
  // What takes longest first, so that at the end nobody waits long for the last one.
  return [...wanted]
    .map(([scenario, task]): DriveTask => ({ scenario, detectors: [...task.detectors], families: [...task.families] }))
    .sort((a, b) => costSeconds(b) - costSeconds(a));
}
