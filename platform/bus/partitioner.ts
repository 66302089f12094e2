/**
 * The partition of a key, the same that Kafka's own clients choose, so that foreign producers and ours agree.
 * @returns 0 … partitions - 1.
 * Source: Apache Kafka, Utils.murmur2 and BuiltInPartitioner.partitionForKey.
 */
export function partitionOf(key: string, partitions: number): number {
  return (murmur2(Buffer.from(key)) & 0x7fffffff) % partitions;
}

/** Source: A. Appleby, MurmurHash2 (32 bits), with Kafka's seed. */
function murmur2(bytes: Buffer): number {
  const multiplier = 0x5bd1e995;
  const seed = 0x9747b28c;
  let hash = seed ^ bytes.length;
  const whole = bytes.length - (bytes.length % 4);
  for (let i = 0; i < whole; i += 4) {
    let word = Math.imul(bytes.readInt32LE(i), multiplier);
    word = Math.imul(word ^ (word >>> 24), multiplier);
    hash = Math.imul(hash, multiplier) ^ word;
  }
  if (bytes.length > whole) {
    for (let i = bytes.length - 1; i >= whole; i--) hash ^= bytes[i]! << (8 * (i - whole));
    hash = Math.imul(hash, multiplier);
  }
  hash = Math.imul(hash ^ (hash >>> 13), multiplier);
  return hash ^ (hash >>> 15);
}
