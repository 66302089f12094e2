/** A message under way for longer than this tells of clocks that differ, not of the way. Milliseconds. */
const longestTransitMs = 1000;
/** Messages that the fastest one is looked for in: some 10 s of perceptions. */
const windowMessages = 150;

/** The gateway's wall clock, as far as its messages tell: the age of a picture must not depend on this computer's clock being right. */
export class ServerClock {
  #transits: number[] = [];

  /** @param sentAtUs The gateway's clock; @param receivedAtMs this computer's (Date.now()). */
  observe(sentAtUs: number, receivedAtMs: number): void {
    this.#transits.push(receivedAtMs - sentAtUs / 1000);
    if (this.#transits.length > windowMessages) this.#transits.shift();
  }

  /**
   * Converts this computer's time.
   * @returns Milliseconds of the gateway's clock. A message cannot arrive before it was sent, nor take seconds: such offsets are the
   * clocks' and are taken away; smaller ones may be the way's and are not.
   */
  now(localMs: number): number {
    const fastest = this.#transits.length === 0 ? 0 : Math.min(...this.#transits);
    return fastest < 0 || fastest > longestTransitMs ? localMs - fastest : localMs;
  }
}
