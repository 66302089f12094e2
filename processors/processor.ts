import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { Models } from '../models/models.ts';
import type { Bus, TopicPartition } from '../platform/bus/bus.ts';
import { createDeadLetters } from '../platform/dead-letters.ts';
import { rateLimited } from '../platform/logging.ts';
import type { Configuration } from '../schemas/configuration.ts';
import { asRoadstreamError } from '../schemas/errors.ts';
import { streamKinds } from '../schemas/messages.ts';
import { framesTopic, type TopicDefinition, topics } from '../schemas/topics.ts';
import { watchBurnInWishes } from './burn-in-wishes.ts';
import { CheckpointBook } from './hand-over/checkpoint-book.ts';
import { createProcessorMetrics } from './metrics.ts';
import { LoadGovernor } from './pace/load-governor.ts';
import { PartitionWork } from './partition-work.ts';
import { preload } from './pipelines/open-senses.ts';
import type { ProcessorParts } from './stream-work.ts';
import { watchVehicles } from './vehicles.ts';

export interface ProcessorOptions {
  readonly bus: Bus;
  readonly configuration: Configuration;
  readonly models: Models;
  readonly log: Logger;
  /** Who it is, in checkpoints and statuses; no two that run have the same. Host and process id unless given. */
  readonly name?: string;
}

/** A status a second is news enough, milliseconds. */
const tickMs = 1000;

/**
 * Consumes the frames of the kinds of cameras that are configured (of all kinds when none is), and publishes what was perceived and what
 * is dangerous. Several share the streams; one that takes a stream over goes on from its checkpoint.
 */
export async function startProcessor(options: ProcessorOptions): Promise<{ close(): Promise<void> }> {
  const { bus, configuration, models, log, name = `${hostname()}-${process.pid}` } = options;
  const deadLetters = createDeadLetters(bus, 'processor', log);
  await using stack = new AsyncDisposableStack();
  const owned = <T extends { close(): Promise<void> }>(part: T): T => stack.adopt(part, (it) => it.close());
  const book = owned(await CheckpointBook.open({ bus, processor: name, deadLetters, log }));
  const wishes = owned(await watchBurnInWishes(bus, deadLetters));
  const vehicles = owned(await watchVehicles(bus, deadLetters));
  const governor = new LoadGovernor();
  const parts: ProcessorParts = {
    name,
    bus,
    configuration,
    models,
    book,
    deadLetters,
    wishes,
    vehicles,
    governor,
    metrics: createProcessorMetrics(),
    log,
  };

  const works = new Map<string, PartitionWork>();
  const keyOf = ({ topic, partition }: TopicPartition) => `${topic}/${partition}`;
  const complain = rateLimited((thrown: unknown, times) => {
    const { code, message } = asRoadstreamError(thrown);
    log.warn({ code, error: message, times }, 'statuses or checkpoints were not written');
  });

  const configured = streamKinds.filter((kind) => configuration.streams.some((stream) => stream.kind === kind));
  const kinds = configured.length > 0 ? configured : streamKinds;
  await preload(models, kinds);
  const share = (group: string, frames: TopicDefinition) =>
    bus.subscribe({
      topics: [frames],
      group,
      // A job that was there first is analysed too; of a live stream, what is too old is jumped over.
      from: 'earliest',
      async onAssigned(partitions) {
        await book.caughtUp();
        for (const partition of partitions) {
          if (works.has(keyOf(partition))) continue;
          await book.publishOutboxes(partition);
          works.set(keyOf(partition), new PartitionWork(parts, partition));
        }
      },
      onBatch: async (batch, subscription) => works.get(keyOf(batch[0]!))!.take(batch, subscription),
      async onRevoked(partitions) {
        await Promise.all(
          partitions.map(async (partition) => {
            const work = works.get(keyOf(partition));
            works.delete(keyOf(partition));
            await work?.close().catch(complain);
          }),
        );
      },
    });
  // Side by side: joining a group takes seconds.
  const subscriptions = await Promise.allSettled([
    ...kinds.map((kind) => share(`processor-${kind}`, framesTopic(kind))),
    share('processor-job', topics.framesJob),
  ]);
  for (const subscription of subscriptions) if (subscription.status === 'fulfilled') owned(subscription.value);
  const refused = subscriptions.find((subscription) => subscription.status === 'rejected');
  if (refused) throw refused.reason;

  let ticking: Promise<unknown> | undefined;
  const timer = setInterval(() => {
    governor.step();
    ticking ??= Promise.all([...works.values()].map((work) => work.tick()))
      .catch(complain)
      .finally(() => {
        ticking = undefined;
      });
  }, tickMs);
  stack.defer(async () => {
    clearInterval(timer);
    await ticking;
  });

  const moved = stack.move();
  return { close: () => moved.disposeAsync() };
}
