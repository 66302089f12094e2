import { type Detector, modelSetOf } from '../../models/detector.ts';
import type { Configuration, StreamConfiguration } from '../../schemas/configuration.ts';
import { boxBiasOf } from '../core/box-bias.ts';
import {
  createDashcamJudge,
  type DashcamJudge,
  type DashcamJudgement,
  type DashcamState,
  dashcamStateVersion,
  withFreshTrackIds,
} from '../core/dashcam-judge.ts';
import { createCamera } from '../core/geometry.ts';
import type { Picture } from '../stages/decoder.ts';
import { Looks } from '../stages/looks.ts';
import type { Frame, Judgement, Senses } from './senses.ts';

export interface DashcamSensesOptions {
  readonly stream: StreamConfiguration;
  readonly alerts: Configuration['alerts'];
  readonly detector: Detector;
}

/** Times to collision below this multiple of the warning's are dangerous enough not to be looked at less often. */
const dangerFactor = 2;

/** What lies ahead of the own vehicle: looks twice, tracks, judges. */
export class DashcamSenses implements Senses {
  readonly modelSet: string;
  readonly stateVersion = dashcamStateVersion;
  readonly attention = null;
  readonly #options: DashcamSensesOptions;
  readonly #judge: DashcamJudge;
  #looks: { readonly key: string; readonly stage: Looks } | undefined;
  #newest: DashcamJudgement | undefined;

  constructor(options: DashcamSensesOptions) {
    const { stream, alerts, detector } = options;
    this.#options = options;
    this.modelSet = modelSetOf(detector);
    this.#judge = createDashcamJudge({
      streamId: stream.id,
      vehicleId: stream.vehicle,
      camera: stream.camera,
      forwardCollision: alerts.forwardCollision,
      modelSet: this.modelSet,
      boxBias: boxBiasOf(detector.name),
    });
  }

  get isInDanger(): boolean {
    if (this.#judge.snapshot().watch.open !== null) return true;
    const dangerSeconds = dangerFactor * this.#options.alerts.forwardCollision.warnTtcSeconds;
    return this.#newest?.tracks.some(({ inPath, ttcSeconds }) => inPath && ttcSeconds !== null && ttcSeconds < dangerSeconds) ?? false;
  }

  get idsGiven(): number {
    return this.#judge.snapshot().tracker.nextTrackId;
  }

  take(picture: Picture): void {
    this.#looksFor(picture).take(picture);
  }

  async judge(frame: Frame): Promise<Judgement> {
    const { detections, inferenceMs } = await this.#looks!.stage.detect();
    const judged = this.#judge.push({ ...frame, detections });
    this.#newest = judged;
    const { tracks, horizonPx, degraded, alerts } = judged;
    return { seen: { tracks, horizonPx, degraded }, alerts, inferenceMs };
  }

  snapshot(): DashcamState {
    return this.#judge.snapshot();
  }

  restore(state: DashcamState): void {
    this.#judge.restore(state);
  }

  leaveOutIds(): void {
    this.#judge.restore(withFreshTrackIds(this.#judge.snapshot()));
  }

  close(): void {
    this.#looks?.stage.close();
  }

  #looksFor({ width, height }: Picture): Looks {
    const key = `${width}x${height}`;
    if (this.#looks?.key === key) return this.#looks.stage;
    this.#looks?.stage.close();
    const { detector, stream } = this.#options;
    const { horizonPx } = createCamera(stream.camera, width, height);
    const stage = new Looks({ detector, width, height, horizonPx, bonnetFraction: stream.camera.bonnetFraction });
    this.#looks = { key, stage };
    return stage;
  }
}
