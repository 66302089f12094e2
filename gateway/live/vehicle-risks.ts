import type { Perception } from '../../schemas/messages.ts';
import { type Risk, type RiskSigns, riskOf, scoreOf, unknownRisk, worseOf } from '../../schemas/risk.ts';

interface CameraRisk {
  /** Since the last round; undefined when nothing has come. */
  now: RiskSigns | undefined;
  /** Of the round before, for a camera that is looked at less than once a second. */
  before: RiskSigns | undefined;
}

interface VehicleCameras {
  atUs: number;
  readonly cameras: Map<string, CameraRisk>;
}

/** How risky each vehicle's drive is now, of all of its cameras. */
export class VehicleRisks {
  readonly #vehicles = new Map<string, VehicleCameras>();

  see(perception: Perception): void {
    const { vehicleId, streamId, capturedAtUs } = perception;
    const signs = riskOf(perception);
    if (vehicleId === null || !signs) return;
    const vehicle = this.#vehicles.get(vehicleId) ?? { atUs: 0, cameras: new Map<string, CameraRisk>() };
    this.#vehicles.set(vehicleId, vehicle);
    const camera = vehicle.cameras.get(streamId) ?? { now: undefined, before: undefined };
    vehicle.cameras.set(streamId, camera);
    camera.now = camera.now ? worseOf(camera.now, signs) : signs;
    vehicle.atUs = Math.max(vehicle.atUs, capturedAtUs);
  }

  /**
   * Ends a round; call once a second.
   * @returns Of each vehicle that something is known of, and once, with a score of null, of one that has fallen silent.
   */
  round(): Risk[] {
    const risks: Risk[] = [];
    for (const [vehicleId, { atUs, cameras }] of this.#vehicles) {
      const signs = [...cameras.values()].map(({ now, before }) => now ?? before).filter((one) => one !== undefined);
      const all = signs.reduce(worseOf, unknownRisk);
      risks.push({ vehicleId, atUs, score: scoreOf(all), ...all });
      for (const [streamId, { now }] of cameras) {
        if (now) cameras.set(streamId, { now: undefined, before: now });
        else cameras.delete(streamId);
      }
      if (signs.length === 0) this.#vehicles.delete(vehicleId);
    }
    return risks;
  }
}
