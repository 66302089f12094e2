import path from 'node:path';
import { Command } from 'commander';
import type { Logger } from 'pino';
import type { Bus } from '../platform/bus/bus.ts';
import { type Database, openDatabaseWhenPossible } from '../platform/database/open.ts';
import { serveHealth } from '../platform/http/health.ts';
import { runUntilStopped } from '../platform/lifecycle.ts';
import { createLogger, type LogLevel } from '../platform/logging.ts';
import { startTelemetry } from '../platform/telemetry.ts';
import type { Configuration } from '../schemas/configuration.ts';
import { asRoadstreamError, RoadstreamError } from '../schemas/errors.ts';
import { type ConfigurationFlags, configure } from './configure.ts';
import { openSharedBus, processName } from './open-bus.ts';
import { collect, configOption, logLevelOption, port, say } from './options.ts';
import { version, webDirectory } from './package.ts';

interface Surroundings {
  readonly bus: Bus;
  readonly configuration: Configuration;
  readonly log: Logger;
  readonly scrapeMetrics: () => Promise<string>;
}

interface Part {
  close(): Promise<void>;
  /** Where it listens, for a person. */
  readonly url?: string;
}

interface RoleFlags extends ConfigurationFlags {
  readonly logLevel: LogLevel;
  readonly healthHost: string;
  readonly healthPort?: number;
}

/** A command that runs one role in this process until it is stopped. `start` resolves once the role does its work. */
function roleCommand<Flags extends RoleFlags>(
  name: string,
  description: string,
  start: (surroundings: Surroundings, flags: Flags) => Promise<Part>,
): Command {
  return new Command(name)
    .description(description)
    .addOption(configOption())
    .option('--health-port <number>', 'serve /livez, /readyz and /metrics there; 0 takes a free one (default: not served)', port)
    .option('--health-host <address>', 'address for them', '127.0.0.1')
    .addOption(logLevelOption('info'))
    .action(async (flags: Flags) => {
      const log = createLogger({ level: flags.logLevel });
      const configuration = configure(flags);
      say(`roadstream ${version} ${name} ${processName}`);
      await runUntilStopped((stopping) => runRole(name, configuration, log, flags, start, stopping), log);
    });
}

/** @returns Once the role has been started; it may still wait for the broker. */
async function runRole<Flags extends RoleFlags>(
  name: string,
  configuration: Configuration,
  log: Logger,
  flags: Flags,
  start: (surroundings: Surroundings, flags: Flags) => Promise<Part>,
  stopping: AbortSignal,
): Promise<{ close(): Promise<void> }> {
  await using stack = new AsyncDisposableStack();
  const owned = <T extends { close(): unknown }>(part: T): T => stack.adopt(part, async (it) => void (await it.close()));
  const telemetry = owned(startTelemetry());
  const scrapeMetrics = () => telemetry.scrape();
  let isReady = false;
  if (flags.healthPort !== undefined) {
    const missing = () => (isReady ? [] : ['not connected yet; the log says to what']);
    const health = owned(await serveHealth({ host: flags.healthHost, port: flags.healthPort, missing, scrapeMetrics }));
    say(`health on port ${health.port}`);
  }
  // What answers, but not as Kafka does, makes kafkajs try for ever without a word.
  const stillWaiting = setInterval(() => {
    const brokers = configuration.kafka?.brokers.join(', ');
    log.warn({ brokers, code: 'BUS_UNAVAILABLE' }, 'not ready yet; if nothing else is logged: is a Kafka broker what listens there?');
  }, 10_000);
  stack.defer(() => clearInterval(stillWaiting));
  const bus = owned(await openSharedBus(configuration, name, log, stopping));
  const part = owned(await start({ bus, configuration, log: log.child({ component: name }), scrapeMetrics }, flags));
  clearInterval(stillWaiting);
  isReady = true;
  say(part.url ? `ready: ${part.url}` : 'ready');
  const moved = stack.move();
  return { close: () => moved.disposeAsync() };
}

/**
 * The database, as soon as it can be had, and a way to stop waiting for it.
 * @param endsWithout Whether the process ends when the database refuses it for good: whoever starts it again may have mended that.
 */
function openDatabaseInTime({ database: { url }, dataDirectory }: Configuration, log: Logger, endsWithout: boolean) {
  if (url === null)
    throw new RoadstreamError(
      'CONFIGURATION_INVALID',
      'Roles in processes of their own share a PostgreSQL: set ROADSTREAM_DATABASE_URL=postgres://…, or database.url in the configuration.',
    );
  const stopping = new AbortController();
  const opened = openDatabaseWhenPossible({ url, dataDirectory, log: log.child({ component: 'database' }) }, stopping.signal);
  opened.catch((thrown) => {
    if (stopping.signal.aborted) return;
    log.error({ code: asRoadstreamError(thrown).code }, asRoadstreamError(thrown).message);
    if (endsWithout) process.exit(1);
  });
  return {
    opened,
    async close(): Promise<void> {
      stopping.abort();
      await opened.then(
        (database) => database.close(),
        () => {},
      );
    },
  };
}

async function withDatabase(
  configuration: Configuration,
  log: Logger,
  endsWithout: boolean,
  start: (database: Promise<Database>) => Promise<Part>,
): Promise<Part> {
  const database = openDatabaseInTime(configuration, log, endsWithout);
  try {
    const part = await start(database.opened);
    return {
      ...(part.url !== undefined && { url: part.url }),
      async close() {
        await part.close();
        await database.close();
      },
    };
  } catch (thrown) {
    await database.close();
    throw thrown;
  }
}

/** @throws CONFIGURATION_INVALID when one is not configured. */
function chosenStreams({ streams }: Configuration, ids: readonly string[] | undefined) {
  const unknown = ids?.find((id) => !streams.some((stream) => stream.id === id));
  if (unknown !== undefined)
    throw new RoadstreamError(
      'CONFIGURATION_INVALID',
      `There is no stream ${unknown} in the configuration; there are: ${streams.map(({ id }) => id).join(', ') || 'none'}.`,
    );
  return ids ? streams.filter(({ id }) => ids.includes(id)) : streams;
}

/** Each loads what it is made of when it runs: a role that was killed is back sooner. */
export function roleCommands(): Command[] {
  return [
    roleCommand<RoleFlags & { readonly stream?: readonly string[] }>(
      'ingest',
      'connect the cameras and put their video on Kafka',
      async ({ bus, configuration, log }, { stream }) => {
        const { fileFolders } = configuration;
        const streams = chosenStreams(configuration, stream);
        if (streams.length === 0)
          throw new RoadstreamError('CONFIGURATION_INVALID', 'No camera is configured: name some under streams in the configuration.');
        const { startIngest } = await import('../ingest/ingest.ts');
        return startIngest({ streams, fileFolders, cacheDirectory: path.resolve(configuration.dataDirectory, 'cache'), bus, log });
      },
    ).option('--stream <id>', 'only this camera of the configuration; may be given again', collect),
    roleCommand(
      'process',
      'analyse what comes from the cameras; run as many as there are cores to spare',
      async ({ bus, configuration, log }) => {
        const [{ createModels }, { startProcessor }] = await Promise.all([
          import('../models/models.ts'),
          import('../processors/processor.ts'),
        ]);
        const { detector: name, device, dataDirectory } = configuration;
        await using stack = new AsyncDisposableStack();
        const models = stack.adopt(createModels({ name, device, dataDirectory: path.resolve(dataDirectory), log }), (it) => it.close());
        stack.adopt(await startProcessor({ bus, configuration, models, name: processName, log }), (it) => it.close());
        const moved = stack.move();
        return { close: () => moved.disposeAsync() };
      },
    ).option('--detector <name>', 'auto, centernet, yolox-nano, or file:<your own>.onnx (default: auto)'),
    roleCommand('record', 'keep alerts and per-second tracks in the database', ({ bus, configuration, log }) =>
      withDatabase(configuration, log, true, async (database) =>
        (await import('../processors/sinks/recorder.ts')).startRecorder({
          bus,
          database,
          log,
          bufferDirectory: path.resolve(configuration.dataDirectory, 'recorder'),
          bufferBytes: configuration.recorderBufferMegabytes * 1024 * 1024,
        }),
      ),
    ),
    roleCommand('gateway', 'serve the page, the API and the live pictures', ({ bus, configuration, log, scrapeMetrics }) =>
      withDatabase(configuration, log, false, async (database) =>
        (await import('../gateway/app.ts')).startGateway({ bus, database, ...configuration.gateway, webDirectory, scrapeMetrics, log }),
      ),
    )
      .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
      .option('--port <number>', 'port to listen on; 0 takes a free one (default: 52000)', port),
  ];
}
