import type { Bus, Subscription } from '../../../platform/bus/bus.ts';

/** @returns The same bus, which tells of every commit: what is before it may be gone from the bus. */
export function watchCommits(bus: Bus, onCommit: (topic: string, partition: number, offset: number) => void): Bus {
  const watched = (subscription: Subscription): Subscription => ({
    get assigned() {
      return subscription.assigned;
    },
    commit(topic, partition, offset) {
      subscription.commit(topic, partition, offset);
      onCommit(topic, partition, offset);
    },
    seek: (...place) => subscription.seek(...place),
    lag: (...partition) => subscription.lag(...partition),
    close: () => subscription.close(),
  });
  return {
    publish: (...message) => bus.publish(...message),
    subscribe: async (options) =>
      watched(await bus.subscribe({ ...options, onBatch: (batch, subscription) => options.onBatch(batch, watched(subscription)) })),
    offsets: (topic) => bus.offsets(topic),
    offsetAt: (...place) => bus.offsetAt(...place),
    close: () => bus.close(),
  };
}
