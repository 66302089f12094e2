import { RoadstreamError } from '../../../schemas/errors.ts';
import type { Scenario } from '../scenario.ts';
import { brakingLead } from './braking-lead.ts';
import { carFollowing } from './car-following.ts';
import { carToCarBraking } from './car-to-car-braking.ts';
import { carToCarMoving } from './car-to-car-moving.ts';
import { carToCarStationary } from './car-to-car-stationary.ts';
import { pedestrianCrossing } from './pedestrian-crossing.ts';
import { quietDrive } from './quiet-drive.ts';

/** Every drive there is. */
export const scenarios: readonly Scenario[] = [
  carToCarBraking,
  carFollowing,
  carToCarStationary,
  carToCarMoving,
  quietDrive,
  pedestrianCrossing,
  brakingLead,
];

/**
 * The drive of this name.
 * @throws SCENARIO_UNKNOWN naming all there are.
 */
export function scenarioNamed(name: string): Scenario {
  const found = scenarios.find((scenario) => scenario.name === name);
  if (found) return found;
  const names = scenarios.map((scenario) => scenario.name).join(', ');
  throw new RoadstreamError('SCENARIO_UNKNOWN', `There is no scenario '${name}'. Take one of: ${names}.`);
}
