import type { Box } from '../../schemas/messages.ts';
import type { FrameCounts } from './live/overlay/frame-ledger.ts';
import type { OverlayMode } from './live/overlay/perception-buffer.ts';
import type { PicturePhase } from './live/picture.ts';

/** Counts run on since the stream was selected: whoever measures takes the difference of two answers. */
export interface PageStats extends FrameCounts {
  readonly streamId: string;
  readonly mode: OverlayMode;
  readonly phase: PicturePhase;
  readonly shownPerSecond: number;
  /** From the capture of the frame on the screen until now; null while it cannot be told. */
  readonly pictureAgeMs: number | null;
  /** What the receiver was asked to keep back; 0 at lowest latency. */
  readonly jitterBufferTargetMs: number;
  /** What stands over the frame on the screen; null when nothing does. */
  readonly lastOverlay: {
    /** Of the perception drawn: the one of the frame itself, or the one before it. */
    readonly rtpTimestamp: number;
    /** Of the frame that it is drawn on. */
    readonly drawnForRtpTimestamp: number;
    /** Whether it is what was seen in that very frame. */
    readonly exact: boolean;
    readonly origin: 'own' | 'between' | 'predicted';
    /** Where boxes are drawn, in pixels of the camera's picture. */
    readonly boxes: readonly { readonly trackId: number; readonly isLead: boolean; readonly boxPx: Box }[];
  } | null;
}

/** The page as `window.roadstream`, for tests and benchmarks. */
export interface PageApi {
  /** Undefined while no picture is selected. */
  stats(): PageStats | undefined;
  setMode(mode: OverlayMode): void;
  select(streamId: string): void;
}

declare global {
  interface Window {
    roadstream: PageApi;
  }
}
