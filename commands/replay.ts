import path from 'node:path';
import { Command } from 'commander';
import { createLogger } from '../platform/logging.ts';
import { type ConfigurationFlags, configure } from './configure.ts';
import { openAnsweringBus } from './open-bus.ts';
import { configOption, progress, say, time } from './options.ts';

interface ReplayFlags extends ConfigurationFlags {
  readonly stream: string;
  readonly from: number;
  readonly to: number;
}

export function replayCommand(): Command {
  return new Command('replay')
    .description('judge stored pictures of a camera again, and compare with what was said then; publishes nothing')
    .requiredOption('--stream <id>', 'the camera')
    .requiredOption('--from <time>', 'for example 2026-05-17T08:30:00Z', time)
    .requiredOption('--to <time>', 'the end of the span', time)
    .option('--detector <name>', 'another detector than the configured one: what would it have warned of?')
    .addOption(configOption())
    .action(async (flags: ReplayFlags) => {
      const log = createLogger({ level: 'warn' });
      const configuration = configure(flags);
      const [{ createModels }, { replay }, { replayLines }] = await Promise.all([
        import('../models/models.ts'),
        import('../processors/replay/replay.ts'),
        import('../processors/replay/report.ts'),
      ]);
      await using stack = new AsyncDisposableStack();
      const bus = stack.adopt(await openAnsweringBus(configuration, 'replay', log), (it) => it.close());
      const { detector: name, device, dataDirectory } = configuration;
      const models = stack.adopt(createModels({ name, device, dataDirectory: path.resolve(dataDirectory), log }), (it) => it.close());
      const result = await replay({
        bus,
        configuration,
        models,
        streamId: flags.stream,
        fromMs: flags.from,
        toMs: flags.to,
        log,
        onProgress: (done, all) => progress(`${Math.round((100 * done) / all)} %`, done >= all),
      });
      for (const line of replayLines(result)) say(line);
      if (result.hasSameModels && !result.identical) process.exitCode = 1;
    });
}
