import { modelSetOf } from '../../models/detector.ts';
import type { FaceModels } from '../../models/face.ts';
import type { Configuration, StreamConfiguration } from '../../schemas/configuration.ts';
import { measureFace } from '../core/driver/face-measure.ts';
import { createDriverJudge, type DriverJudge, type DriverJudgement, type DriverState, driverStateVersion } from '../core/driver-judge.ts';
import type { Picture } from '../stages/decoder.ts';
import { FaceStage, type FaceTrack } from '../stages/face.ts';
import type { Frame, Judgement, Senses, VehicleState } from './senses.ts';

export interface CabinSensesOptions {
  readonly stream: StreamConfiguration;
  readonly alerts: Configuration['alerts'];
  readonly face: FaceModels;
}

/** Plain JSON, never changed in place. */
export interface CabinState {
  readonly driver: DriverState;
  readonly face: FaceTrack;
}

/** The driver: finds the face, measures it, judges eyes, mouth and gaze. */
export class CabinSenses implements Senses {
  readonly modelSet: string;
  readonly stateVersion = driverStateVersion;
  readonly idsGiven = 0;
  readonly #judge: DriverJudge;
  readonly #face: FaceStage;
  #newest: DriverJudgement | undefined;

  constructor({ stream, alerts, face }: CabinSensesOptions) {
    this.modelSet = modelSetOf(face);
    this.#face = new FaceStage(face);
    this.#judge = createDriverJudge({
      streamId: stream.id,
      vehicleId: stream.vehicle,
      modelSet: this.modelSet,
      thresholds: alerts.driver,
    });
  }

  /** Eyes shut or off the road: then each frame counts. */
  get isInDanger(): boolean {
    const { closed, away } = this.#judge.snapshot().observed;
    return closed !== null || away !== null;
  }

  /** Where the driver's attention is, after the newest picture. */
  get attention(): VehicleState['attention'] {
    return this.#newest?.attention ?? null;
  }

  take(picture: Picture): void {
    this.#face.take(picture);
  }

  async judge({ vehicle, ...frame }: Frame): Promise<Judgement> {
    const { light, boxPx, points, isEyeHidden, inferenceMs } = await this.#face.look();
    const face = points && measureFace(points, isEyeHidden);
    const judged = this.#judge.push({ ...frame, speedMps: vehicle.speedMps, light, faceBoxPx: boxPx, face });
    this.#newest = judged;
    const { driver, degraded, alerts } = judged;
    return { seen: { driver, degraded }, alerts, inferenceMs };
  }

  snapshot(): CabinState {
    return { driver: this.#judge.snapshot(), face: this.#face.track };
  }

  restore({ driver, face }: CabinState): void {
    this.#judge.restore(driver);
    this.#face.track = face;
  }

  /** A driver has no id. */
  leaveOutIds(): void {}

  close(): void {}
}
