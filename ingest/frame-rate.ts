/** Long enough for a camera of one picture a second, short enough to show a stall. */
const windowUs = 3_000_000;

/** Pictures a second over the last three seconds. */
export class FrameRate {
  #arrivalsUs: number[] = [];
  #sinceUs: number | undefined;

  push(nowUs: number): void {
    this.#sinceUs ??= nowUs;
    this.#arrivalsUs.push(nowUs);
    this.#forget(nowUs);
  }

  perSecond(nowUs: number): number {
    if (this.#sinceUs === undefined) return 0;
    this.#forget(nowUs);
    // Within the first second the span is too short to divide by.
    const spanUs = Math.max(1_000_000, Math.min(windowUs, nowUs - this.#sinceUs));
    return this.#arrivalsUs.length / (spanUs / 1e6);
  }

  #forget(nowUs: number): void {
    const first = this.#arrivalsUs.findIndex((arrivedAtUs) => nowUs - arrivedAtUs < windowUs);
    if (first !== 0) this.#arrivalsUs = first < 0 ? [] : this.#arrivalsUs.slice(first);
  }
}
