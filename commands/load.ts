import path from 'node:path';
import { Command } from 'commander';
import { loadStreams } from '../ingest/load/streams.ts';
import { scenarioNames } from '../ingest/simulator/simulate.ts';
import { runUntilStopped } from '../platform/lifecycle.ts';
import { createLogger, type LogLevel } from '../platform/logging.ts';
import { type ConfigurationFlags, configure } from './configure.ts';
import { openSharedBus } from './open-bus.ts';
import { configOption, logLevelOption, say, wholeNumber } from './options.ts';
import { version } from './package.ts';

interface LoadFlags extends ConfigurationFlags {
  readonly streams: number;
  readonly fps: number;
  readonly width: number;
  readonly scenario: string;
  readonly logLevel: LogLevel;
}

export function loadCommand(): Command {
  return new Command('load')
    .description('be many cameras: play simulated drives, encoded once, into Kafka')
    .option('--streams <number>', 'how many cameras', wholeNumber, 8)
    .option('--fps <number>', 'pictures a second of each', wholeNumber, 30)
    .option('--width <pixels>', 'of the pictures, 16:9', wholeNumber, 1280)
    .option('--scenario <name>', scenarioNames.join(', '), 'braking-lead')
    .addOption(configOption())
    .addOption(logLevelOption('info'))
    .action(async (flags: LoadFlags) => {
      const log = createLogger({ level: flags.logLevel });
      const configuration = configure(flags);
      const { scenario, width } = flags;
      const streams = loadStreams({ streams: flags.streams, framesPerSecond: flags.fps, scenario, width });
      say(`roadstream ${version} load: ${streams[0]!.id} to ${streams.at(-1)!.id}`);
      await runUntilStopped(async (stopping) => {
        const bus = await openSharedBus(configuration, 'load', log, stopping);
        const { startIngest } = await import('../ingest/ingest.ts');
        const ingest = await startIngest({
          streams,
          fileFolders: [],
          cacheDirectory: path.resolve(configuration.dataDirectory, 'cache'),
          bus,
          log: log.child({ component: 'load' }),
        });
        say('ready');
        return {
          async close() {
            await ingest.close();
            await bus.close();
          },
        };
      }, log);
    });
}
