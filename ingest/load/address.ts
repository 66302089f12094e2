import { RoadstreamError } from '../../schemas/errors.ts';
import type { Scenario } from '../simulator/scenario.ts';
import { roadScenarioNamed } from '../simulator/scenarios/index.ts';

/** What a `load:` address asks for. */
export interface LoadRequest {
  readonly scenario: Scenario;
  readonly framesPerSecond: number;
  readonly framesPerLoop: number;
  readonly width: number;
  readonly height: number;
  /** How far the drive is ahead of that of phase 0. */
  readonly phaseSeconds: number;
}

/** Widths whose height in 16:9 is even, as 4:2:0 needs it; the simulator draws 1280. */
const widthStep = 32;
const mostWidth = 1280;
const mostFramesPerSecond = 60;

/**
 * Reads `load:<scenario>[?fps=1..60][&width=32..1280][&phase=<seconds>]`; by default 30 frames a second of 1280x720.
 * @throws SCENARIO_UNKNOWN, CONFIGURATION_INVALID
 */
export function parseLoadAddress(url: string): LoadRequest {
  const [, name = '', query = ''] = /^load:([^?#]*)(?:\?([^#]*))?$/i.exec(url) ?? [];
  const scenario = roadScenarioNamed(name);
  const options = new URLSearchParams(query);
  const refuse = (what: string): never => {
    throw new RoadstreamError('CONFIGURATION_INVALID', `${url}: ${what}.`);
  };
  for (const option of options.keys())
    if (!['fps', 'width', 'phase'].includes(option)) refuse(`unknown option ${option}; allowed here: fps, width, phase`);

  const framesPerSecond = Number(options.get('fps') ?? 30);
  if (!Number.isInteger(framesPerSecond) || framesPerSecond < 1 || framesPerSecond > mostFramesPerSecond)
    refuse(`fps must be a whole number from 1 to ${mostFramesPerSecond}`);
  const width = Number(options.get('width') ?? mostWidth);
  if (!(width >= widthStep && width <= mostWidth && width % widthStep === 0))
    refuse(`width must be a multiple of ${widthStep} up to ${mostWidth}`);
  const phaseSeconds = Number(options.get('phase') ?? 0);
  if (!(phaseSeconds >= 0 && phaseSeconds <= scenario.durationSeconds))
    refuse(`phase must be from 0 to ${scenario.durationSeconds} seconds, the scenario's length`);
  const framesPerLoop = Math.round(scenario.durationSeconds * framesPerSecond);
  return { scenario, framesPerSecond, framesPerLoop, width, height: (width * 9) / 16, phaseSeconds };
}
