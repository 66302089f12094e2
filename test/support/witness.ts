import type { Bus } from '../../platform/bus/bus.ts';
import { accessUnitCodec, alertCodec, perceptionCodec } from '../../schemas/codecs.ts';
import { RoadstreamError } from '../../schemas/errors.ts';
import type { AccessUnit, Alert, Perception } from '../../schemas/messages.ts';
import { topics } from '../../schemas/topics.ts';

export type SeenUnit = Pick<AccessUnit, 'epoch' | 'sequence' | 'capturedAtUs'>;
export type SeenPerception = Pick<Perception, 'epoch' | 'sequence' | 'capturedAtUs' | 'tracks'> & { readonly publishedAtUs: number };
export type SeenAlert = Alert & { readonly seenAtUs: number };

/** Writes down all that is published on the frame, perception and alert topics, as an outsider sees it. */
export class Witness {
  readonly #bus: Bus;
  readonly units = new Map<string, SeenUnit[]>();
  readonly perceptions = new Map<string, SeenPerception[]>();
  readonly alerts: Alert[] = [];

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  async start(): Promise<void> {
    await this.#bus.subscribe({
      topics: [topics.framesDashcam, topics.perceptions, topics.alerts],
      from: 'earliest',
      onBatch: async (batch) => {
        for (const { topic, value } of batch) {
          try {
            if (value) this.#see(topic, value);
          } catch (thrown) {
            // Some tests publish what nobody can read.
            if (!(thrown instanceof RoadstreamError)) throw thrown;
          }
        }
      },
    });
  }

  /** Perceptions of all streams so far. */
  get perceptionCount(): number {
    return [...this.perceptions.values()].reduce((sum, seen) => sum + seen.length, 0);
  }

  /** Goes on with an empty sheet. */
  forget(): void {
    this.units.clear();
    this.perceptions.clear();
    this.alerts.length = 0;
  }

  #see(topic: string, value: Buffer): void {
    if (topic === topics.alerts.name) {
      this.alerts.push(alertCodec.decode(value));
    } else if (topic === topics.perceptions.name) {
      const { streamId, epoch, sequence, capturedAtUs, tracks, timing } = perceptionCodec.decode(value);
      listOf(this.perceptions, streamId).push({ epoch, sequence, capturedAtUs, tracks, publishedAtUs: timing.publishedAtUs });
    } else {
      const { streamId, epoch, sequence, capturedAtUs } = accessUnitCodec.decode(value);
      listOf(this.units, streamId).push({ epoch, sequence, capturedAtUs });
    }
  }
}

function listOf<T>(lists: Map<string, T[]>, streamId: string): T[] {
  const list = lists.get(streamId) ?? [];
  lists.set(streamId, list);
  return list;
}
