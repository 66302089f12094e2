import path from 'node:path';
import { Command } from 'commander';
import { startBroker } from '../platform/kafka-broker/broker.ts';
import { runUntilStopped } from '../platform/lifecycle.ts';
import { createLogger } from '../platform/logging.ts';
import { configure } from './configure.ts';
import { configOption, port, say } from './options.ts';

interface KafkaFlags {
  readonly port: number;
  readonly data?: string;
  readonly config?: string;
}

/** Kafka's own default. */
const usualPort = 9092;

export function kafkaCommand(): Command {
  return new Command('kafka')
    .description('run a small Apache Kafka on this machine, for development and tests; needs Java 17 and, the first time, Maven')
    .option('--port <number>', 'port on 127.0.0.1; 0 takes a free one', port, usualPort)
    .option('--data <folder>', 'where topics are kept (default: kafka below dataDirectory)')
    .addOption(configOption())
    .action(async (flags: KafkaFlags) => {
      const log = createLogger({ level: 'info' });
      const directory = path.resolve(flags.data ?? path.join(configure({ config: flags.config }).dataDirectory, 'kafka'));
      await runUntilStopped(async () => {
        const broker = await startBroker({ directory, port: flags.port });
        say(
          `Apache Kafka is ready; its topics are in ${directory}. For the others:\n\n  export KAFKA_BROKERS=${broker.brokers.join(',')}\n`,
        );
        void broker.died.then((error) => {
          log.fatal({ code: error.code }, error.message);
          process.exit(1);
        });
        return { close: () => broker.stop() };
      }, log);
    });
}
