import type { AccessUnit } from '../../schemas/messages.ts';
import type { Feed } from './egress.ts';
import { FanOut } from './fan-out.ts';

/** 10 s at 4 Mbit/s: longer groups of pictures cost a new viewer more than waiting for the next keyframe. */
const defaultMaximumBytes = 5_000_000;

/**
 * One stream's newest group of pictures, and everyone who wants what comes next. Only pictures that can be decoded
 * pass: after a gap, a new epoch or at the beginning, nothing until a keyframe.
 */
export class GroupCache implements Feed {
  readonly #maximumBytes: number;
  readonly #next = new FanOut<AccessUnit>();
  #units: AccessUnit[] = [];
  #bytes = 0;
  #keyframe: AccessUnit | undefined;
  #last: AccessUnit | undefined;

  /** @param maximumBytes Of the group kept; a longer one is let go, and its pictures only pass by. */
  constructor(maximumBytes = defaultMaximumBytes) {
    this.#maximumBytes = maximumBytes;
  }

  push(unit: AccessUnit): void {
    const step = unit.epoch === this.#last?.epoch ? unit.sequence - this.#last.sequence : Number.NaN;
    if (step <= 0) return; // The bus delivers at least once.
    if (unit.isKeyframe) {
      this.#keyframe = unit;
      this.#units = [unit];
      this.#bytes = unit.payload.length;
    } else {
      if (step !== 1) {
        this.#last = undefined;
        this.#units = [];
        return;
      }
      this.#bytes += unit.payload.length;
      if (this.#bytes > this.#maximumBytes) this.#units = [];
      else if (this.#units.length > 0) this.#units.push(unit);
    }
    this.#last = unit;
    this.#next.emit(unit);
  }

  get keyframe(): AccessUnit | undefined {
    return this.#keyframe;
  }

  /** From the newest keyframe on, oldest first; empty while there is none or the group is too long. */
  get group(): readonly AccessUnit[] {
    return this.#units;
  }

  /** @returns Ends the subscription. */
  subscribe(listener: (unit: AccessUnit) => void): () => void {
    return this.#next.subscribe(listener);
  }
}
