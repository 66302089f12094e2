import { Command } from 'commander';
import { deadLettersCommand } from './commands/dead-letters.ts';
import { kafkaCommand } from './commands/kafka.ts';
import { loadCommand } from './commands/load.ts';
import { modelsCommand } from './commands/models.ts';
import { say } from './commands/options.ts';
import { version } from './commands/package.ts';
import { replayCommand } from './commands/replay.ts';
import { roleCommands } from './commands/roles.ts';
import { simulateCommand } from './commands/simulate.ts';
import { startCommand } from './commands/start.ts';
import { configurationJsonSchema } from './schemas/configuration.ts';
import { asRoadstreamError } from './schemas/errors.ts';

function commandLine(): Command {
  const program = new Command('roadstream')
    .version(version)
    .description('Connects live vehicle cameras and says, within a fraction of a second, what is dangerous.')
    .addCommand(startCommand(), { isDefault: true })
    .commandsGroup('One role a process, on Kafka:');
  for (const command of roleCommands()) program.addCommand(command);
  program
    .commandsGroup('Looking back:')
    .addCommand(replayCommand())
    .addCommand(deadLettersCommand())
    .commandsGroup('Development:')
    .addCommand(kafkaCommand())
    .addCommand(loadCommand())
    .addCommand(simulateCommand())
    .addCommand(modelsCommand());
  program
    .command('configuration-schema')
    .description('print the JSON Schema of roadstream.yaml, for editors')
    .action(() => say(JSON.stringify(configurationJsonSchema(), null, 2)));
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
