import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { AccessUnit, Alert, Perception } from '../../schemas/messages.ts';

export type SeenUnit = Pick<AccessUnit, 'epoch' | 'sequence' | 'capturedAtUs'>;
export type SeenPerception = Pick<Perception, 'epoch' | 'sequence' | 'capturedAtUs' | 'tracks'> & { readonly publishedAtUs: number };
/** One message, as its thread tells it. */
export type Sighting =
  | { readonly alert: Alert }
  | { readonly streamId: string; readonly perception: SeenPerception }
  | { readonly streamId: string; readonly unit: SeenUnit };

/**
 * Writes down all that is published on the frame, perception and alert topics, as an outsider sees it. In a thread of its own: the test
 * runner follows every promise of the main one, which costs a Kafka client a quarter of a core.
 */
export class Witness {
  readonly #thread: Worker;
  readonly units = new Map<string, SeenUnit[]>();
  readonly perceptions = new Map<string, SeenPerception[]>();
  readonly alerts: Alert[] = [];

  constructor(brokers: readonly string[]) {
    this.#thread = new Worker(new URL('./witness-thread.ts', import.meta.url), { workerData: { brokers: [...brokers] } });
    this.#thread.on('message', (sightings: Sighting[]) => {
      for (const sighting of sightings) this.#see(sighting);
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

  async close(): Promise<void> {
    const exit = once(this.#thread, 'exit');
    this.#thread.postMessage('end');
    await exit;
  }

  #see(sighting: Sighting): void {
    if ('alert' in sighting) this.alerts.push(sighting.alert);
    else if ('perception' in sighting) listOf(this.perceptions, sighting.streamId).push(sighting.perception);
    else listOf(this.units, sighting.streamId).push(sighting.unit);
  }
}

function listOf<T>(lists: Map<string, T[]>, streamId: string): T[] {
  const list = lists.get(streamId) ?? [];
  lists.set(streamId, list);
  return list;
}
