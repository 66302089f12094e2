import path from 'node:path';
import { Command } from 'commander';
import type { Logger } from 'pino';
import { startGateway } from '../gateway/app.ts';
import { startIngest } from '../ingest/ingest.ts';
import { openSource } from '../ingest/sources/open.ts';
import { openDetector } from '../models/session.ts';
import type { Bus } from '../platform/bus/bus.ts';
import { type Database, openDatabaseWhenPossible } from '../platform/database/open.ts';
import { runUntilStopped } from '../platform/lifecycle.ts';
import { createLogger, type LogLevel } from '../platform/logging.ts';
import { startTelemetry } from '../platform/telemetry.ts';
import { startProcessor } from '../processors/processor.ts';
import { startRecorder } from '../processors/sinks/recorder.ts';
import { type Configuration, parseConfiguration } from '../schemas/configuration.ts';
import { asRoadstreamError, RoadstreamError } from '../schemas/errors.ts';
import { topics } from '../schemas/topics.ts';
import { type ConfigurationFlags, configure } from './configure.ts';
import { openBus } from './open-bus.ts';
import { collect, configOption, logLevelOption, port, say } from './options.ts';
import { version, webDirectory } from './package.ts';

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
export async function start(configuration: Configuration, log: Logger, say: (line: string) => void = () => {}): Promise<Running> {
  const startedAt = performance.now();
  const ready = (what: string) => say(`  ${((performance.now() - startedAt) / 1000).toFixed(1).padStart(5)} s  ${what}`);
  const dataDirectory = path.resolve(configuration.dataDirectory);
  await using stack = new AsyncDisposableStack();
  const owned = <T extends { close(): unknown }>(part: T): T => stack.adopt(part, async (it) => void (await it.close()));

  const telemetry = owned(startTelemetry());
  const bus = owned(await openBus(configuration, 'roadstream', log));

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
  const [detector] = await Promise.all([
    openDetector({
      name: configuration.detector,
      device: configuration.device,
      dataDirectory,
      log: log.child({ component: 'models' }),
    }).then(owned),
    startIngest({
      streams,
      fileFolders,
      cacheDirectory: path.join(dataDirectory, 'cache'),
      bus,
      log: log.child({ component: 'ingest' }),
    }).then(owned),
  ]);
  ready(`detector ${detector.name}, ${detector.inputWidth}x${detector.inputHeight}`);
  ready(`cameras: ${streams.map(({ id }) => id).join(', ')}`);
  owned(await startProcessor({ bus, configuration, detector, log: log.child({ component: 'processor' }) }));

  const stopping = new AbortController();
  const opening = (async () => {
    // Opening it takes a core for seconds: the first judged frame goes before, a camera that gives none must not hold it up.
    await Promise.race([firstPerception.promise, new Promise((resolve) => setTimeout(resolve, databaseWaitsMs).unref())]);
    const { url } = configuration.database;
    const opened = await openDatabaseWhenPossible({ url, dataDirectory, log: log.child({ component: 'database' }) }, stopping.signal);
    const recorder = await startRecorder({
      bus,
      database: opened,
      log: log.child({ component: 'recorder' }),
      bufferDirectory: path.join(dataDirectory, 'recorder'),
      bufferBytes: configuration.recorderBufferMegabytes * 1024 * 1024,
    });
    database.resolve(opened);
    ready(`database: ${configuration.database.url ? 'PostgreSQL' : 'embedded'}`);
    return { opened, recorder };
  })();
  opening.catch((thrown) => {
    database.reject(thrown);
    if (stopping.signal.aborted) return;
    log.error({ code: asRoadstreamError(thrown).code, error: asRoadstreamError(thrown).message }, 'alerts are shown but not kept');
  });
  stack.defer(async () => {
    stopping.abort();
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

/** @returns The configuration, with a simulated camera when it has none. */
export function withCamera(configuration: Configuration): Configuration {
  if (configuration.streams.length > 0) return configuration;
  const demo = { id: 'demo', vehicle: 'demo-car', url: 'sim:car-to-car-braking' };
  return parseConfiguration({ ...configuration, streams: [demo] }, 'The demo');
}

export function startCommand(): Command {
  return new Command('start')
    .description('run everything in this process: cameras, analysis, database, page')
    .option('--camera <url>', 'a camera: rtsp://user:password@host/path, file:video.mp4 or sim:scenario; may be given again', collect)
    .addOption(configOption())
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .option('--port <number>', 'port to listen on; 0 takes a free one (default: 52000)', port)
    .option('--detector <name>', 'auto, centernet, yolox-nano, or file:<your own>.onnx (default: auto)')
    .addOption(logLevelOption('warn'))
    .allowExcessArguments()
    .action(async (flags: ConfigurationFlags & { readonly logLevel: LogLevel }, command: Command) => {
      const [unknown] = command.args;
      if (unknown !== undefined)
        throw new RoadstreamError('REQUEST_INVALID', `there is no command ${unknown}; roadstream --help lists them.`);
      const log = createLogger({ level: flags.logLevel });
      const configuration = withCamera(configure(flags));
      // A camera of the file that cannot be had must not stop the others; one typed just now is better told of at once.
      for (const stream of configuration.streams) if (flags.camera?.includes(stream.url)) openSource(stream, configuration);
      say(`roadstream ${version}`);
      await runUntilStopped(async () => {
        const running = await start(configuration, log, say);
        say(`\n  Open ${running.url}\n`);
        return running;
      }, log);
    });
}
