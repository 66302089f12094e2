import type { Pipeline } from '../processors/pipelines/pipeline.ts';
import type { AccessUnit, Perception } from '../schemas/messages.ts';

/** Pushes a clip from its beginning over and over, each time as a new connection. */
export class Player {
  readonly #pipeline: Pipeline;
  readonly #units: readonly AccessUnit[];
  #next = 0;

  /** @param units May be shared with other players. */
  constructor(pipeline: Pipeline, units: readonly AccessUnit[]) {
    this.#pipeline = pipeline;
    this.#units = units;
  }

  /** @returns What analysing the picture took, undefined when it was not chosen. */
  async push(): Promise<Perception['timing'] | undefined> {
    const index = this.#next++;
    const unit = this.#units[index % this.#units.length]!;
    const epoch = 1 + Math.floor(index / this.#units.length);
    return (await this.#pipeline.push({ ...unit, epoch }))?.perception.timing;
  }
}
