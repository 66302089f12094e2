import { RoadstreamError } from '../schemas/errors.ts';
import type { AnalysisStatus, Gap } from '../schemas/messages.ts';

/** Rates are of this time, µs: long enough for a steady figure at 5 pictures a second, short enough to be news. */
const windowUs = 3_000_000;
/** A stream that sent nothing for this long, µs, is idle: longer than any camera's pause between two pictures. */
const idleUs = 3_000_000;
/** Access units came for this long, µs, and none gave a picture: two and a half of the longest usual keyframe interval. */
const blindUs = 5_000_000;
/** Part of the chosen pictures left out from which a stream is told to be behind. */
const toleratedSkips = 0.1;

/** Keeps account of one stream's analysis, for its status. Times are our own clock's, UTC µs. */
export class AnalysisRecord {
  readonly #streamId: string;
  readonly #wantedFramesPerSecond: number;
  readonly #processor: string;
  #analysedAtUs: number[] = [];
  #skippedAtUs: number[] = [];
  #heardAtUs: number;
  /** Since when access units have come without a picture. */
  #blindSinceUs: number | undefined;
  #ageUs = 0;
  #skipped = 0;
  #gaps = 0;
  #gapAtUs = Number.NEGATIVE_INFINITY;
  #lastGap: Gap | null = null;
  #failures = 0;
  #failure: RoadstreamError | undefined;
  #isToldIdle = false;

  constructor(streamId: string, wantedFramesPerSecond: number, processor: string, atUs: number) {
    this.#streamId = streamId;
    this.#wantedFramesPerSecond = wantedFramesPerSecond;
    this.#processor = processor;
    this.#heardAtUs = atUs;
  }

  /** When an access unit came last; at first, when it began. */
  get heardAtUs(): number {
    return this.#heardAtUs;
  }

  /** An access unit came. @param ageUs How far it was behind the newest one. */
  heard(ageUs: number, atUs: number): void {
    if (atUs - this.#heardAtUs > idleUs) this.#blindSinceUs = atUs;
    this.#blindSinceUs ??= atUs;
    this.#heardAtUs = atUs;
    this.#ageUs = ageUs;
  }

  /** A picture came out that the configured rate chooses. */
  seen(): void {
    this.#blindSinceUs = undefined;
  }

  analysed(atUs: number): void {
    this.#analysedAtUs.push(atUs);
    this.#failure = undefined;
  }

  /** A chosen picture was left unanalysed. */
  skipped(atUs: number): void {
    this.#skippedAtUs.push(atUs);
    this.#skipped++;
  }

  jumped(gap: Gap, atUs: number): void {
    this.#gaps++;
    this.#gapAtUs = atUs;
    this.#lastGap = gap;
  }

  failed(error: RoadstreamError): void {
    this.#failures++;
    this.#failure = error;
  }

  /**
   * @param isHeldBack Whether less is analysed than is asked for, on purpose.
   * @returns Undefined when all that there is to tell has been told: the stream is idle.
   */
  status(isHeldBack: boolean, atUs: number): AnalysisStatus | undefined {
    this.#analysedAtUs = this.#analysedAtUs.filter((each) => atUs - each < windowUs);
    this.#skippedAtUs = this.#skippedAtUs.filter((each) => atUs - each < windowUs);
    const isIdle = atUs - this.#heardAtUs > idleUs;
    if (isIdle && this.#isToldIdle) return undefined;
    this.#isToldIdle = isIdle;

    const [analysed, skipped] = [this.#analysedAtUs.length, this.#skippedAtUs.length];
    const isBehind = isHeldBack || atUs - this.#gapAtUs < windowUs || skipped > toleratedSkips * (analysed + skipped);
    const failure = this.#failure ?? (this.#isBlind(atUs) ? this.#blindness() : undefined);
    return {
      streamId: this.#streamId,
      state: isIdle ? 'idle' : failure ? 'failing' : isBehind ? 'behind' : 'analysing',
      framesPerSecond: (analysed * 1e6) / windowUs,
      wantedFramesPerSecond: this.#wantedFramesPerSecond,
      ageMs: isIdle ? 0 : this.#ageUs / 1000,
      skipped: this.#skipped,
      gaps: this.#gaps,
      lastGap: this.#lastGap,
      failures: this.#failures,
      errorCode: isIdle ? null : (failure?.code ?? null),
      errorMessage: isIdle ? null : (failure?.message ?? null),
      processor: this.#processor,
      updatedAtUs: atUs,
    };
  }

  #isBlind(atUs: number): boolean {
    return this.#blindSinceUs !== undefined && atUs - this.#blindSinceUs > blindUs;
  }

  #blindness(): RoadstreamError {
    return new RoadstreamError('DECODE_FAILED', `Stream ${this.#streamId} sends access units, but no keyframe that can be decoded.`);
  }
}
