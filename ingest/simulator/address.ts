import { RoadstreamError } from '../../schemas/errors.ts';
import type { Stamp } from './drawing/stamp.ts';
import { type AnyScenario, scenarioNamed } from './scenarios/index.ts';

/** What a `sim:` address asks for. */
export interface SimulationRequest {
  readonly scenario: AnyScenario;
  readonly stamp: Stamp | undefined;
  /** Whether the drive begins again at its end. */
  readonly loop: boolean;
}

const options: Readonly<Record<string, readonly string[]>> = { stamp: ['time', 'frame'], loop: ['0', '1'] };

/**
 * Reads `sim:<scenario>[?stamp=time|frame][&loop=0|1]`.
 * @throws SCENARIO_UNKNOWN, CONFIGURATION_INVALID for an option that there is not.
 */
export function parseSimulationAddress(url: string): SimulationRequest {
  const match = /^sim:(?:\/\/)?([^?#]*)(?:\?([^#]*))?$/i.exec(url);
  if (!match)
    throw new RoadstreamError(
      'CONFIGURATION_INVALID',
      `'${url}' is no simulated camera; write sim:<scenario>, for example sim:car-to-car-braking.`,
    );
  const query = new URLSearchParams(match[2] ?? '');
  for (const [name, value] of query) {
    const allowed = options[name];
    if (!allowed)
      throw new RoadstreamError(
        'CONFIGURATION_INVALID',
        `${url}: unknown option ${name}; allowed here: ${Object.keys(options).join(', ')}.`,
      );
    if (!allowed.includes(value))
      throw new RoadstreamError('CONFIGURATION_INVALID', `${url}: ${name} must be ${allowed.join(' or ')}, not '${value}'.`);
  }
  return {
    scenario: scenarioNamed(match[1] ?? ''),
    stamp: (query.get('stamp') ?? undefined) as Stamp | undefined,
    loop: query.get('loop') !== '0',
  };
}
