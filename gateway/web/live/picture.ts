import type { Perception } from '../../../schemas/messages.ts';
import type { PageStats } from '../page-api.ts';
import type { LiveFrame } from './live-frame.ts';
import { FrameLedger } from './overlay/frame-ledger.ts';
import { paint } from './overlay/painter.ts';
import { type Overlay, type OverlayMode, PerceptionBuffer } from './overlay/perception-buffer.ts';
import { PlayoutDelay } from './overlay/playout-delay.ts';
import { rtpSecondsBetween } from './overlay/rtp.ts';
import type { ServerClock } from './server-clock.ts';
import type { Store } from './store.ts';
import { WhepPlayer } from './whep-player.ts';

/** connecting: before the first frame. unreachable: an attempt failed, the next one comes by itself. */
export type PicturePhase = 'connecting' | 'playing' | 'stalled' | 'unreachable';

export interface PictureState {
  readonly phase: PicturePhase;
  readonly failure: string | null;
  /** Age of the frames shown over the last second when they were shown, median; null while it cannot be told. */
  readonly pictureAgeMs: number | null;
  readonly shownPerSecond: number;
  readonly stalledForMs: number;
}

export const initialPictureState: PictureState = {
  phase: 'connecting',
  failure: null,
  pictureAgeMs: null,
  shownPerSecond: 0,
  stalledForMs: 0,
};

/** No frame for so long is a stall, which leaves time to say so within a second; where the camera is slower, three frames missing. */
const stallMs = 700;
const stallFrames = 3;
/** Frames whose usual interval is remembered through a stall. */
const intervalFrames = 15;
const tickMs = 100;
/** A connection that gives nothing while the camera is live is made anew after this. */
const giveUpMs = 5000;
/** Timestamps further apart belong to two connections of the camera. */
const oneEpochSeconds = 30;

export interface PictureOptions {
  readonly streamId: string;
  /** over WebRTC, or as burned-in JPEG. */
  readonly means: 'webrtc' | 'burnedIn';
  readonly mode: OverlayMode;
  readonly video: HTMLVideoElement;
  readonly canvas: HTMLCanvasElement;
  readonly clock: ServerClock;
  readonly state: Store<PictureState>;
}

/** The live picture of one stream: plays it, and draws over each frame, when it is shown, what was seen in it. */
export class Picture {
  readonly streamId: string;
  readonly #options: PictureOptions;
  readonly #context: CanvasRenderingContext2D;
  readonly #player: WhepPlayer | undefined;
  readonly #perceptions = new PerceptionBuffer();
  readonly #ledger = new FrameLedger();
  readonly #delay = new PlayoutDelay();
  readonly #resize = new ResizeObserver(() => this.#fit());
  readonly #ticker: ReturnType<typeof setInterval>;
  #mode: OverlayMode;
  /** Between the two newest analysed frames. */
  #intervalMs = 0;
  #isCameraLive = false;
  #frameRtpTimestamp: number | undefined;
  #frameCapturedAtUs: number | undefined;
  #bitmap: ImageBitmap | undefined;
  /** When the last frames were shown. */
  #shownAtMs: number[] = [];
  #openedAtMs = performance.now();
  #recent: { readonly atMs: number; readonly ageMs: number | undefined }[] = [];
  #lastOverlay: Overlay | undefined;
  #isClosed = false;

  constructor(options: PictureOptions) {
    this.#options = options;
    this.streamId = options.streamId;
    this.#mode = options.mode;
    this.#context = options.canvas.getContext('2d')!;
    options.state.update(initialPictureState);
    if (options.means === 'webrtc') {
      this.#player = new WhepPlayer(options.video, `/api/v3/streams/${options.streamId}/whep`, {
        onFailure: (failure) => options.state.update({ phase: 'unreachable', failure }),
      });
      this.#player.connect();
      this.#watchFrames();
    }
    this.#resize.observe(options.canvas);
    this.#ticker = setInterval(() => this.#tick(), tickMs);
    document.addEventListener('visibilitychange', this.#onVisibility);
  }

  setMode(mode: OverlayMode): void {
    this.#mode = mode;
    this.#applyDelay();
    this.#paint();
  }

  /** Tells whether the camera gives frames, so that it is worth trying. */
  setCameraLive(isLive: boolean): void {
    const isBack = isLive && !this.#isCameraLive;
    this.#isCameraLive = isLive;
    if (isBack && this.#options.state.get().phase === 'unreachable') this.#reconnect();
  }

  addPerception(perception: Perception): void {
    const previous = this.#perceptions.newest;
    this.#perceptions.add(perception);
    const lateness = this.#ledger.perceived(perception.rtpTimestamp, performance.now());
    if (previous?.epoch === perception.epoch) this.#intervalMs = rtpSecondsBetween(previous.rtpTimestamp, perception.rtpTimestamp) * 1000;
    this.#observeLateness(lateness);
    // The frame on the screen may be known better now than when it was shown.
    if (this.#mode === 'lowestLatency') this.#paint();
  }

  async addFrame({ header, jpeg }: LiveFrame): Promise<void> {
    const bitmap = await createImageBitmap(new Blob([jpeg], { type: 'image/jpeg' })).catch(() => undefined);
    if (!bitmap || this.#isClosed) return bitmap?.close();
    this.#bitmap?.close();
    this.#bitmap = bitmap;
    this.#frameCapturedAtUs = header.capturedAtUs;
    this.#paint();
    this.#noteShown(this.#ageMs());
  }

  stats(): PageStats {
    const { phase, shownPerSecond } = this.#options.state.get();
    const overlay = this.#lastOverlay;
    return {
      streamId: this.streamId,
      mode: this.#mode,
      phase,
      ...this.#ledger.counts,
      shownPerSecond,
      pictureAgeMs: this.#ageMs() ?? null,
      jitterBufferTargetMs: this.#player?.jitterBufferTargetMs ?? 0,
      lastOverlay: overlay
        ? {
            rtpTimestamp: overlay.perception.rtpTimestamp,
            drawnForRtpTimestamp: overlay.frameRtpTimestamp,
            exact: overlay.origin === 'own',
            origin: overlay.origin,
            boxes: overlay.boxes.map(({ track, boxPx }) => ({ trackId: track.trackId, isLead: track.isLead, boxPx })),
          }
        : null,
    };
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#ticker);
    document.removeEventListener('visibilitychange', this.#onVisibility);
    this.#resize.disconnect();
    this.#player?.close();
    this.#bitmap?.close();
    this.#context.reset();
  }

  #watchFrames(): void {
    this.#options.video.requestVideoFrameCallback((_now, metadata) => {
      if (this.#isClosed) return;
      this.#showFrame(metadata);
      this.#watchFrames();
    });
  }

  #showFrame({ rtpTimestamp, receiveTime, presentedFrames }: VideoFrameCallbackMetadata): void {
    this.#player?.confirmFrame();
    this.#frameRtpTimestamp = rtpTimestamp;
    this.#paint();
    const lateness = rtpTimestamp === undefined ? undefined : this.#ledger.shown(rtpTimestamp, receiveTime, presentedFrames);
    this.#observeLateness(lateness);
    this.#frameCapturedAtUs = this.#capturedAtUs(rtpTimestamp);
    this.#noteShown(this.#ageMs());
  }

  #noteShown(ageMs: number | undefined): void {
    const atMs = performance.now();
    this.#shownAtMs.push(atMs);
    if (this.#shownAtMs.length > intervalFrames) this.#shownAtMs.shift();
    this.#recent.push({ atMs, ageMs });
    if (this.#options.state.get().phase !== 'playing') this.#options.state.update({ phase: 'playing', failure: null, stalledForMs: 0 });
  }

  #paint(): void {
    if (this.#bitmap) {
      const { width, height } = this.#bitmap;
      paint(this.#context, { overlay: undefined, image: this.#bitmap, width, height }, devicePixelRatio);
    } else if (this.#frameRtpTimestamp !== undefined) {
      const { video } = this.#options;
      const overlay = this.#perceptions.overlayFor(this.#frameRtpTimestamp, this.#mode);
      this.#lastOverlay = overlay;
      // Frame callbacks come up to one screen refresh after the frame: only one drawing holds picture and boxes together.
      const image = this.#mode === 'exact' ? video : undefined;
      paint(this.#context, { overlay, image, width: video.videoWidth, height: video.videoHeight }, devicePixelRatio);
    }
  }

  #fit(): void {
    const { canvas } = this.#options;
    canvas.width = Math.round(canvas.clientWidth * devicePixelRatio);
    canvas.height = Math.round(canvas.clientHeight * devicePixelRatio);
    this.#paint();
  }

  #observeLateness(latenessMs: number | undefined): void {
    if (latenessMs === undefined) return;
    this.#delay.observe(latenessMs, this.#intervalMs);
    this.#applyDelay();
  }

  #applyDelay(): void {
    const targetMs = this.#mode === 'exact' ? this.#delay.targetMs : 0;
    if (this.#player && this.#player.jitterBufferTargetMs !== targetMs) this.#player.jitterBufferTargetMs = targetMs;
  }

  /** A perception tells both of a frame's times; frames near it are so much older or younger as their RTP timestamps say. */
  #capturedAtUs(rtpTimestamp: number | undefined): number | undefined {
    const newest = this.#perceptions.newest;
    if (rtpTimestamp === undefined || !newest) return undefined;
    const seconds = rtpSecondsBetween(newest.rtpTimestamp, rtpTimestamp);
    return Math.abs(seconds) > oneEpochSeconds ? undefined : newest.capturedAtUs + seconds * 1e6;
  }

  /** @returns Age of the frame on the screen, now. */
  #ageMs(): number | undefined {
    if (this.#frameCapturedAtUs === undefined) return undefined;
    const nowMs = performance.timeOrigin + performance.now();
    return this.#options.clock.now(nowMs) - this.#frameCapturedAtUs / 1000;
  }

  #tick(): void {
    if (document.hidden) return;
    const { state } = this.#options;
    const nowMs = performance.now();
    this.#recent = this.#recent.filter(({ atMs }) => nowMs - atMs < 1000);
    const ages = this.#recent.flatMap(({ ageMs }) => ageMs ?? []).sort((a, b) => a - b);
    const [first = nowMs] = this.#shownAtMs;
    const last = this.#shownAtMs.at(-1) ?? nowMs;
    const silentMs = nowMs - last;
    const isStalled = silentMs > Math.max(stallMs, (stallFrames * (last - first)) / Math.max(1, this.#shownAtMs.length - 1));
    state.update({
      shownPerSecond: this.#recent.length,
      pictureAgeMs: isStalled ? (this.#ageMs() ?? null) : (ages[ages.length >> 1] ?? null),
      stalledForMs: isStalled ? silentMs : 0,
    });
    if (isStalled && state.get().phase === 'playing') state.update({ phase: 'stalled' });
    if (isStalled && this.#isCameraLive && Math.min(silentMs, nowMs - this.#openedAtMs) > giveUpMs) this.#reconnect();
  }

  #reconnect(): void {
    this.#openedAtMs = performance.now();
    this.#player?.connect();
  }

  /** A hidden page is shown no frames: that is no stall. */
  readonly #onVisibility = (): void => {
    if (!document.hidden && this.#shownAtMs.length > 0) this.#shownAtMs = [performance.now()];
  };
}
