import { type StreamConfiguration, streamSchema } from '../../schemas/configuration.ts';
import { parseLoadAddress } from './address.ts';

export interface LoadOptions {
  /** How many. */
  readonly streams: number;
  readonly framesPerSecond?: number;
  readonly scenario?: string;
  /** Of the picture, pixels; 16:9. */
  readonly width?: number;
  readonly analysedFramesPerSecond?: number;
}

/** Golden ratio: its multiples spread evenly, however many there are, and no two streams send at the same moment. */
const spread = (Math.sqrt(5) - 1) / 2;

/**
 * Streams `load-001` … of vehicles `load-car-001` …, all playing the same drive, each at its own place in it.
 * @throws SCENARIO_UNKNOWN, CONFIGURATION_INVALID
 */
export function loadStreams({
  streams,
  framesPerSecond = 30,
  scenario = 'braking-lead',
  width = 1280,
  analysedFramesPerSecond = 5,
}: LoadOptions): StreamConfiguration[] {
  const { durationSeconds } = parseLoadAddress(`load:${scenario}?fps=${framesPerSecond}&width=${width}`).scenario;
  return Array.from({ length: streams }, (_, index) => {
    const number = String(index + 1).padStart(3, '0');
    const phase = (((index * spread) % 1) * durationSeconds).toFixed(3);
    return streamSchema.parse({
      id: `load-${number}`,
      vehicle: `load-car-${number}`,
      url: `load:${scenario}?fps=${framesPerSecond}&width=${width}&phase=${phase}`,
      analysedFramesPerSecond,
    });
  });
}
