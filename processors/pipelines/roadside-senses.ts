import { type Detector, modelSetOf } from '../../models/detector.ts';
import type { Configuration, StreamConfiguration } from '../../schemas/configuration.ts';
import {
  createRoadsideJudge,
  type RoadsideJudge,
  type RoadsideState,
  roadsideStateVersion,
  withFreshTrackIds,
} from '../core/roadside/roadside-judge.ts';
import { createSite } from '../core/roadside/site.ts';
import { wrongWayType } from '../core/roadside/wrong-way.ts';
import type { Picture } from '../stages/decoder.ts';
import { Looks } from '../stages/looks.ts';
import type { Frame, Judgement, Senses } from './senses.ts';

export interface RoadsideSensesOptions {
  readonly stream: StreamConfiguration;
  readonly alerts: Configuration['alerts'];
  readonly detector: Detector;
}

/** Who passes a fixed camera, how fast and where: looks twice, tracks, counts, judges. */
export class RoadsideSenses implements Senses {
  readonly modelSet: string;
  readonly stateVersion = roadsideStateVersion;
  readonly attention = null;
  readonly #options: RoadsideSensesOptions;
  readonly #judge: RoadsideJudge;
  #looks: { readonly key: string; readonly stage: Looks } | undefined;

  constructor(options: RoadsideSensesOptions) {
    const { stream, alerts, detector } = options;
    this.#options = options;
    this.modelSet = modelSetOf(detector);
    this.#judge = createRoadsideJudge({
      streamId: stream.id,
      vehicleId: stream.vehicle,
      modelSet: this.modelSet,
      roadside: stream.roadside,
      alerts: alerts.roadside,
    });
  }

  get isInDanger(): boolean {
    return this.#judge.snapshot().alerts[wrongWayType]?.watches.some(({ watch }) => watch.open !== null) ?? false;
  }

  get idsGiven(): number {
    return this.#judge.snapshot().tracker.nextTrackId;
  }

  take(picture: Picture): void {
    this.#looksFor(picture).take(picture);
  }

  async judge(frame: Frame): Promise<Judgement> {
    const { detections, inferenceMs } = await this.#looks!.stage.detect();
    const { alerts, ...seen } = this.#judge.push({ ...frame, detections });
    return { seen, alerts, inferenceMs };
  }

  snapshot(): RoadsideState {
    return this.#judge.snapshot();
  }

  restore(state: RoadsideState): void {
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
    // What is far away is small, and stands below the horizon; where none is known, a camera that looks down has it near its upper edge.
    const horizonPx = createSite(stream.roadside, width, height).horizonPx ?? 0;
    const stage = new Looks({ detector, width, height, horizonPx, bonnetFraction: 0 });
    this.#looks = { key, stage };
    return stage;
  }
}
