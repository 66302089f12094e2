import type { CaptureClock as ClockName } from '../../schemas/messages.ts';

/** A sender's clock is believed when it says that the picture was taken this long ago: no network is slower, a later clock is wrong. */
const oldestPlausibleUs = 5_000_000;
/** … and when it is ahead by no more than this, which NTP over a mobile network allows (RFC 5905 keeps within tens of milliseconds). */
const futureToleranceUs = 100_000;
/** How much faster or slower than the camera time may run while it is being corrected: a speed computed from it errs by as much. */
const slewRatio = 0.02;
/** Allows for a camera's crystal that is slow (usual ones are within 100 ppm); the shortest delay seen is forgotten this fast. */
const driftRatio = 0.0005;
/** Within this of the sender's clock a time counts as the sender's: reports of usual cameras jitter by as much. */
const agreementUs = 5000;

export interface CaptureTime {
  /** UTC microseconds. */
  readonly capturedAtUs: number;
  readonly clock: ClockName;
}

/**
 * Says when a live camera took each picture: by its own wall clock (RTCP sender reports) where that is plausible, else by
 * arrival less the delay's jitter. Time never jumps and never runs backwards: it follows the camera's media time, and
 * corrections are spread over it, because speeds are computed from its differences.
 */
export class CaptureClock {
  /** Capture time less media time, µs; undefined before the first picture. */
  #offsetUs: number | undefined;
  #newestMediaUs = 0;
  #newestCapturedUs = 0;

  /**
   * @param mediaUs The picture's place in the camera's media time, µs from any origin.
   * @param arrivedAtUs Wall clock, UTC µs.
   * @param senderUs What the sender's clock said at capture, UTC µs; undefined before the first sender report.
   */
  at(mediaUs: number, arrivedAtUs: number, senderUs: number | undefined): CaptureTime {
    const arrivalOffset = arrivedAtUs - mediaUs;
    const isPlausible =
      senderUs !== undefined && arrivedAtUs - senderUs <= oldestPlausibleUs && senderUs - arrivedAtUs <= futureToleranceUs;
    const senderOffset = isPlausible ? senderUs - mediaUs : undefined;
    const elapsedUs = Math.max(0, mediaUs - this.#newestMediaUs);
    const isAnew = this.#offsetUs === undefined || arrivalOffset - this.#offsetUs > oldestPlausibleUs;
    if (isAnew) this.#offsetUs = senderOffset ?? arrivalOffset;
    else this.#offsetUs = this.#corrected(this.#offsetUs!, elapsedUs, arrivalOffset, senderOffset);
    let capturedAtUs = Math.round(this.#offsetUs! + mediaUs);
    // Pictures that depend on later ones (B-frames) come after them, with an earlier time.
    if (isAnew || mediaUs > this.#newestMediaUs) {
      capturedAtUs = Math.max(capturedAtUs, this.#newestCapturedUs + 1);
      this.#newestCapturedUs = capturedAtUs;
      this.#newestMediaUs = mediaUs;
    }
    const isSenders = senderOffset !== undefined && Math.abs(senderOffset - this.#offsetUs!) <= agreementUs;
    return { capturedAtUs, clock: isSenders ? 'senderReport' : 'arrival' };
  }

  #corrected(offset: number, elapsedUs: number, arrivalOffset: number, senderOffset: number | undefined): number {
    if (senderOffset === undefined) return Math.min(offset + elapsedUs * driftRatio, arrivalOffset);
    const step = elapsedUs * slewRatio;
    return offset + Math.max(-step, Math.min(step, senderOffset - offset));
  }
}
