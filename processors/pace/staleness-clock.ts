/**
 * How fast two clocks may drift apart, seconds a second: twice the 500 ppm at which NTP slews. What is seen to be later than that
 * came late.
 */
const driftRate = 0.001;
/** The newest picture there is seems older than the others were by this many µs: then it is a clock that was set, not a picture that waited. */
const stepUs = 1_000_000;
/** Clocks that agree this well, µs, are called equal. */
const skewUs = 1_000_000;
/** For how long it must have been seen, µs, before it is told: the first picture may have waited. */
const certainAfterUs = 5_000_000;

/**
 * How old the pictures of one camera are, without trusting that the publisher's clock agrees with ours: the least that has been seen
 * to lie between publishing and the arrival of the newest picture there is counts as no time at all.
 */
export class StalenessClock {
  /** Of our clock before the publisher's, the shortest way of a message included. */
  #offsetUs: number | undefined;
  #firstAtUs = 0;
  #atUs = 0;

  /**
   * @param newestPublishedAtUs Of the newest picture that the log has at this moment, by the publisher's clock; an estimate will do.
   * @param atUs Our clock, which never goes back.
   */
  observe(newestPublishedAtUs: number, atUs: number): void {
    const seenUs = atUs - newestPublishedAtUs;
    const beforeUs = this.#offsetUs;
    if (beforeUs === undefined || seenUs < beforeUs || seenUs > beforeUs + stepUs) {
      if (beforeUs === undefined || Math.abs(seenUs - beforeUs) > stepUs) this.#firstAtUs = atUs;
      this.#offsetUs = seenUs;
    } else {
      this.#offsetUs = Math.min(seenUs, beforeUs + driftRate * (atUs - this.#atUs));
    }
    this.#atUs = atUs;
  }

  /** @returns Microseconds, 0 or more; 0 before anything was observed. */
  ageUs(publishedAtUs: number, atUs: number): number {
    return this.#offsetUs === undefined ? 0 : Math.max(0, atUs - publishedAtUs - this.#offsetUs);
  }

  /** @returns By how many µs our clock is ahead of the publisher's, once it is sure that they differ by more than a second. */
  get skewUs(): number | undefined {
    if (this.#offsetUs === undefined || this.#atUs - this.#firstAtUs < certainAfterUs) return undefined;
    return Math.abs(this.#offsetUs) > skewUs ? this.#offsetUs : undefined;
  }
}
