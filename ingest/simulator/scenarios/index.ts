import { RoadstreamError } from '../../../schemas/errors.ts';
import type { Scenario } from '../scenario.ts';
import { brakingLead } from './braking-lead.ts';
import { carFollowing } from './car-following.ts';
import { carToCarBraking } from './car-to-car-braking.ts';
import { carToCarMoving } from './car-to-car-moving.ts';
import { carToCarStationary } from './car-to-car-stationary.ts';
import { pedestrianCrossing } from './pedestrian-crossing.ts';
import { quietDrive } from './quiet-drive.ts';

/** Drives along the road. */
export const roadScenarios: readonly Scenario[] = [
  carToCarBraking,
  carFollowing,
  carToCarStationary,
  carToCarMoving,
  quietDrive,
  pedestrianCrossing,
  brakingLead,
];

/** What any simulated camera may see. */
export type AnyScenario = Scenario;

/** Everything there is to see. */
export const scenarios: readonly AnyScenario[] = roadScenarios;

/**
 * The scenario of this name.
 * @throws SCENARIO_UNKNOWN naming all there are.
 */
export function scenarioNamed(name: string): AnyScenario {
  return named(scenarios, name);
}

/**
 * The drive of this name.
 * @throws SCENARIO_UNKNOWN naming all there are.
 */
export function roadScenarioNamed(name: string): Scenario {
  return named(roadScenarios, name);
}

function named<T extends { readonly name: string }>(all: readonly T[], name: string): T {
  const found = all.find((scenario) => scenario.name === name);
  if (found) return found;
  const names = all.map((scenario) => scenario.name).join(', ');
  throw new RoadstreamError('SCENARIO_UNKNOWN', `There is no scenario '${name}'. Take one of: ${names}.`);
}
