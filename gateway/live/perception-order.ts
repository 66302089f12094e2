import { SeenSequences } from '../../platform/seen-sequences.ts';
import type { Perception } from '../../schemas/messages.ts';

interface StreamOrder {
  readonly epoch: number;
  readonly seen: SeenSequences;
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
    let order = this.#streams.get(streamId);
    if (order?.epoch !== epoch) {
      const newestEpoch = order?.epoch ?? announcedEpoch ?? epoch;
      if (epoch < newestEpoch && epoch !== announcedEpoch) return false;
      order = { epoch, seen: new SeenSequences() };
      this.#streams.set(streamId, order);
    }
    return order.seen.add(sequence);
  }

  remove(streamId: string): void {
    this.#streams.delete(streamId);
  }
}
