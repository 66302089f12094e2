/** How the pictures of a batch are to be taken. */
export type Pace =
  /** All of them are analysed: nobody waits for the newest. */
  | 'all'
  /** As they come. */
  | 'live'
  /** They waited while nobody was there: all are decoded, some of each second analysed. */
  | 'catchUp'
  /** They are too old: it goes on at the newest keyframe. */
  | 'jump';

/** A live picture older than this waits in a queue, µs: two analysed frames at 15 a second, so that boxes stay fresh. */
export const freshUs = 140_000;
/**
 * Of what waited while nobody was there, this much is still worth looking at, µs: after a processor was killed, 6 s pass until Kafka gives
 * its partitions to another one, 1 s is judged again, and a rebalance took up to 9 s on two busy cores.
 */
const mostBacklogUs = 20_000_000;
/** Who is not half as late after this time, µs, will never catch up. */
const halvingUs = 30_000_000;
/** A partition that was not busy for this long, µs, was waiting for messages: half the least `maxAgeMs` and some missed pictures. */
export const idleUs = 500_000;
/** How much of a log is read after a jump to near its end, µs: cameras send a keyframe every second or two. */
const tailUs = 3_000_000;

/** Decides how one live partition's pictures are taken, batch after batch. */
export class Backlog {
  readonly #maxAgeUs: number;
  #endedAtUs: number | undefined;
  /** Since when batches have followed one another. */
  #busySinceUs = 0;
  /** Since when it catches up, and how late it was then. */
  #catchUp: { readonly sinceUs: number; readonly ageUs: number } | undefined;

  constructor(maxAgeMs: number) {
    this.#maxAgeUs = maxAgeMs * 1000;
  }

  get isCatchingUp(): boolean {
    return this.#catchUp !== undefined;
  }

  /**
   * @param ageUs Of the oldest picture that has come.
   * @param atUs When the batch came: our clock, which never goes back.
   */
  begin(ageUs: number, atUs: number): Exclude<Pace, 'all'> {
    if (this.#endedAtUs === undefined || atUs - this.#endedAtUs > idleUs) this.#busySinceUs = atUs;
    // Who has not been busy for as long as that cannot have kept them waiting.
    const hasWaited = ageUs > atUs - this.#busySinceUs;
    const hasWaitedAnew = hasWaited && (this.#catchUp === undefined || this.#catchUp.sinceUs < this.#busySinceUs);
    const isTimeUp = this.#catchUp !== undefined && atUs - this.#catchUp.sinceUs > halvingUs;
    if (ageUs <= freshUs) this.#catchUp = undefined;
    else if (hasWaitedAnew || (isTimeUp && ageUs < this.#catchUp!.ageUs / 2)) this.#catchUp = { sinceUs: atUs, ageUs };
    else if (isTimeUp) this.#catchUp = undefined;
    if (ageUs > (this.isCatchingUp ? mostBacklogUs : this.#maxAgeUs)) {
      this.#catchUp = undefined;
      // What is left now is not caught up with either.
      this.#busySinceUs = Number.NEGATIVE_INFINITY;
      return 'jump';
    }
    return this.isCatchingUp ? 'catchUp' : 'live';
  }

  /** Publishing had to wait for the brokers: what came meanwhile waited for them as well, not for a slow analysis. */
  heldUp(atUs: number): void {
    this.#busySinceUs = atUs;
  }

  /** The batch is done. */
  end(atUs: number): void {
    this.#endedAtUs = atUs;
  }
}

/** A picture in the log. */
export interface Placed {
  readonly message: { readonly offset: number };
  readonly unit: { readonly publishedAtUs: number };
}

/**
 * @param frames Of one stream, in the order of the log: one publisher's clock.
 * @returns How much later one message of the log is published than the one before it, µs; undefined when it cannot be told.
 */
export function usPerMessage(frames: readonly Placed[]): number | undefined {
  const [first, last] = [frames[0], frames.at(-1)];
  if (!first || !last || last === first) return undefined;
  return Math.max(0, (last.unit.publishedAtUs - first.unit.publishedAtUs) / (last.message.offset - first.message.offset));
}

/**
 * @param nextOffset After the batch at hand.
 * @param lag Messages from there to the end of the log.
 * @param usPerMessage How far messages lie apart, µs.
 * @returns The offset near the end from which to go on; `nextOffset` when the end is near already.
 */
export function tailOffset(nextOffset: number, lag: number, usPerMessage: number): number {
  return usPerMessage > 0 ? Math.max(nextOffset, nextOffset + lag - Math.ceil(tailUs / usPerMessage)) : nextOffset;
}
