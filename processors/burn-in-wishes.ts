import type { Bus } from '../platform/bus/bus.ts';
import { nowUs } from '../platform/clock.ts';
import type { DeadLetters } from '../platform/dead-letters.ts';
import { controlCodec } from '../schemas/codecs.ts';
import type { Control } from '../schemas/messages.ts';
import { topics } from '../schemas/topics.ts';

/** A wish that is not repeated for this long, µs, stands no longer: a gateway repeats it every 4 s, and may lose two. */
const standsUs = 12_000_000;

export interface BurnInWishes {
  /**
   * @param capturedAtUs Of the picture about to be analysed.
   * @returns The width in pixels that is wanted of this picture, or undefined when nobody wants it now.
   */
  widthFor(streamId: string, capturedAtUs: number): number | undefined;
  close(): Promise<void>;
}

/** Follows who wants burned-in pictures of which stream: the most often and the largest wish is met, once for all. */
export async function watchBurnInWishes(bus: Bus, deadLetters: DeadLetters): Promise<BurnInWishes> {
  const wishes = new Map<string, Map<string, Heard>>();
  const drawnAtUs = new Map<string, number>();

  const subscription = await bus.subscribe({
    topics: [topics.control],
    from: 'latest',
    async onBatch(batch) {
      for (const message of batch) {
        if (!message.value) continue;
        try {
          const wish = controlCodec.decode(message.value);
          const ofStream = wishes.get(wish.streamId) ?? new Map<string, Heard>();
          wishes.set(wish.streamId, ofStream.set(wish.requester, { wish, atUs: nowUs() }));
        } catch (thrown) {
          await deadLetters.bury(message, thrown);
        }
      }
    },
  });

  return {
    widthFor(streamId, capturedAtUs) {
      const ofStream = wishes.get(streamId);
      if (!ofStream) return undefined;
      let framesPerSecond = 0;
      let width = 0;
      for (const [requester, { wish, atUs }] of ofStream) {
        if (wish.framesPerSecond === 0 || nowUs() - atUs > standsUs) {
          ofStream.delete(requester);
          continue;
        }
        framesPerSecond = Math.max(framesPerSecond, wish.framesPerSecond);
        width = Math.max(width, wish.width);
      }
      if (ofStream.size === 0) {
        wishes.delete(streamId);
        drawnAtUs.delete(streamId);
        return undefined;
      }
      const sinceUs = capturedAtUs - (drawnAtUs.get(streamId) ?? Number.NEGATIVE_INFINITY);
      // A little early is on time: pictures come on the camera's own grid, not on the wish's.
      if (sinceUs >= 0 && sinceUs < 0.9e6 / framesPerSecond) return undefined;
      drawnAtUs.set(streamId, capturedAtUs);
      return width;
    },
    close: () => subscription.close(),
  };
}

interface Heard {
  readonly wish: Control;
  /** By our clock: the gateway's need not agree with it. */
  readonly atUs: number;
}
