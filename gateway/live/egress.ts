import type { Logger } from 'pino';
import type { AccessUnit } from '../../schemas/messages.ts';

/** One stream's pictures as a viewer begins and goes on with them. */
export interface Feed {
  /** The newest one, which tells what a player must be able to decode; undefined before the first. */
  readonly keyframe: AccessUnit | undefined;
  /** From the newest keyframe on, oldest first; may be empty. */
  readonly group: readonly AccessUnit[];
  /** @returns Ends the subscription. */
  subscribe(listener: (unit: AccessUnit) => void): () => void;
}

export interface Viewer {
  /** SDP answer with every candidate in it. */
  readonly answer: string;
  /** Resolves with the reason once the viewer is gone and everything of it has been let go. */
  readonly closed: Promise<CloseReason>;
  close(): Promise<void>;
}

/** `asked`: by the viewer or by us. `never-connected`, `lost`: nothing came from it for too long. */
export type CloseReason = 'asked' | 'never-connected' | 'lost';

export interface EgressOptions {
  readonly log: Logger;
  /** Where viewers reach this machine; by default all of its addresses, and 127.0.0.1. */
  readonly addresses?: readonly string[] | undefined;
  readonly maximumViewers?: number;
  /** Whoever has not connected after this time is let go, milliseconds. */
  readonly connectTimeoutMs?: number;
  /** Whoever has sent no report for this time is gone, milliseconds. */
  readonly silenceTimeoutMs?: number;
  /** For metrics. */
  readonly onSent?: (bytes: number) => void;
}

/** What carries pictures to viewers over WebRTC. The pictures are the camera's own, with their own RTP timestamps. */
export interface Egress {
  /** What it can carry; a feed of another codec must not be opened. */
  readonly codecs: readonly AccessUnit['codec'][];
  readonly viewers: number;
  /**
   * Answers a viewer's offer and sends it the feed until it goes.
   * @param offer SDP; candidates in it are not needed.
   * @throws REQUEST_INVALID (not an offer to receive video), CODEC_UNSUPPORTED (the viewer cannot decode it), OVERLOADED.
   */
  open(offer: string, feed: Feed): Promise<Viewer>;
  close(): Promise<void>;
}
