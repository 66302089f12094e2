/** One to many, in process and at once. A listener must not throw. */
export class FanOut<T> {
  readonly #listeners = new Set<(value: T) => void>();

  emit(value: T): void {
    for (const listener of this.#listeners) listener(value);
  }

  /** @returns Ends the subscription. */
  subscribe(listener: (value: T) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
