import { type Detector, modelSetOf } from '../../models/detector.ts';
import { nowUs } from '../../platform/clock.ts';
import type { Configuration, StreamConfiguration } from '../../schemas/configuration.ts';
import { type AccessUnit, type Alert, type Perception, rtpClockHz } from '../../schemas/messages.ts';
import { boxBiasOf } from '../core/box-bias.ts';
import { createDashcamJudge, type DashcamJudge, type DashcamState } from '../core/dashcam-judge.ts';
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

/** Everything a stream's next picture depends on, apart from the group of pictures that it is in. Plain JSON, never changed in place. */
export interface DashcamPipelineState {
  /** The newest access unit that was pushed. */
  readonly newest: { readonly epoch: number; readonly sequence: number } | null;
  /** The newest picture that came out: what is chosen next depends on it. */
  readonly shown: { readonly epoch: number; readonly rtpTimestamp: number } | null;
  readonly judge: DashcamState;
}

/** One dashcam stream: decode, look twice, track, judge. Apart from `timing` its output depends on its input alone. */
export class DashcamPipeline {
  readonly #options: DashcamPipelineOptions;
  readonly #decoder = new Decoder();
  readonly #judge: DashcamJudge;
  readonly #modelSet: string;
  #looks: { readonly key: string; readonly stage: Looks } | undefined;
  #burnIn: BurnIn | undefined;
  #newest: DashcamPipelineState['newest'] = null;
  #shown: DashcamPipelineState['shown'] = null;
  #restored: DashcamPipelineState | undefined;

  constructor(options: DashcamPipelineOptions) {
    const { stream, alerts, detector } = options;
    this.#options = options;
    this.#modelSet = modelSetOf(detector);
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
    if (!isKnown(unit, this.#restored)) this.#newest = { epoch: unit.epoch, sequence: unit.sequence };
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

  /** What it knows after the last `push` that has ended. */
  snapshot(): DashcamPipelineState {
    return { newest: this.#newest, shown: this.#shown, judge: this.#judge.snapshot() };
  }

  /**
   * Goes on exactly from where `snapshot` was taken, also after a way through JSON. What is pushed then begins at the keyframe of the
   * newest access unit that the state knows, or before: what it knows is decoded again, but neither chosen nor judged.
   */
  restore(state: DashcamPipelineState): void {
    this.#newest = state.newest;
    this.#shown = state.shown;
    this.#restored = state;
    this.#judge.restore(state.judge);
  }

  close(): void {
    this.#decoder.close();
    this.#looks?.stage.close();
    this.#burnIn?.close();
  }

  /** Whether the configured rate chooses this picture, by its own time and that of the picture shown before it. */
  #isChosen({ epoch, sequence, rtpTimestamp }: AccessUnit): boolean {
    if (wasShown({ epoch, sequence, rtpTimestamp }, this.#restored)) return false;
    const previous = this.#shown;
    this.#shown = { epoch, rtpTimestamp };
    const { analysedFramesPerSecond } = this.#options.stream;
    return (
      previous?.epoch !== epoch || slotOf(rtpTimestamp, analysedFramesPerSecond) !== slotOf(previous.rtpTimestamp, analysedFramesPerSecond)
    );
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

/** Pictures of one slot are one as far as a rate is concerned: the first of them is analysed. */
export function slotOf(rtpTimestamp: number, framesPerSecond: number): number {
  return Math.floor((rtpTimestamp * framesPerSecond) / rtpClockHz);
}

function isKnown({ epoch, sequence }: Pick<AccessUnit, 'epoch' | 'sequence'>, state: DashcamPipelineState | undefined): boolean {
  return state?.newest?.epoch === epoch && sequence <= state.newest.sequence;
}

/** By the time of showing: with B-frames a picture may have been sent before the snapshot, and be shown after it. */
function wasShown(unit: Pick<AccessUnit, 'epoch' | 'sequence' | 'rtpTimestamp'>, state: DashcamPipelineState | undefined): boolean {
  // The difference of two RTP timestamps is a signed number of 32 bits: they wrap around.
  return isKnown(unit, state) && state?.shown?.epoch === unit.epoch && ((unit.rtpTimestamp - state.shown.rtpTimestamp) | 0) <= 0;
}
