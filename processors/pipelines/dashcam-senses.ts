import { type Detector, modelSetOf } from '../../models/detector.ts';
import type { Network } from '../../models/network.ts';
import type { Configuration, StreamConfiguration } from '../../schemas/configuration.ts';
import { boxBiasOf } from '../core/box-bias.ts';
import { aimBy } from '../core/camera-aim.ts';
import {
  createDashcamJudge,
  type DashcamJudge,
  type DashcamJudgement,
  type DashcamState,
  dashcamStateVersion,
  type PictureDetection,
  withFreshTrackIds,
} from '../core/dashcam-judge.ts';
import { createCamera } from '../core/geometry.ts';
import { shapeOf } from '../core/lanes/lane-filter.ts';
import { momentaryPitch } from '../core/lanes/lane-follower.ts';
import type { RoadStrips } from '../core/own-speed.ts';
import type { SignSighting } from '../core/signs/sighting.ts';
import { expectedEnds, signsToRead } from '../core/signs/sign-judge.ts';
import type { Picture } from '../stages/decoder.ts';
import { LineNetwork } from '../stages/line-network.ts';
import { Looks } from '../stages/looks.ts';
import { BrightBars, type MarkingFinder } from '../stages/markings.ts';
import { stripsOfRoad } from '../stages/road-flow.ts';
import { modelSetOfReaders, SignFinder, type SignReaders } from '../stages/signs.ts';
import type { Frame, Judgement, Senses } from './senses.ts';

export interface DashcamSensesOptions {
  readonly stream: StreamConfiguration;
  readonly alerts: Configuration['alerts'];
  readonly detector: Detector;
  /** Without them signs are not looked for. */
  readonly signReaders?: SignReaders | undefined;
  /** Finds the lines of the lane instead of contrast. */
  readonly laneNetwork?: Network | undefined;
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
  readonly #markings: MarkingFinder;
  readonly #signs: SignFinder | undefined;
  #looks: { readonly key: string; readonly stage: Looks } | undefined;
  #roadStrips: RoadStrips | null = null;
  #newest: DashcamJudgement | undefined;

  constructor(options: DashcamSensesOptions) {
    const { stream, alerts, detector, signReaders, laneNetwork } = options;
    this.#options = options;
    this.modelSet = [
      modelSetOf(detector),
      ...(signReaders ? [modelSetOfReaders(signReaders)] : []),
      ...(laneNetwork ? [`${laneNetwork.name}:${laneNetwork.hash}`] : []),
    ].join('+');
    this.#markings = laneNetwork ? new LineNetwork(laneNetwork) : new BrightBars();
    this.#signs = signReaders && new SignFinder(signReaders);
    this.#judge = createDashcamJudge({
      streamId: stream.id,
      vehicleId: stream.vehicle,
      camera: stream.camera,
      alerts,
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
    const camera = createCamera(this.#options.stream.camera, picture.width, picture.height);
    const { lane } = this.#judge.snapshot();
    this.#markings.take(picture, camera, momentaryPitch(lane));
    this.#roadStrips = lane.filter && stripsOfRoad(picture, camera, shapeOf(lane.filter));
    this.#signs?.take(picture, camera.horizonPx);
  }

  async judge(frame: Frame): Promise<Judgement> {
    const { detections, inferenceMs } = await this.#looks!.stage.detect();
    const markings = await this.#markings.find();
    const read = await this.#readSigns(frame, detections);
    const judged = this.#judge.push({ ...frame, detections, markings, roadStrips: this.#roadStrips, signs: read.signs });
    this.#newest = judged;
    const { alerts, ...seen } = judged;
    const aim = aimBy(judged.lanes, momentaryPitch(this.#judge.snapshot().lane));
    return { seen, alerts, inferenceMs: inferenceMs + this.#markings.inferenceMs + read.inferenceMs, aim };
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
    this.#markings.close();
  }

  async #readSigns(
    { capturedAtUs }: Frame,
    detections: readonly PictureDetection[],
  ): Promise<{ readonly signs: readonly SignSighting[]; readonly inferenceMs: number }> {
    if (!this.#signs) return { signs: [], inferenceMs: 0 };
    const { signs: state, capturedAtUs: beforeUs } = this.#judge.snapshot();
    const seconds = (capturedAtUs - beforeUs) / 1e6;
    const signs = this.#signs.find(detections, expectedEnds(state, seconds));
    let inferenceMs = 0;
    for (const index of signsToRead(state, signs, capturedAtUs, seconds)) {
      const { reading, inferenceMs: readMs } = await this.#signs.read(signs[index]!.boxPx);
      signs[index] = { ...signs[index]!, reading };
      inferenceMs += readMs;
    }
    return { signs, inferenceMs };
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
