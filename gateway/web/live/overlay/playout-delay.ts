/** Delays are judged over this many frames: 10 s at 15 analysed frames/s. */
const windowFrames = 150;
/** Covers decoding, the timer of the page and one frame of 30/s; tuned on the simulated camera. */
const marginMs = 40;
/**
 * What the gateway's playout-delay extension allows (gateway/live/werift-sender.ts). It cannot allow more: beyond 500 ms Chromium
 * no longer shows each picture at once at lowest latency.
 */
const longestMs = 500;
/** A change of the target makes the picture slow down or hurry visibly: smaller ones are not worth it. */
const worthwhileMs = 25;

/**
 * How long exact mode keeps each frame back so that its boxes are there when it is shown:
 * the slowest of the last perceptions, and the one after it (frames between two are drawn from both), and a margin.
 * Rises at once, falls only when the whole window allows it.
 */
export class PlayoutDelay {
  #lateness: number[] = [];
  #targetMs = 0;

  /**
   * @param latenessMs From a frame's arrival at the receiver to its perception's arrival.
   * @param intervalMs Between analysed frames.
   */
  observe(latenessMs: number, intervalMs: number): void {
    this.#lateness.push(latenessMs + intervalMs);
    if (this.#lateness.length > windowFrames) this.#lateness.shift();
    const needed = Math.min(longestMs, Math.max(0, Math.ceil(percentile99(this.#lateness) + marginMs)));
    if (needed > this.#targetMs + worthwhileMs || (this.#lateness.length === windowFrames && needed < this.#targetMs - 2 * worthwhileMs))
      this.#targetMs = needed;
  }

  /** @returns Milliseconds for RTCRtpReceiver.jitterBufferTarget. */
  get targetMs(): number {
    return this.#targetMs;
  }
}

/** Leaves out the worst 1 %, once there are enough to tell. */
function percentile99(values: readonly number[]): number {
  const ascending = values.toSorted((a, b) => a - b);
  return ascending[Math.ceil(ascending.length * 0.99) - 1] ?? 0;
}
