import { RoadstreamError } from '../../../schemas/errors.ts';
import type { CabinScenario } from '../cabin/scenario.ts';
import type { PageScenario } from '../page/page-scenario.ts';
import type { RoadsideScenario } from '../roadside/roadside-scenario.ts';
import type { Scenario } from '../scenario.ts';
import { brakingLead } from './braking-lead.ts';
import { attentiveDrivers } from './cabin-attentive.ts';
import { distractedDrivers } from './cabin-distracted.ts';
import { drowsyDrivers } from './cabin-drowsy.ts';
import { unseenDrivers } from './cabin-unseen.ts';
import { carFollowing } from './car-following.ts';
import { carToCarBraking } from './car-to-car-braking.ts';
import { carToCarMoving } from './car-to-car-moving.ts';
import { carToCarStationary } from './car-to-car-stationary.ts';
import { cutIn } from './cut-in.ts';
import { laneDrift } from './lane-drift.ts';
import { nightRainDrive } from './night-rain-drive.ts';
import { pedestrianCrossing } from './pedestrian-crossing.ts';
import { quietDrive } from './quiet-drive.ts';
import { roadsideCountry } from './roadside-country.ts';
import { roadsideIncidents } from './roadside-incidents.ts';
import { roadsideMotorway } from './roadside-motorway.ts';
import { scannerDusk } from './scanner-dusk.ts';
import { scannerPage } from './scanner-page.ts';
import { speedLimits } from './speed-limits.ts';

/** Drives along the road. */
export const roadScenarios: readonly Scenario[] = [
  carToCarBraking,
  carFollowing,
  carToCarStationary,
  carToCarMoving,
  quietDrive,
  pedestrianCrossing,
  brakingLead,
  cutIn,
  laneDrift,
  speedLimits,
  nightRainDrive,
];

/** Roads from a mast. */
export const roadsideScenarios: readonly RoadsideScenario[] = [roadsideCountry, roadsideMotorway, roadsideIncidents];

/** Drivers from the dashboard. */
export const cabinScenarios: readonly CabinScenario[] = [...attentiveDrivers, ...drowsyDrivers, ...distractedDrivers, ...unseenDrivers];

/** Text that moves past. */
export const pageScenarios: readonly PageScenario[] = [scannerPage, scannerDusk];

/** What any simulated camera may see. */
export type AnyScenario = Scenario | CabinScenario | RoadsideScenario | PageScenario;

/** Everything there is to see. */
export const scenarios: readonly AnyScenario[] = [...roadScenarios, ...cabinScenarios, ...roadsideScenarios, ...pageScenarios];

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
