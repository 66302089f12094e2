/** Part of the pictures due that may be skipped before less is analysed: one in ten, so that a single hiccup changes nothing. */
const toleratedSkipped = 0.1;
/** … and that may be late: cameras that send at the same moment wait for one another, which fewer pictures of each do not change. */
const toleratedLate = 0.5;
/** A little less than what was managed, so that what waits gets done. */
const margin = 0.95;
/** In one step it goes down by at most a third and at least a tenth: one bad second tells little. */
const mostCut = 0.7;
const leastCut = 0.9;
/**
 * … but slowly once two of five wanted pictures are left. They tell of a danger in time, fewer may not: what passes within ten seconds, as
 * another process that starts, must not come to that.
 */
const safeShare = 0.4;
const slowCut = 0.93;
/** Seconds without lateness before more is tried; then how much more, a step more each second: what was only a hiccup is over soon. */
const calmSeconds = 3;
const growthStep = 0.1;
/** Below this nothing would be known of a stream: with 15 pictures a second wanted, three in four seconds. */
const leastShare = 0.05;
/** The share at which it is told that the process cannot keep up; it holds until everything is analysed again. */
const behindShare = 0.95;

/**
 * Which part of the wanted pictures a process analyses, one part for all its streams: when pictures come too late it goes down to
 * what was managed, and when none do it is tried whether there is room again.
 */
export class LoadGovernor {
  #share = 1;
  #isBehind = false;
  #calm = 0;
  #inTime = 0;
  #late = 0;
  #skipped = 0;

  /** 0..1 */
  get share(): number {
    return this.#share;
  }

  get isBehind(): boolean {
    return this.#isBehind;
  }

  /** What became of one picture that was due at the present share: analysed in time, analysed late, or skipped for being late. */
  record(outcome: 'inTime' | 'late' | 'skipped'): void {
    if (outcome === 'inTime') this.#inTime++;
    else if (outcome === 'late') this.#late++;
    else this.#skipped++;
  }

  /** To be called once a second. */
  step(): void {
    const due = this.#inTime + this.#late + this.#skipped;
    const tooLate = this.#late + this.#skipped;
    if (tooLate > 1 && (this.#skipped > toleratedSkipped * due || tooLate > toleratedLate * due)) {
      const managed = (due - this.#skipped) / due;
      const least = this.#share > safeShare ? safeShare : Math.max(leastShare, slowCut * this.#share);
      this.#share = Math.max(least, this.#share * Math.min(leastCut, Math.max(mostCut, margin * managed)));
      this.#calm = 0;
    } else if (++this.#calm >= calmSeconds) {
      this.#share = Math.min(1, this.#share * (1 + growthStep * (this.#calm - calmSeconds + 1)));
    }
    this.#isBehind = this.#share < (this.#isBehind ? 1 : behindShare);
    this.#inTime = this.#late = this.#skipped = 0;
  }
}
