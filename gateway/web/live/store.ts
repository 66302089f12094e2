/** One value that components watch. */
export interface Store<T> {
  get(): T;
  /** Takes over the fields given. */
  update(change: Partial<T>): void;
  /** @returns What ends the watching. */
  subscribe(listener: () => void): () => void;
}

export function createStore<T extends object>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    update(change) {
      const isSame = (Object.keys(change) as (keyof T)[]).every((key) => Object.is(change[key], value[key]));
      if (isSame) return;
      value = { ...value, ...change };
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
