import { Command } from 'commander';
import { runUntilStopped } from '../platform/lifecycle.ts';
import { createLogger, type LogLevel } from '../platform/logging.ts';
import { type Configuration, parseConfiguration } from '../schemas/configuration.ts';
import { RoadstreamError } from '../schemas/errors.ts';
import { type ConfigurationFlags, configure } from './configure.ts';
import { collect, configOption, logLevelOption, port, say } from './options.ts';
import { version } from './package.ts';

/** @returns The configuration, with two simulated cameras of one car when it has none. */
export function withCamera(configuration: Configuration): Configuration {
  if (configuration.streams.length > 0) return configuration;
  const road = { id: 'demo-road', vehicle: 'demo-car', url: 'sim:car-to-car-braking' };
  const cabin = { id: 'demo-cabin', vehicle: 'demo-car', kind: 'cabin', url: 'sim:cabin-microsleep' };
  return parseConfiguration({ ...configuration, streams: [road, cabin] }, 'The demo');
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
      const [{ start }, { openSource }] = await Promise.all([import('./all-roles.ts'), import('../ingest/sources/open.ts')]);
      // A camera of the file that cannot be had must not stop the others; one typed just now is better told of at once.
      for (const stream of configuration.streams) if (flags.camera?.includes(stream.url)) openSource(stream, configuration);
      say(`roadstream ${version}`);
      await runUntilStopped(async (stopping) => {
        const running = await start(configuration, log, say, stopping);
        say(`\n  Open ${running.url}\n`);
        return running;
      }, log);
    });
}
