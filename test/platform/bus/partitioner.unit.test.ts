import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partitionOf } from '../../../platform/bus/partitioner.ts';

test('chooses the partition that Kafka chooses', () => {
  // Hashes from Apache Kafka's UtilsTest.testMurmur2; the partition is (hash & 0x7fffffff) % partitions.
  const hashes: [string, number][] = [
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ];
  for (const [key, hash] of hashes) assert.equal(partitionOf(key, 0x7fffffff), (hash & 0x7fffffff) % 0x7fffffff, key);
});
