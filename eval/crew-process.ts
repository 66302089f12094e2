import { createModels, type Models } from '../models/models.ts';
import type { CrewOptions, DriveAnswer, DriveTask, FamilyGrade } from './crew-task.ts';
import { drive } from './drive.ts';
import { families } from './families/index.ts';
import { lookAtPhotographs, photographsName } from './photographs.ts';

/** Other work on the machine may hold up an inference for long; nobody waits for it here. */
const deadlineMs = 60_000;

const options = JSON.parse(process.argv[2]!) as CrewOptions;
const loaded = new Map<string, Models & { close(): Promise<void> }>();

function modelsWith(detector: string): Models {
  const models = loaded.get(detector) ?? createModels({ name: detector, deadlineMs, ...options });
  loaded.set(detector, models);
  return models;
}

async function run({ scenario, detectors, families: names }: DriveTask): Promise<FamilyGrade[]> {
  const viewers = detectors.map((detector) => ({ detector, models: modelsWith(detector) }));
  const traces = scenario === photographsName ? await Promise.all(viewers.map(lookAtPhotographs)) : await drive(scenario, viewers);
  return traces.flatMap((trace) =>
    families
      .filter(({ name }) => names.includes(name))
      .map((family) => {
        const { detector, seconds } = trace;
        return { family: family.name, scenario, detector, seconds, grade: family.grade(trace) };
      }),
  );
}

process.on('message', (task: DriveTask) => {
  run(task)
    .then(
      (graded): DriveAnswer => ({ graded }),
      (error: Error): DriveAnswer => ({ failure: error.stack ?? error.message }),
    )
    .then((answer) => process.send!(answer));
});
process.on('disconnect', () => {
  void Promise.all([...loaded.values()].map((models) => models.close())).finally(() => process.exit());
});
