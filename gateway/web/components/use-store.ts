import { useEffect, useState } from 'preact/hooks';
import type { Store } from '../live/store.ts';

/** Renders the component anew whenever the store changes. */
export function useStore<T>(store: Store<T>): T {
  const [value, setValue] = useState(store.get());
  useEffect(() => {
    const take = () => setValue(store.get());
    take();
    return store.subscribe(take);
  }, [store]);
  return value;
}
