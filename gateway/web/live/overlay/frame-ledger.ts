/** Displayed frames and perceptions that are remembered: 5 s at 60 frames/s, more than the longest playout delay. */
const remembered = 300;

export interface FrameCounts {
  /** Frames that the browser put on the screen. */
  readonly framesPresented: number;
  /** Of these, frames that were analysed: their perception came, in time or late. */
  readonly framesAnalysedPresented: number;
  /** Of these, frames that were painted with their own perception when they were shown. */
  readonly framesWithOwnOverlay: number;
}

/** Keeps account of which displayed frames were shown with what was seen in them, and by how much perceptions come too late. */
export class FrameLedger {
  readonly #received = new Map<number, number | undefined>();
  readonly #perceived = new Map<number, number>();
  #presentedFrames: number | undefined;
  #counts: FrameCounts = { framesPresented: 0, framesAnalysedPresented: 0, framesWithOwnOverlay: 0 };

  get counts(): FrameCounts {
    return this.#counts;
  }

  /**
   * A frame was shown.
   * @param receivedAtMs When the receiver got it, on the clock of `perceived`.
   * @param presentedFrames The browser's running count, which goes on where the page missed a frame.
   * @returns How long after the frame its perception came, in milliseconds, when it is there.
   */
  shown(rtpTimestamp: number, receivedAtMs: number | undefined, presentedFrames: number): number | undefined {
    const step = presentedFrames - (this.#presentedFrames ?? presentedFrames - 1);
    this.#presentedFrames = presentedFrames;
    const perceivedAtMs = this.#perceived.get(rtpTimestamp);
    const own = perceivedAtMs === undefined ? 0 : 1;
    this.#counts = {
      // A new connection begins its count again.
      framesPresented: this.#counts.framesPresented + (step > 0 ? step : 1),
      framesAnalysedPresented: this.#counts.framesAnalysedPresented + own,
      framesWithOwnOverlay: this.#counts.framesWithOwnOverlay + own,
    };
    remember(this.#received, rtpTimestamp, receivedAtMs);
    return lateness(receivedAtMs, perceivedAtMs);
  }

  /** A perception came. @returns As `shown`, when its frame has been shown already. */
  perceived(rtpTimestamp: number, atMs: number): number | undefined {
    const isNew = !this.#perceived.has(rtpTimestamp);
    remember(this.#perceived, rtpTimestamp, atMs);
    if (!isNew || !this.#received.has(rtpTimestamp)) return undefined;
    this.#counts = { ...this.#counts, framesAnalysedPresented: this.#counts.framesAnalysedPresented + 1 };
    return lateness(this.#received.get(rtpTimestamp), atMs);
  }
}

function lateness(receivedAtMs: number | undefined, perceivedAtMs: number | undefined): number | undefined {
  return receivedAtMs === undefined || perceivedAtMs === undefined ? undefined : perceivedAtMs - receivedAtMs;
}

function remember<T>(map: Map<number, T>, key: number, value: T): void {
  map.set(key, value);
  if (map.size > remembered) map.delete(map.keys().next().value!);
}
