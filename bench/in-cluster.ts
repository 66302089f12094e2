import type { TestContext } from 'node:test';
import { type Cluster, type ClusterOptions, startCluster } from '../test/support/cluster.ts';

/**
 * Measures the product in many processes, on a broker and a database of its own.
 * @throws When Kafka or PostgreSQL is missing here.
 */
export async function inCluster<T>(options: ClusterOptions, measure: (cluster: Cluster) => Promise<T>): Promise<T> {
  const ends: (() => unknown)[] = [];
  const context = {
    after: (end: () => unknown) => void ends.push(end),
    skip: (reason: string) => {
      throw new Error(reason);
    },
  } as unknown as TestContext;
  try {
    return await measure((await startCluster(context, options))!);
  } finally {
    for (const end of ends) await end();
  }
}
