import { nowUs } from '../../platform/clock.ts';
import type { StreamConfiguration } from '../../schemas/configuration.ts';
import { type AccessUnit, type Alert, nothingSeen, type Perception, rtpClockHz, type StreamKind } from '../../schemas/messages.ts';
import { type CameraHealth, stepCameraHealth, unknownHealth } from '../core/camera-health.ts';
import { BurnIn } from '../stages/burn-in.ts';
import { Decoder, type Picture } from '../stages/decoder.ts';
import { measureQuality, viewOf } from '../stages/picture-quality.ts';
import { type Senses, unknownVehicle, type VehicleState } from './senses.ts';

export interface PipelineOptions {
  readonly stream: StreamConfiguration;
  readonly senses: Senses;
}

/** What one access unit has led to. */
export interface Judged {
  readonly perception: Perception;
  readonly alerts: readonly Alert[];
  /** The burned-in picture, if one was asked for. */
  readonly jpeg: { readonly bytes: Buffer; readonly width: number; readonly height: number } | undefined;
}

export interface Admission {
  /** Pixels; asks for a burned-in picture besides. */
  readonly burnInWidth?: number;
  readonly vehicle?: VehicleState;
}

export interface PushOptions {
  /**
   * Asked for each picture that the configured rate chooses. Undefined leaves it unanalysed, as a live stream that has fallen behind does.
   */
  readonly admit?: (chosen: AccessUnit) => Admission | undefined;
}

/** Everything a stream's next picture depends on, apart from the group of pictures that it is in. Plain JSON, never changed in place. */
export interface PipelineState {
  readonly kind: StreamKind;
  /** The newest access unit that was pushed. */
  readonly newest: { readonly epoch: number; readonly sequence: number } | null;
  /** The newest picture that came out: what is chosen next depends on it. */
  readonly shown: { readonly epoch: number; readonly rtpTimestamp: number } | null;
  readonly health: CameraHealth;
  readonly senses: unknown;
}

/** Pixels of a picture's shorter side: the smallest pictures that cameras usually offer have 160x90, and a car 30 m ahead is 7 px wide in them. */
const leastSidePx = 90;

/** One stream: decode, choose, look and judge. Apart from `timing` its output depends on its input alone. */
export class Pipeline {
  readonly senses: Senses;
  readonly #stream: StreamConfiguration;
  readonly #decoder = new Decoder();
  #burnIn: BurnIn | undefined;
  #newest: PipelineState['newest'] = null;
  #shown: PipelineState['shown'] = null;
  #health = unknownHealth;
  #restored: PipelineState | undefined;

  /** @param options.senses Closed with the pipeline. */
  constructor({ stream, senses }: PipelineOptions) {
    this.#stream = stream;
    this.senses = senses;
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

    const figures = measureQuality(picture);
    const view = this.#stream.kind === 'roadside' ? viewOf(picture) : undefined;
    this.senses.take(picture);
    const burnIn = admitted.burnInWidth === undefined ? undefined : this.#burnInFor(picture, admitted.burnInWidth);
    burnIn?.take(picture);
    const { width, height } = picture;
    const { streamId, vehicleId, epoch, sequence, capturedAtUs, rtpTimestamp, publishedAtUs: sentAtUs } = picture.unit;
    const frame = { epoch, sequence, capturedAtUs, rtpTimestamp, width, height, vehicle: admitted.vehicle ?? unknownVehicle };

    const { seen, alerts, inferenceMs, aim } = await this.senses.judge(frame);
    const { modelSet } = this.senses;
    const healthStep = stepCameraHealth(this.#health, { streamId, vehicleId, modelSet }, frame, figures, { view, aim });
    this.#health = healthStep.health;

    const publishedAtUs = nowUs();
    const perception: Perception = {
      streamId,
      vehicleId,
      kind: this.#stream.kind,
      epoch,
      sequence,
      capturedAtUs,
      rtpTimestamp,
      width,
      height,
      modelSet,
      ...nothingSeen,
      ...seen,
      degraded: [
        ...new Set([
          ...(healthStep.fault ? [`camera:${healthStep.fault}`] : []),
          ...(Math.min(width, height) < leastSidePx ? ['camera:picture-too-small'] : []),
          ...(seen.degraded ?? []),
        ]),
      ],
      timing: {
        publishedAtUs,
        waitedMs: (startedAtUs - sentAtUs) / 1000,
        decodeMs: (decodedAtUs - startedAtUs) / 1000,
        inferenceMs,
        totalMs: (publishedAtUs - startedAtUs) / 1000,
      },
    };
    const jpeg = burnIn && { bytes: await burnIn.draw(perception), width: burnIn.width, height: burnIn.height };
    return { perception, alerts: [...alerts, ...healthStep.alerts].map((alert) => ({ ...alert, publishedAtUs })), jpeg };
  }

  /** What it knows after the last `push` that has ended. */
  snapshot(): PipelineState {
    return { kind: this.#stream.kind, newest: this.#newest, shown: this.#shown, health: this.#health, senses: this.senses.snapshot() };
  }

  /**
   * Goes on exactly from where `snapshot` was taken, also after a way through JSON. What is pushed then begins at the keyframe of the
   * newest access unit that the state knows, or before: what it knows is decoded again, but neither chosen nor judged.
   */
  restore(state: PipelineState): void {
    this.#newest = state.newest;
    this.#shown = state.shown;
    this.#health = state.health;
    this.#restored = state;
    this.senses.restore(state.senses);
  }

  close(): void {
    this.#decoder.close();
    this.senses.close();
    this.#burnIn?.close();
  }

  /** Whether the configured rate chooses this picture, by its own time and that of the picture shown before it. */
  #isChosen({ epoch, sequence, rtpTimestamp }: AccessUnit): boolean {
    if (wasShown({ epoch, sequence, rtpTimestamp }, this.#restored)) return false;
    const previous = this.#shown;
    this.#shown = { epoch, rtpTimestamp };
    const { analysedFramesPerSecond } = this.#stream;
    return (
      previous?.epoch !== epoch || slotOf(rtpTimestamp, analysedFramesPerSecond) !== slotOf(previous.rtpTimestamp, analysedFramesPerSecond)
    );
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

function isKnown({ epoch, sequence }: Pick<AccessUnit, 'epoch' | 'sequence'>, state: PipelineState | undefined): boolean {
  return state?.newest?.epoch === epoch && sequence <= state.newest.sequence;
}

/** By the time of showing: with B-frames a picture may have been sent before the snapshot, and be shown after it. */
function wasShown(unit: Pick<AccessUnit, 'epoch' | 'sequence' | 'rtpTimestamp'>, state: PipelineState | undefined): boolean {
  // The difference of two RTP timestamps is a signed number of 32 bits: they wrap around.
  return isKnown(unit, state) && state?.shown?.epoch === unit.epoch && ((unit.rtpTimestamp - state.shown.rtpTimestamp) | 0) <= 0;
}
