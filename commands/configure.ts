import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse as parseYaml } from 'yaml';
import { type Configuration, parseConfiguration } from '../schemas/configuration.ts';
import { RoadstreamError } from '../schemas/errors.ts';
import { type StreamKind, streamKinds } from '../schemas/messages.ts';

const configurationFile = 'roadstream.yaml';

export interface ConfigurationFlags {
  readonly config?: string;
  readonly camera?: readonly string[];
  readonly host?: string;
  readonly port?: number;
  readonly detector?: string;
}

/** What may stand in the environment instead of the file: where things are, and secrets. */
export interface Environment {
  readonly KAFKA_BROKERS?: string;
  readonly KAFKA_USERNAME?: string;
  readonly KAFKA_PASSWORD?: string;
  readonly SCHEMA_REGISTRY_URL?: string;
  readonly ROADSTREAM_DATABASE_URL?: string;
}

/**
 * Reads the configuration file and lays the environment and the command line's wishes over it.
 * @throws CONFIGURATION_INVALID
 */
export function configure(flags: ConfigurationFlags, environment: Environment = process.env as Environment): Configuration {
  const file = flags.config ?? (existsSync(configurationFile) ? configurationFile : undefined);
  const read = file === undefined ? {} : readYaml(file);
  const configuration = parseConfiguration(read, file ?? 'The command line');
  const urls = flags.camera ?? [];
  const cameras = urls.map((url, index) => ({ id: urls.length === 1 ? 'camera' : `camera-${index + 1}`, url, kind: kindOf(url) }));
  // Whoever names a file on the command line may read it anyway.
  const named = urls
    .filter((url) => url.startsWith('file:'))
    .map((url) => path.dirname(path.resolve(url.slice('file:'.length).replace(/^\/\//, ''))));
  return parseConfiguration(
    {
      ...configuration,
      gateway: { host: flags.host ?? configuration.gateway.host, port: flags.port ?? configuration.gateway.port },
      detector: flags.detector ?? configuration.detector,
      fileFolders: [...configuration.fileFolders, ...named],
      streams: [...configuration.streams, ...cameras],
      kafka: kafkaOf(configuration, environment),
      schemaRegistryUrl: environment.SCHEMA_REGISTRY_URL || configuration.schemaRegistryUrl,
      database: { url: environment.ROADSTREAM_DATABASE_URL || configuration.database.url },
    },
    'The command line or the environment',
  );
}

/** What a simulated camera looks at stands in its name; of another one it is said in the configuration. */
function kindOf(url: string): StreamKind {
  return streamKinds.find((kind) => url.replace(/^sim:(\/\/)?/, '').startsWith(`${kind}-`) && url.startsWith('sim:')) ?? 'dashcam';
}

function kafkaOf({ kafka }: Configuration, { KAFKA_BROKERS, KAFKA_USERNAME, KAFKA_PASSWORD }: Environment): unknown {
  const brokers = KAFKA_BROKERS ? KAFKA_BROKERS.split(',').map((broker) => broker.trim()) : kafka?.brokers;
  if (!brokers) return null;
  const sasl = KAFKA_USERNAME ? { ...kafka?.sasl, username: KAFKA_USERNAME, password: KAFKA_PASSWORD ?? '' } : kafka?.sasl;
  return { ...kafka, brokers, sasl };
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
