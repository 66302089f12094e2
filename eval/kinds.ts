import type { AnyScenario } from '../ingest/simulator/scenarios/index.ts';

/** What an installer would set for a stream that shows this scenario. @returns Fields of a stream's configuration. */
export function streamSettingsOf(scenario: AnyScenario): object {
  if ('kind' in scenario) return { kind: scenario.kind === 'page' ? 'scanner' : scenario.kind };
  if ('site' in scenario) return { kind: 'roadside', roadside: scenario.site };
  return { kind: 'dashcam', camera: scenario.camera };
}
