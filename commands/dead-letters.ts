import { Command } from 'commander';
import type { Bus } from '../platform/bus/bus.ts';
import { deadLetterLines, listDeadLetters, retryDeadLetters, retryLines } from '../platform/dead-letter-list.ts';
import { createLogger } from '../platform/logging.ts';
import { RoadstreamError } from '../schemas/errors.ts';
import { configure } from './configure.ts';
import { openAnsweringBus } from './open-bus.ts';
import { configOption, say } from './options.ts';

export function deadLettersCommand(): Command {
  const deadLetters = new Command('dead-letters').description('messages that a role could not use: list them, try them again');
  deadLetters
    .command('list', { isDefault: true })
    .description('what could not be used, where it came from, and why')
    .addOption(configOption())
    .action(({ config }: { config?: string }) => printFrom(config, async (bus) => deadLetterLines(await listDeadLetters(bus))));
  deadLetters
    .command('retry')
    .description('put messages back on the topics they came from, once the cause is mended')
    .argument('[origin]', 'topic/partition/offset, as listed')
    .option('--all', 'all of them')
    .addOption(configOption())
    .action(async (origin: string | undefined, { all, config }: { all?: true; config?: string }) => {
      if ((origin === undefined) === (all === undefined))
        throw new RoadstreamError('REQUEST_INVALID', 'Name one dead letter by its origin (roadstream dead-letters list), or say --all.');
      await printFrom(config, async (bus) => retryLines(await retryDeadLetters(bus, origin === undefined ? { all: true } : { origin })));
    });
  return deadLetters;
}

async function printFrom(config: string | undefined, linesOf: (bus: Bus) => Promise<readonly string[]>): Promise<void> {
  const bus = await openAnsweringBus(configure({ config }), 'dead-letters', createLogger({ level: 'warn' }));
  try {
    for (const line of await linesOf(bus)) say(line);
  } finally {
    await bus.close();
  }
}
