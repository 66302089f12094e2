import { framesPerSecond } from '../ingest/simulator/scenario.ts';
import type { DriveTask } from './crew-task.ts';
import { photographsName } from './photographs.ts';
import { pictureStep, scenarioOf } from './scenarios.ts';

/**
 * CPU seconds of a picture, as measured on two busy cores: drawing, encoding and all that looks at it but the detector; and the detector.
 * Only their order matters: it tells which drives to begin with.
 */
const pictureSeconds = { road: 0.02, cabin: 0.021, page: 0.55 } as const;
const detectorSeconds = 0.035;
/** Photographs are few. */
const photographsSeconds = 5;

/** @returns About how long a drive takes, CPU seconds. */
export function costSeconds({ scenario: name, detectors }: Pick<DriveTask, 'scenario' | 'detectors'>): number {
  if (name === photographsName) return photographsSeconds;
  const scenario = scenarioOf(name);
  const pictures = (scenario.durationSeconds * framesPerSecond) / pictureStep(scenario);
  if ('kind' in scenario) return pictures * pictureSeconds[scenario.kind];
  return pictures * (pictureSeconds.road + detectorSeconds * detectors.length);
}
