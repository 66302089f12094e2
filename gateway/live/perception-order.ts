import type { Perception } from '../../schemas/messages.ts';

/** Pictures that a camera's encoder may send before one that is shown earlier: 16 is the most that H.264 and H.265 allow. */
const mostReordered = 16;

interface StreamOrder {
  readonly epoch: number;
  newest: number;
  /** Sequences of the newest pictures. */
  readonly recent: Set<number>;
}

/** Tells what is new from what comes a second time or late: whoever takes a stream over goes back a little. */
export class PerceptionOrder {
  readonly #streams = new Map<string, StreamOrder>();

  /**
   * @param announcedEpoch The camera's present connection as its own side says, if it is known: a host whose clock is behind may
   * give a connection a smaller number than the one before had.
   * @returns Whether this frame is a new one of the stream's newest connection.
   */
  isNew({ streamId, epoch, sequence }: Pick<Perception, 'streamId' | 'epoch' | 'sequence'>, announcedEpoch: number | null): boolean {
    const order = this.#streams.get(streamId);
    if (order?.epoch !== epoch) {
      const newestEpoch = order?.epoch ?? announcedEpoch ?? epoch;
      if (epoch < newestEpoch && epoch !== announcedEpoch) return false;
      this.#streams.set(streamId, { epoch, newest: sequence, recent: new Set([sequence]) });
      return true;
    }
    if (sequence <= order.newest - mostReordered || order.recent.has(sequence)) return false;
    order.newest = Math.max(order.newest, sequence);
    order.recent.add(sequence);
    for (const seen of order.recent) if (seen <= order.newest - mostReordered) order.recent.delete(seen);
    return true;
  }

  remove(streamId: string): void {
    this.#streams.delete(streamId);
  }
}
