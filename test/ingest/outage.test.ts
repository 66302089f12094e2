import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startIngest } from '../../ingest/ingest.ts';
import { loadStreams } from '../../ingest/load/streams.ts';
import { createKafkaBus } from '../../platform/bus/kafka.ts';
import { nowUs } from '../../platform/clock.ts';
import { accessUnitCodec, streamStatusCodec } from '../../schemas/codecs.ts';
import type { AccessUnit, StreamStatus } from '../../schemas/messages.ts';
import { topics } from '../../schemas/topics.ts';
import { eventually } from '../support/eventually.ts';
import { startKafka } from '../support/kafka-server.ts';
import { capturingLog } from './support.ts';

const patienceMs = 90_000;

test('a broker away for ten seconds costs each stream the pictures of that time, which are counted, and no more than a group besides', async (t) => {
  const broker = await startKafka(t);
  if (!broker) return;
  const { log: quiet } = capturingLog();
  const connect = (clientId: string) =>
    createKafkaBus({ kafka: { brokers: [...broker.brokers], tls: false, sasl: null }, clientId, log: quiet });
  const streams = loadStreams({ streams: 4, framesPerSecond: 10, width: 160 });
  const seen = new Map<string, AccessUnit[]>(streams.map(({ id }) => [id, []]));
  await using stack = new AsyncDisposableStack();
  const reader = stack.adopt(connect('reader'), (bus) => bus.close());
  await reader.subscribe({
    topics: [topics.framesDashcam],
    from: 'earliest',
    onBatch: async (batch) => {
      for (const { key, value } of batch) seen.get(key)!.push(accessUnitCodec.decode(value!));
    },
  });
  const { log, lines } = capturingLog();
  const told = () => lines.map((line) => JSON.parse(line) as { msg: string; stream?: string; code?: string; dropped?: number });
  const bus = stack.adopt(connect('ingest'), (it) => it.close());
  const ingest = await startIngest({ streams, fileFolders: [], bus, log });
  const all = (condition: (units: readonly AccessUnit[]) => boolean) => [...seen.values()].every(condition);
  await eventually('pictures of each', () => all((units) => units.length >= 20), patienceMs);

  lines.length = 0;
  await broker.kill();
  await sleep(10_000);
  assert.equal(new Set(told().flatMap(({ code, stream }) => (code === 'BUS_UNAVAILABLE' ? stream : []))).size, 4);
  await broker.start();
  const recovered = () => told().filter(({ msg }) => msg === 'the bus takes pictures again');
  await eventually('each stream is back', () => recovered().length === 4, patienceMs);
  const newest = Math.max(...[...seen.values()].map((units) => units.at(-1)?.sequence ?? 0));
  await eventually('pictures of each again', () => all((units) => units.at(-1)!.sequence > newest + 20), patienceMs);

  for (const [id, units] of seen) {
    assert.equal(new Set(units.map(({ epoch }) => epoch)).size, 1, id);
    const sequences = [...new Set(units.map(({ sequence }) => sequence))].sort((a, b) => a - b);
    const gaps = sequences.flatMap((sequence, index) => (index > 0 && sequence !== sequences[index - 1]! + 1 ? [index] : []));
    assert.equal(gaps.length, 1, `${id} has ${gaps.length} gaps`);
    const resumed = units.find(({ sequence }) => sequence === sequences[gaps[0]!])!;
    assert.equal(resumed.isKeyframe, true);
    // What was lost is what was told; a broker killed with kill -9 may have acknowledged some that it then lost.
    const lost = resumed.sequence - sequences[gaps[0]! - 1]! - 1;
    const dropped = recovered().find(({ stream }) => stream === id)!.dropped!;
    assert.ok(dropped <= lost && lost <= dropped + 20, `${lost} lost, ${dropped} told of ${id}`);
  }

  await broker.kill();
  await ingest.close();
});

test('an ingest that starts again begins epochs later than those on the broker, though the clock was an hour ahead before', async (t) => {
  const broker = await startKafka(t);
  if (!broker) return;
  const { log } = capturingLog();
  const streams = loadStreams({ streams: 2, framesPerSecond: 5, width: 160 });
  const epochs = new Map<string, number[]>(streams.map(({ id }) => [id, []]));
  const statuses = new Map<string, StreamStatus>();
  await using stack = new AsyncDisposableStack();
  const kafka = { brokers: [...broker.brokers], tls: false, sasl: null };
  const bus = stack.adopt(createKafkaBus({ kafka, clientId: 'ingest', log }), (it) => it.close());
  await bus.subscribe({
    topics: [topics.framesDashcam],
    from: 'earliest',
    onBatch: async (batch) => {
      for (const { key, value } of batch) {
        const { epoch } = accessUnitCodec.decode(value!);
        const known = epochs.get(key)!;
        if (known.at(-1) !== epoch) known.push(epoch);
      }
    },
  });
  await bus.subscribe({
    topics: [topics.streams],
    from: 'earliest',
    onBatch: async (batch) => {
      for (const { key, value } of batch) statuses.set(key, streamStatusCodec.decode(value!));
    },
  });
  const ahead = nowUs() + 3_600_000_000;
  for (let round = 1; round <= 3; round++) {
    const ingest = await startIngest({ streams, fileFolders: [], bus, log });
    await eventually('pictures of both', () => [...epochs.values()].every(({ length }) => length === round), patienceMs);
    await ingest.close();
    await eventually('its end', () => streams.every(({ id }) => statuses.get(id)?.state === 'ended'), patienceMs);
    // As a host announced it whose clock was wrong.
    if (round === 1)
      for (const status of statuses.values())
        await bus.publish(topics.streams, status.streamId, streamStatusCodec.encode({ ...status, epoch: ahead }));
  }
  for (const known of epochs.values()) assert.deepEqual(known.slice(1), [ahead + 1, ahead + 2]);
});
