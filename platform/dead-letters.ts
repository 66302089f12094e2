import type { Logger } from 'pino';
import { deadLetterCodec } from '../schemas/codecs.ts';
import { asRoadstreamError } from '../schemas/errors.ts';
import { topics } from '../schemas/topics.ts';
import { type Bus, type BusMessage, maxMessageBytes } from './bus/bus.ts';
import { nowUs } from './clock.ts';
import { rateLimited } from './logging.ts';

/** What a dead letter adds to the message it carries, with room to spare. */
const envelopeBytes = 64 * 1024;

export interface DeadLetters {
  /**
   * Puts a message that cannot be used on the dead-letter topic. The same message buried twice is one dead letter.
   * @param message Without its value where that is no longer at hand: the dead letter then says where it is.
   * @param attempts How often it was tried.
   */
  bury(message: Omit<BusMessage, 'value'> & { readonly value?: Buffer | null }, cause: unknown, attempts?: number): Promise<void>;
}

/** Key of a dead letter: where the message came from. */
export function originOf({ topic, partition, offset }: Pick<BusMessage, 'topic' | 'partition' | 'offset'>): string {
  return `${topic}/${partition}/${offset}`;
}

/** @param consumer The role that buries, for example `processor`. */
export function createDeadLetters(bus: Bus, consumer: string, log: Logger): DeadLetters {
  const tell = rateLimited((fields: object, times) =>
    log.warn({ ...fields, times }, 'a message could not be used; see roadstream dead-letters'),
  );
  return {
    async bury(message, cause, attempts = 1) {
      const { topic, partition, offset, key, timestampMs, value } = message;
      const { code, message: reason } = asRoadstreamError(cause);
      tell({ topic, partition, offset, key, code, reason });
      const isWhole = value === null || (value !== undefined && value.length <= maxMessageBytes - envelopeBytes);
      const letter = { topic, partition, offset, key, timestampMs, consumer, code, reason, attempts, buriedAtUs: nowUs() };
      await bus.publish(
        topics.deadLetters,
        originOf(message),
        deadLetterCodec.encode({ ...letter, value: isWhole ? (value ?? null) : null, isWhole }),
      );
    },
  };
}
