import path from 'node:path';
import type { Logger } from 'pino';
import { startGateway } from '../gateway/app.ts';
import { startIngest } from '../ingest/ingest.ts';
import { createModels } from '../models/models.ts';
import type { Bus } from '../platform/bus/bus.ts';
import { type Database, openDatabaseWhenPossible } from '../platform/database/open.ts';
import { startTelemetry } from '../platform/telemetry.ts';
import { preload } from '../processors/pipelines/open-senses.ts';
import { startProcessor } from '../processors/processor.ts';
import { startRecorder } from '../processors/sinks/recorder.ts';
import type { Configuration } from '../schemas/configuration.ts';
import { asRoadstreamError } from '../schemas/errors.ts';
import { streamKinds } from '../schemas/messages.ts';
import { topics } from '../schemas/topics.ts';
import { openBus } from './open-bus.ts';
import { webDirectory } from './package.ts';

export interface Running {
  readonly url: string;
  readonly bus: Bus;
  close(): Promise<void>;
}

/**
 * Runs every role in this process, on the embedded bus, or on Kafka where it is configured.
 * @param say Gets a line for each thing that is ready.
 * @returns When pictures flow into the pipeline; the database may still be opening.
 */
export async function start(
  configuration: Configuration,
  log: Logger,
  say: (line: string) => void = () => {},
  stopping?: AbortSignal,
): Promise<Running> {
  const startedAt = performance.now();
  const ready = (what: string) => say(`  ${((performance.now() - startedAt) / 1000).toFixed(1).padStart(5)} s  ${what}`);
  const dataDirectory = path.resolve(configuration.dataDirectory);
  await using stack = new AsyncDisposableStack();
  const owned = <T extends { close(): unknown }>(part: T): T => stack.adopt(part, async (it) => void (await it.close()));

  const telemetry = owned(startTelemetry());
  const bus = owned(await openBus(configuration, 'roadstream', log, stopping));

  const database = Promise.withResolvers<Database>();
  // Whoever needs it awaits it; nobody having done so yet is no failure of the process.
  database.promise.catch(() => {});
  const gateway = owned(
    await startGateway({
      bus,
      database: database.promise,
      ...configuration.gateway,
      webDirectory,
      scrapeMetrics: () => telemetry.scrape(),
      log: log.child({ component: 'gateway' }),
    }),
  );
  ready('page');

  const firstPerception = Promise.withResolvers<void>();
  const watch = await bus.subscribe({ topics: [topics.perceptions], from: 'latest', onBatch: async () => firstPerception.resolve() });

  const { streams, fileFolders } = configuration;
  const { detector: name, device } = configuration;
  const models = owned(createModels({ name, device, dataDirectory, log: log.child({ component: 'models' }) }));
  const kinds = streamKinds.filter((kind) => streams.some((stream) => stream.kind === kind));
  await Promise.all([
    preload(models, kinds),
    startIngest({
      streams,
      fileFolders,
      cacheDirectory: path.join(dataDirectory, 'cache'),
      bus,
      log: log.child({ component: 'ingest' }),
    }).then(owned),
  ]);
  ready(`models for ${kinds.join(', ')} cameras`);
  ready(`cameras: ${streams.map(({ id }) => id).join(', ')}`);
  owned(await startProcessor({ bus, configuration, models, log: log.child({ component: 'processor' }) }));

  const closing = new AbortController();
  const opening = (async () => {
    // Opening it takes a core for seconds: the first judged frame goes before, a camera that gives none must not hold it up.
    await Promise.race([firstPerception.promise, new Promise((resolve) => setTimeout(resolve, databaseWaitsMs).unref())]);
    const { url } = configuration.database;
    const opened = await openDatabaseWhenPossible({ url, dataDirectory, log: log.child({ component: 'database' }) }, closing.signal);
    const recorder = await startRecorder({
      bus,
      database: opened,
      log: log.child({ component: 'recorder' }),
      bufferDirectory: path.join(dataDirectory, 'recorder'),
      bufferBytes: configuration.recorderBufferMegabytes * 1024 * 1024,
    }).catch(async (thrown) => {
      await opened.close();
      throw thrown;
    });
    database.resolve(opened);
    ready(`database: ${configuration.database.url ? 'PostgreSQL' : 'embedded'}`);
    return { opened, recorder };
  })();
  opening.catch((thrown) => {
    database.reject(thrown);
    if (closing.signal.aborted) return;
    log.error({ code: asRoadstreamError(thrown).code, error: asRoadstreamError(thrown).message }, 'alerts are shown but not kept');
  });
  stack.defer(async () => {
    closing.abort();
    const result = await opening.catch(() => undefined);
    await result?.recorder.close();
    await result?.opened.close();
  });
  void firstPerception.promise.then(async () => {
    ready('first frame judged');
    await watch.close();
  });

  const moved = stack.move();
  return { url: gateway.url, bus, close: () => moved.disposeAsync() };
}

/** How long a silent camera may hold up the database, milliseconds. */
const databaseWaitsMs = 3000;
