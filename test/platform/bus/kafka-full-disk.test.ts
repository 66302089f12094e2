import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import type { TopicDefinition } from '../../../schemas/topics.ts';
import { eventually } from '../../support/eventually.ts';
import { startKafka } from '../../support/kafka-server.ts';
import { needs } from '../../support/needs.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { openKafkaBus } from './kafka-clients.ts';

const megabyte = 1024 * 1024;
const topic: TopicDefinition = {
  name: 'full-disk.v1',
  partitions: 1,
  cleanup: 'delete',
  retentionMs: 3_600_000,
  retentionBytes: 1024 * megabyte,
  segmentBytes: 16 * megabyte,
  acks: 'all',
};

test('a broker whose disk is full is told of and waited for, and nothing acknowledged is lost', async (t) => {
  const disk = temporaryFolder(t);
  const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'none', disk]).status === 0;
  if (!needs(t, isMounted, 'a file system of its own', 'run the tests as root where mount -t tmpfs is allowed')) return;
  try {
    const broker = await startKafka(t, {}, path.join(disk, 'kafka'));
    if (!broker) return;
    const { bus, lines } = openKafkaBus(t, broker);
    const kept: number[] = [];
    const waiting: Promise<unknown>[] = [];
    const publish = () => {
      const value = Buffer.alloc(200_000);
      value.writeUInt32BE(waiting.length);
      waiting.push(bus.publish(topic, 'camera', value).then(({ offset }) => kept.push(offset)));
    };
    // Kafka ends itself when it can write to none of its folders.
    let hasDied = false;
    void broker.died.then(() => {
      hasDied = true;
    });
    await eventually('the broker gives up', () => {
      if (waiting.length - kept.length < 10) publish();
      return hasDied;
    });
    await eventually('the bus says that no broker is there', () => lines.some(({ code }) => code === 'BUS_UNAVAILABLE'));
    const before = kept.length;
    execFileSync('mount', ['-o', 'remount,size=512m', disk]);
    await broker.start();
    for (let i = 0; i < 20; i++) publish();
    await eventually('everything is kept', () => kept.length === waiting.length, 90_000);
    assert.ok(kept.length > before);

    // What was kept without the publisher hearing of it comes twice.
    const contents = new Set<number>();
    await bus.subscribe({
      topics: [topic],
      from: 'earliest',
      async onBatch(batch) {
        for (const { value } of batch) contents.add(value!.readUInt32BE());
      },
    });
    await eventually('everything comes', () => contents.size === waiting.length);
    assert.deepEqual([...contents], [...waiting.keys()], 'in order');
    await bus.close();
    await broker.stop();
  } finally {
    // Lazily: after a failure the broker is still there.
    execFileSync('umount', ['--lazy', disk]);
  }
});
