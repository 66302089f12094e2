import type { Detector } from '../../models/detector.ts';
import { nowUs } from '../../platform/clock.ts';
import type { Configuration, StreamConfiguration } from '../../schemas/configuration.ts';
import { type AccessUnit, type Alert, type Perception, rtpClockHz } from '../../schemas/messages.ts';
import { boxBiasOf } from '../core/box-bias.ts';
import { createDashcamJudge, type DashcamJudge } from '../core/dashcam-judge.ts';
import { createCamera } from '../core/geometry.ts';
import { BurnIn } from '../stages/burn-in.ts';
import { Decoder, type Picture } from '../stages/decoder.ts';
import { Looks } from '../stages/looks.ts';

export interface DashcamPipelineOptions {
  readonly stream: StreamConfiguration;
  readonly alerts: Configuration['alerts'];
  readonly detector: Detector;
}

/** What one access unit has led to. */
export interface Judged {
  readonly perception: Perception;
  readonly alerts: readonly Alert[];
  /** The burned-in picture, if one was asked for. */
  readonly jpeg: { readonly bytes: Buffer; readonly width: number; readonly height: number } | undefined;
}

export interface PushOptions {
  /**
   * Asked for each picture that the configured rate chooses. Undefined leaves it unanalysed, as a live stream that has fallen behind does;
   * a burn-in width in pixels asks for a burned-in picture besides.
   */
  readonly admit?: (chosen: AccessUnit) => { readonly burnInWidth?: number } | undefined;
}

/** One dashcam stream: decode, look twice, track, judge. Apart from `timing` its output depends on its input alone. */
export class DashcamPipeline {
  readonly #options: DashcamPipelineOptions;
  readonly #decoder = new Decoder();
  readonly #judge: DashcamJudge;
  readonly #modelSet: string;
  #looks: { readonly key: string; readonly stage: Looks } | undefined;
  #burnIn: BurnIn | undefined;
  #shown: AccessUnit | undefined;

  constructor(options: DashcamPipelineOptions) {
    const { stream, alerts, detector } = options;
    this.#options = options;
    this.#modelSet = `${detector.name}:${detector.hash}`;
    this.#judge = createDashcamJudge({
      streamId: stream.id,
      vehicleId: stream.vehicle,
      camera: stream.camera,
      forwardCollision: alerts.forwardCollision,
      modelSet: this.#modelSet,
      boxBias: boxBiasOf(detector.name),
    });
  }

  /**
   * @returns Undefined when nothing was analysed: not chosen, not admitted, or no picture came out.
   * @throws DECODE_FAILED, CODEC_UNSUPPORTED, INFERENCE_STUCK, INFERENCE_FAILED; the next call works again.
   */
  async push(unit: AccessUnit, { admit = () => ({}) }: PushOptions = {}): Promise<Judged | undefined> {
    const startedAtUs = nowUs();
    const picture = await this.#decoder.decode(unit);
    if (!picture || !this.#isChosen(picture.unit)) return undefined;
    const admitted = admit(picture.unit);
    if (!admitted) return undefined;
    const decodedAtUs = nowUs();

    const looks = this.#looksFor(picture);
    looks.take(picture);
    const burnIn = admitted.burnInWidth === undefined ? undefined : this.#burnInFor(picture, admitted.burnInWidth);
    burnIn?.take(picture);
    const { width, height } = picture;
    const seen = picture.unit;

    const { detections, inferenceMs } = await looks.detect();
    const { epoch, sequence, capturedAtUs, rtpTimestamp } = seen;
    const judged = this.#judge.push({ epoch, sequence, capturedAtUs, rtpTimestamp, width, height, detections });

    const publishedAtUs = nowUs();
    const perception: Perception = {
      streamId: seen.streamId,
      vehicleId: seen.vehicleId,
      epoch,
      sequence,
      capturedAtUs,
      rtpTimestamp,
      width,
      height,
      modelSet: this.#modelSet,
      horizonPx: judged.horizonPx,
      degraded: judged.degraded,
      tracks: judged.tracks,
      timing: {
        publishedAtUs,
        waitedMs: (startedAtUs - seen.publishedAtUs) / 1000,
        decodeMs: (decodedAtUs - startedAtUs) / 1000,
        inferenceMs,
        totalMs: (publishedAtUs - startedAtUs) / 1000,
      },
    };
    const alerts = judged.alerts.map((alert) => ({ ...alert, publishedAtUs }));
    const jpeg = burnIn && { bytes: await burnIn.draw(perception), width: burnIn.width, height: burnIn.height };
    return { perception, alerts, jpeg };
  }

  close(): void {
    this.#decoder.close();
    this.#looks?.stage.close();
    this.#burnIn?.close();
  }

  /** Whether the configured rate chooses this picture, by its own time and that of the picture shown before it. */
  #isChosen(shown: AccessUnit): boolean {
    const previous = this.#shown;
    this.#shown = shown;
    if (previous?.epoch !== shown.epoch) return true;
    const slot = ({ rtpTimestamp }: AccessUnit) => Math.floor((rtpTimestamp * this.#options.stream.analysedFramesPerSecond) / rtpClockHz);
    return slot(shown) !== slot(previous);
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

  #burnInFor(picture: Picture, wantedWidth: number): BurnIn {
    // Even sizes, and never larger than the picture itself.
    const width = Math.max(2, 2 * Math.round(Math.min(wantedWidth, picture.width) / 2));
    const height = Math.max(2, 2 * Math.round((width * picture.height) / picture.width / 2));
    if (this.#burnIn?.width === width && this.#burnIn.height === height) return this.#burnIn;
    this.#burnIn?.close();
    this.#burnIn = new BurnIn(width, height);
    return this.#burnIn;
  }
}
