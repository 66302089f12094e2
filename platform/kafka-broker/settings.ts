import path from 'node:path';
import { maxMessageBytes } from '../bus/bus.ts';

/** Who may use the listener that is not open to everybody, and whether it is encrypted. */
export interface BrokerSecurity {
  /** Passwords by name, for PLAIN and SCRAM. Fixed when the data folder is made. */
  readonly users?: Readonly<Record<string, string>>;
  /** PEM. */
  readonly tls?: { readonly key: string; readonly certificate: string };
}

export interface BrokerPorts {
  readonly plain: number;
  readonly secure: number;
  readonly controller: number;
}

const megabyte = 1024 * 1024;
const scramMechanisms = ['SCRAM-SHA-256', 'SCRAM-SHA-512'];

/** The settings of a broker that is alone, on this machine only, and small. */
export function brokerSettings(
  directory: string,
  ports: BrokerPorts,
  { users, tls }: BrokerSecurity,
): Readonly<Record<string, string | number | boolean>> {
  const secureProtocol = `${users ? 'SASL_' : ''}${tls ? 'SSL' : 'PLAINTEXT'}`;
  const clients = [`PLAIN://127.0.0.1:${ports.plain}`, ...(users || tls ? [`SECURE://127.0.0.1:${ports.secure}`] : [])];
  return {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${ports.controller}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: [...clients, `CONTROLLER://127.0.0.1:${ports.controller}`].join(','),
    'advertised.listeners': clients.join(','),
    'listener.security.protocol.map': `CONTROLLER:PLAINTEXT,PLAIN:PLAINTEXT,SECURE:${secureProtocol}`,
    'inter.broker.listener.name': 'PLAIN',
    'log.dirs': path.join(directory, 'log'),
    ...(users && saslSettings(users)),
    ...(tls && { 'ssl.keystore.type': 'PEM', 'ssl.keystore.key': tls.key, 'ssl.keystore.certificate.chain': tls.certificate }),

    'auto.create.topics.enable': false,
    // A record's own header and key come on top, and a producer puts several records into what this limits.
    'message.max.bytes': maxMessageBytes + megabyte,
    'offsets.topic.num.partitions': 4,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    // After a kill it waits for its own former self to be given up by the controller: 9 s by default.
    'broker.session.timeout.ms': 2000,
    'broker.heartbeat.interval.ms': 300,
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 1000,
    // Deletion and compaction are to be seen within seconds, here.
    'log.retention.check.interval.ms': 5000,
    'log.cleaner.backoff.ms': 1000,
    // The defaults are for machines with hundreds of gigabytes: 128 MiB of heap, and 20 MiB of (sparse) index for each partition.
    'log.cleaner.dedupe.buffer.size': 4 * megabyte,
    'log.index.size.max.bytes': megabyte,
    'num.network.threads': 2,
    'num.io.threads': 4,
  };
}

function saslSettings(users: Readonly<Record<string, string>>): Record<string, string> {
  const quoted = (text: string) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
  const plainUsers = Object.entries(users).map(([name, password]) => `user_${name}=${quoted(password)}`);
  const module = (mechanism: string, options = '') =>
    `org.apache.kafka.common.security.${mechanism}.${mechanism === 'plain' ? 'Plain' : 'Scram'}LoginModule required ${options};`;
  return {
    'sasl.enabled.mechanisms': ['PLAIN', ...scramMechanisms].join(','),
    'listener.name.secure.plain.sasl.jaas.config': module('plain', plainUsers.join(' ')),
    ...Object.fromEntries(scramMechanisms.map((name) => [`listener.name.secure.${name.toLowerCase()}.sasl.jaas.config`, module('scram')])),
  };
}

/** Arguments of the storage tool that make the users known to SCRAM. */
export function scramArguments({ users = {} }: BrokerSecurity): readonly string[] {
  return Object.entries(users).flatMap(([name, password]) =>
    scramMechanisms.flatMap((mechanism) => ['--add-scram', `${mechanism}=[name=${name},password=${password}]`]),
  );
}

/** As Java reads it: a backslash before what would end a line or begin an escape. */
export function propertiesFile(settings: Readonly<Record<string, string | number | boolean>>): string {
  const escaped = (value: unknown) => String(value).replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${escaped(value)}\n`)
    .join('');
}
