/** Pictures that a camera's encoder may send before one that is shown earlier: 16 is the most that H.264 and H.265 allow. */
const mostReordered = 16;

/** Which pictures of one connection have been seen. They come in the order in which they are shown, which need not be that of their sequences. */
export class SeenSequences {
  #newest = Number.NEGATIVE_INFINITY;
  readonly #recent = new Set<number>();

  /** @returns Whether it had not been seen yet. */
  add(sequence: number): boolean {
    if (sequence <= this.#newest - mostReordered || this.#recent.has(sequence)) return false;
    this.#newest = Math.max(this.#newest, sequence);
    this.#recent.add(sequence);
    for (const seen of this.#recent) if (seen <= this.#newest - mostReordered) this.#recent.delete(seen);
    return true;
  }
}
