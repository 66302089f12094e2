import { perceptionCodec } from '../../schemas/codecs.ts';
import type { AccessUnit, Perception } from '../../schemas/messages.ts';

export interface StoredPerception {
  readonly epoch: number;
  readonly sequence: number;
  readonly modelSet: string;
  /** From `comparableBytes`. */
  readonly bytes: Buffer;
}

/** Pictures that a camera's encoder may send before one that is shown earlier: 16 is the most that H.264 and H.265 allow. */
const mostReordered = 16;
const noTiming = { publishedAtUs: 0, waitedMs: 0, decodeMs: 0, inferenceMs: 0, totalMs: 0 };

/** What tells the frames of a stream apart. */
export function frameKey({ epoch, sequence }: Pick<AccessUnit, 'epoch' | 'sequence'>): string {
  return `${epoch}/${sequence}`;
}

/** A perception as bytes that are the same whenever it was made. */
export function comparableBytes(perception: Perception): Buffer {
  return perceptionCodec.encode({ ...perception, timing: noTiming });
}

/** What was made of a stream's frames in the end: whoever takes a stream over goes back, and from there on only the new owner counts. */
export class StoredPerceptions {
  readonly #takeOvers: { has(frame: string): boolean };
  #epochs = new Set<number>();
  readonly #inOrder: StoredPerception[] = [];
  #byFrame: Map<string, StoredPerception> | undefined;

  /** @param takeOvers Frames that a new owner judged first, as far as they are known; else it is told by going back further than an encoder does. */
  constructor(takeOvers: { has(frame: string): boolean } = new Set()) {
    this.#takeOvers = takeOvers;
  }

  /** In the order in which they lie on their topic. */
  add(perception: Perception): void {
    const { epoch, sequence, modelSet } = perception;
    if (this.#goesBack(perception)) this.#forgetFrom(epoch, sequence);
    this.#epochs.add(epoch);
    this.#inOrder.push({ epoch, sequence, modelSet, bytes: comparableBytes(perception) });
    this.#byFrame = undefined;
  }

  get size(): number {
    return this.#inOrder.length;
  }

  of(frame: Pick<AccessUnit, 'epoch' | 'sequence'>): StoredPerception | undefined {
    this.#byFrame ??= new Map(this.#inOrder.map((stored) => [frameKey(stored), stored]));
    return this.#byFrame.get(frameKey(frame));
  }

  #forgetFrom(epoch: number, sequence: number): void {
    const before = this.#inOrder.findLastIndex((stored) => stored.epoch === epoch && stored.sequence < sequence);
    this.#inOrder.length = before === -1 ? this.#inOrder.findIndex((stored) => stored.epoch === epoch) : before + 1;
    this.#epochs = new Set(this.#inOrder.map((stored) => stored.epoch));
  }

  #goesBack(perception: Perception): boolean {
    const { epoch, sequence } = perception;
    const newest = this.#inOrder.at(-1);
    if (!newest || !this.#epochs.has(epoch)) return false;
    if (newest.epoch !== epoch || sequence <= newest.sequence - mostReordered) return true;
    if (sequence < newest.sequence && this.#takeOvers.has(frameKey(perception))) return true;
    return this.#inOrder.slice(-mostReordered).some((stored) => stored.epoch === epoch && stored.sequence === sequence);
  }
}
