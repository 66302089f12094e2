import type { Bus } from '../platform/bus/bus.ts';
import type { DeadLetters } from '../platform/dead-letters.ts';
import { telemetryCodec } from '../schemas/codecs.ts';
import type { Telemetry } from '../schemas/messages.ts';
import { topics } from '../schemas/topics.ts';
import { unknownVehicle, type VehicleState } from './pipelines/senses.ts';

/** What was told longer before a picture, µs, says nothing about it: a speed changes by 20 km/h in two seconds of hard braking. */
const validUs = 2_000_000;
/** … and what was told later, µs: clocks of a vehicle's devices agree that well. */
const earlyUs = 500_000;
/** Kept of a vehicle: ten a second for as long as a stream may be behind. */
const mostKept = 256;

/** What vehicles have told of late. */
export interface Vehicles {
  /** @param capturedAtUs Of a picture. */
  stateAt(vehicleId: string | null, capturedAtUs: number): VehicleState;
  close(): Promise<void>;
}

/** Follows what vehicles tell. */
export async function watchVehicles(bus: Bus, deadLetters: DeadLetters): Promise<Vehicles> {
  const told = new Map<string, Telemetry[]>();
  const subscription = await bus.subscribe({
    topics: [topics.telemetry],
    from: 'latest',
    async onBatch(batch) {
      for (const message of batch) {
        if (!message.value) continue;
        try {
          const telemetry = telemetryCodec.decode(message.value);
          const ofVehicle = told.get(telemetry.vehicleId) ?? [];
          told.set(telemetry.vehicleId, ofVehicle);
          ofVehicle.push(telemetry);
          if (ofVehicle.length > mostKept) ofVehicle.shift();
        } catch (thrown) {
          await deadLetters.bury(message, thrown);
        }
      }
    },
  });
  return {
    stateAt: (vehicleId, capturedAtUs) => stateOf((vehicleId !== null && told.get(vehicleId)) || [], capturedAtUs),
    close: () => subscription.close(),
  };
}

/** The newest that was told of each thing. */
function stateOf(told: readonly Telemetry[], capturedAtUs: number): VehicleState {
  const valid = told
    .filter(({ measuredAtUs }) => measuredAtUs > capturedAtUs - validUs && measuredAtUs < capturedAtUs + earlyUs)
    .sort((a, b) => a.measuredAtUs - b.measuredAtUs);
  return valid.reduce<VehicleState>(
    (state, { speedMps, indicator, attention }) => ({
      speedMps: speedMps ?? state.speedMps,
      indicator: indicator ?? state.indicator,
      attention: attention ?? state.attention,
    }),
    unknownVehicle,
  );
}
