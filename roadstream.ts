import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Logger } from 'pino';
import { parse as parseYaml } from 'yaml';
import { startGateway } from './gateway/app.ts';
import { startIngest } from './ingest/ingest.ts';
import { scenarioNames, simulate } from './ingest/simulator/simulate.ts';
import { openSource } from './ingest/sources/open.ts';
import { listModels, pullModel, verifyModels } from './models/commands.ts';
import { openDetector } from './models/session.ts';
import type { Bus } from './platform/bus/bus.ts';
import { createEmbeddedBus } from './platform/bus/embedded.ts';
import { type Database, openDatabaseWhenPossible } from './platform/database/open.ts';
import { runUntilStopped } from './platform/lifecycle.ts';
import { createLogger, type LogLevel } from './platform/logging.ts';
import { startTelemetry } from './platform/telemetry.ts';
import { startProcessor } from './processors/processor.ts';
import { startRecorder } from './processors/sinks/recorder.ts';
import { type Configuration, configurationJsonSchema, parseConfiguration } from './schemas/configuration.ts';
import { asRoadstreamError, RoadstreamError } from './schemas/errors.ts';
import { topics } from './schemas/topics.ts';

const { version } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8')) as { version: string };
const webDirectory = fileURLToPath(new URL('./gateway/web/dist', import.meta.url));
const configurationFile = 'roadstream.yaml';

interface StartFlags {
  readonly config?: string;
  readonly camera?: readonly string[];
  readonly host?: string;
  readonly port?: number;
  readonly detector?: string;
  readonly logLevel: LogLevel;
}

export interface Running {
  readonly url: string;
  readonly bus: Bus;
  close(): Promise<void>;
}

/**
 * Runs every role in this process, on the embedded bus.
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
  const bus = owned(createEmbeddedBus({ log: log.child({ component: 'bus' }) }));

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
    openDetector({ name: configuration.detector, dataDirectory, log: log.child({ component: 'models' }) }).then(owned),
    startIngest({ streams, fileFolders, bus, log: log.child({ component: 'ingest' }) }).then(owned),
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
    const recorder = await startRecorder({ bus, database: opened, log: log.child({ component: 'recorder' }) });
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

/** Reads the configuration file and lays the command line's wishes over it. */
export function configure(flags: Omit<StartFlags, 'logLevel'>): Configuration {
  const file = flags.config ?? (existsSync(configurationFile) ? configurationFile : undefined);
  const read = file === undefined ? {} : readYaml(file);
  const configuration = parseConfiguration(read, file ?? 'The command line');
  const urls = flags.camera ?? [];
  const cameras = urls.map((url, index) => ({ id: urls.length === 1 ? 'camera' : `camera-${index + 1}`, url }));
  // Whoever names a file on the command line may read it anyway.
  const named = urls
    .filter((url) => url.startsWith('file:'))
    .map((url) => path.dirname(path.resolve(url.slice('file:'.length).replace(/^\/\//, ''))));
  const streams = [...configuration.streams, ...cameras];
  return parseConfiguration(
    {
      ...configuration,
      gateway: { host: flags.host ?? configuration.gateway.host, port: flags.port ?? configuration.gateway.port },
      detector: flags.detector ?? configuration.detector,
      fileFolders: [...configuration.fileFolders, ...named],
      streams: streams.length > 0 ? streams : [{ id: 'demo', vehicle: 'demo-car', url: 'sim:car-to-car-braking' }],
    },
    'The command line',
  );
}

function readYaml(file: string): unknown {
  try {
    return parseYaml(readFileSync(file, 'utf8'));
  } catch (thrown) {
    // The parser quotes the faulty line below its first, with the camera's password in it: neither shown nor kept as cause.
    const [reason] = (thrown as Error).message.split('\n');
    throw new RoadstreamError('CONFIGURATION_INVALID', `${file} cannot be read: ${reason!.replace(/:$/, '')}.`);
  }
}

function port(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0 || number > 65535) throw new InvalidArgumentError('must be a whole number from 0 to 65535.');
  return number;
}

function positive(value: string): number {
  const number = Number(value);
  if (!(number > 0)) throw new InvalidArgumentError('must be a number above 0.');
  return number;
}

const collect = (value: string, before: readonly string[] = []) => [...before, value];
const say = (line: string) => process.stdout.write(`${line}\n`);

/** A line on a terminal that is written over as things go on, and leaves nothing behind. */
function progress(line: string, isDone: boolean): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${isDone ? '' : line}`);
}

function commandLine(): Command {
  const program = new Command('roadstream')
    .version(version)
    .description('Connects live vehicle cameras and says, within a fraction of a second, what is dangerous.');

  program
    .command('start', { isDefault: true })
    .description('run everything in this process: cameras, analysis, database, page')
    .option('--camera <url>', 'a camera: rtsp://user:password@host/path, file:video.mp4 or sim:scenario; may be given again', collect)
    .option('--config <file>', `settings (default: ${configurationFile} if it is there; roadstream.example.yaml explains each)`)
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .option('--port <number>', 'port to listen on; 0 takes a free one (default: 52000)', port)
    .option('--detector <name>', 'auto, centernet, yolox-nano, or file:<your own>.onnx (default: auto)')
    .addOption(new Option('--log-level <level>', 'what is logged').choices(['debug', 'info', 'warn', 'error']).default('warn'))
    .allowExcessArguments()
    .action(async (flags: StartFlags, command: Command) => {
      const [unknown] = command.args;
      if (unknown !== undefined)
        throw new RoadstreamError('REQUEST_INVALID', `there is no command ${unknown}; roadstream --help lists them.`);
      const log = createLogger({ level: flags.logLevel });
      const configuration = configure(flags);
      // A camera of the file that cannot be had must not stop the others; one typed just now is better told of at once.
      for (const stream of configuration.streams) if (flags.camera?.includes(stream.url)) openSource(stream, configuration);
      say(`roadstream ${version}`);
      await runUntilStopped(async () => {
        const running = await start(configuration, log, say);
        say(`\n  Open ${running.url}\n`);
        return running;
      }, log);
    });

  program
    .command('simulate')
    .description('draw a simulated drive into an MP4, with the exact truth beside it')
    .argument('<scenario>', scenarioNames.join(', '))
    .requiredOption('--output <file>', 'where the MP4 goes')
    .option('--truth <file>', 'where the truth of each frame goes, as JSON')
    .option('--seconds <number>', 'how much of it (default: the whole scenario once)', positive)
    .action(async (scenario: string, flags: { output: string; truth?: string; seconds?: number }) => {
      await simulate({
        scenario,
        ...flags,
        onProgress: (done, all) => progress(`${done} of ${all} frames`, done === all),
      });
      say(`${flags.output}${flags.truth ? ` and ${flags.truth}` : ''} written`);
    });

  const models = program.command('models').description('the models that see: list, fetch, verify');
  const dataDirectory = () => configure({}).dataDirectory;
  models
    .command('list', { isDefault: true })
    .description('which models there are, and which are here')
    .action(async () => {
      for (const { name, tier, state, description, licence } of await listModels({ dataDirectory: dataDirectory() }))
        say(`${name.padEnd(12)} ${tier.padEnd(12)} ${state.padEnd(10)} ${licence.padEnd(12)} ${description}`);
    });
  models
    .command('pull')
    .argument('<name>')
    .description('fetch a recommended model and check it; ROADSTREAM_MODEL_MIRROR names a folder or address to fetch it from instead')
    .action(async (name: string) => {
      const file = await pullModel({
        name,
        dataDirectory: dataDirectory(),
        onProgress: (done, all) => progress(`${name}: ${Math.round((100 * done) / all)} %`, done === all),
      });
      say(`${name} is here: ${file}`);
    });
  models
    .command('verify')
    .description('check every model that is here against its hash')
    .action(async () => {
      const results = await verifyModels({ dataDirectory: dataDirectory() });
      for (const { name, problem } of results) say(`${name.padEnd(12)} ${problem ?? 'as it should be'}`);
      if (results.some(({ problem }) => problem)) process.exitCode = 1;
    });

  program
    .command('configuration-schema')
    .description('print the JSON Schema of roadstream.yaml, for editors')
    .action(() => void say(JSON.stringify(configurationJsonSchema(), null, 2)));

  return program;
}

/** Runs one command. What a user can mend is told in one line; the rest with its stack. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await commandLine().parseAsync(argv, { from: 'user' });
  } catch (thrown) {
    const error = asRoadstreamError(thrown);
    process.stderr.write(
      error.code === 'INTERNAL' ? `${(thrown as Error).stack ?? thrown}\n` : `roadstream: ${error.message} [${error.code}]\n`,
    );
    process.exitCode = 1;
  }
}
