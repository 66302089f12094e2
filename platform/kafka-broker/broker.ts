import { type ChildProcess, execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { RoadstreamError } from '../../schemas/errors.ts';
import { findJava, spawnJava } from './java.ts';
import { fromMavenCentral } from './maven.ts';
import { freePort, isFree } from './ports.ts';
import { type BrokerPorts, type BrokerSecurity, brokerSettings, propertiesFile, scramArguments } from './settings.ts';

export interface BrokerOptions extends BrokerSecurity {
  /** Where topics are kept; made when it is not there. */
  readonly directory: string;
  /** On 127.0.0.1; 0 takes a free one. */
  readonly port: number;
}

/** An Apache Kafka of this machine's own: one node, broker and controller in one. It never outlives the process that started it. */
export interface Broker {
  /** Open to everybody on this machine. */
  readonly brokers: readonly string[];
  /** For the given users, or encrypted; empty without either. */
  readonly secureBrokers: readonly string[];
  /** Of the process that runs now. */
  readonly pid: number;
  /** Settles when the broker ends without having been asked to by `stop` or `kill`. */
  readonly died: Promise<RoadstreamError>;
  /** Again, after `stop` or `kill`: same ports, same data. */
  start(): Promise<void>;
  /** As a restart would: everything is written, clients are told. */
  stop(): Promise<void>;
  /** As a power cut would. */
  kill(): Promise<void>;
}

export const kafkaVersion = '4.1.1';
/** As 16 bytes in base64url, which is what Kafka wants. */
const clusterId = Buffer.from('roadstream-kafka').toString('base64url');
const heap = ['-Xms64m', '-Xmx256m', '-XX:+UseSerialGC'];
const tailLines = 30;
/** An orderly stop takes half a second; a broker whose disk is full never ends one, milliseconds. */
const stopWithinMs = 20_000;
const freePortAttempts = 3;

/** Warnings, and the one line that says that it is ready. */
const logging = `
appender.console.type=Console
appender.console.name=console
appender.console.layout.type=PatternLayout
appender.console.layout.pattern=%p %m (%c{1})%n%throwable{3}
rootLogger.level=warn
rootLogger.appenderRef.console.ref=console
logger.server.name=kafka.server.KafkaRaftServer
logger.server.level=info
`;
const readyLine = /Kafka Server started/;

/**
 * Fetches the broker's own jars from Maven Central once, and starts it.
 * @returns When it answers.
 * @throws TOOL_MISSING, DOWNLOAD_FAILED, PORT_IN_USE, BROKER_FAILED
 */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  if (options.port !== 0 && !(await isFree(options.port))) {
    const message = `Port ${options.port} on 127.0.0.1 is taken: is a broker running already? Stop it, or choose another port; 0 takes a free one.`;
    throw new RoadstreamError('PORT_IN_USE', message);
  }
  const [java, jars] = await Promise.all([findJava(), fetchBroker()]);
  for (let attempt = 1; ; attempt += 1) {
    const ports = { plain: options.port || (await freePort()), secure: await freePort(), controller: await freePort() };
    const broker = new BrokerProcess(java, jars, options, ports);
    try {
      await broker.start();
      return broker;
    } catch (error) {
      // Another process may have been faster with a port that was free.
      const isStillFree = (await Promise.all(Object.values(ports).map(isFree))).every(Boolean);
      if (isStillFree || attempt === freePortAttempts) throw error;
    }
  }
}

/** @returns The folder of jars. */
export function fetchBroker(): Promise<string> {
  return fromMavenCentral(`kafka-${kafkaVersion}`, { pom: path.join(import.meta.dirname, 'pom.xml') });
}

class BrokerProcess implements Broker {
  readonly brokers: readonly string[];
  readonly secureBrokers: readonly string[];
  readonly #java: string;
  readonly #jars: string;
  readonly #options: BrokerOptions;
  readonly #ports: BrokerPorts;
  #died = Promise.withResolvers<RoadstreamError>();
  #process: ChildProcess | undefined;

  constructor(java: string, jars: string, options: BrokerOptions, ports: BrokerPorts) {
    this.#java = java;
    this.#jars = jars;
    this.#options = options;
    this.#ports = ports;
    this.brokers = [`127.0.0.1:${ports.plain}`];
    this.secureBrokers = options.users || options.tls ? [`127.0.0.1:${ports.secure}`] : [];
  }

  get pid(): number {
    return this.#process!.pid!;
  }

  get died(): Promise<RoadstreamError> {
    return this.#died.promise;
  }

  async start(): Promise<void> {
    if (this.#process) return;
    const { directory } = this.#options;
    const settings = path.join(directory, 'server.properties');
    await mkdir(directory, { recursive: true });
    // It may hold passwords.
    await writeFile(settings, propertiesFile(brokerSettings(directory, this.#ports, this.#options)), { mode: 0o600 });
    await writeFile(path.join(directory, 'log4j2.properties'), logging);
    if (!existsSync(path.join(directory, 'log', 'meta.properties'))) await this.#format(settings);
    await this.#run(settings);
  }

  async stop(): Promise<void> {
    const running = this.#process;
    if (!running) return;
    const deadline = setTimeout(() => running.kill('SIGKILL'), stopWithinMs);
    await this.#end('SIGTERM');
    clearTimeout(deadline);
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const running = this.#process;
    if (!running) return;
    this.#process = undefined;
    // Not 'exit': of one that has just died by itself that may be over.
    const ended = once(running, 'close');
    running.kill(signal);
    await ended;
  }

  #arguments(main: string): string[] {
    const log4j = path.join(this.#options.directory, 'log4j2.properties');
    return [...heap, `-Dlog4j2.configurationFile=${log4j}`, '-cp', path.join(this.#jars, '*'), main];
  }

  async #format(settings: string): Promise<void> {
    const format = ['format', '-t', clusterId, '-c', settings, ...scramArguments(this.#options)];
    await promisify(execFile)(this.#java, [...this.#arguments('kafka.tools.StorageTool'), ...format]).catch((cause) => {
      throw new RoadstreamError('BROKER_FAILED', `${this.#options.directory} cannot be made a Kafka folder: ${cause.stderr}`, { cause });
    });
  }

  /** @returns When it is ready. */
  async #run(settings: string): Promise<void> {
    const child = spawnJava(this.#java, [...this.#arguments('kafka.Kafka'), settings]);
    this.#process = child;
    this.#died = Promise.withResolvers();
    const { died, ready, tail } = { died: this.#died, ready: Promise.withResolvers<void>(), tail: [] as string[] };
    for (const output of [child.stdout!, child.stderr!])
      createInterface(output).on('line', (line) => {
        tail.push(line);
        if (tail.length > tailLines) tail.shift();
        if (readyLine.test(line)) ready.resolve();
      });
    child.once('close', (code, signal) => {
      const message = `Kafka in ${this.#options.directory} has ended (${signal ?? `exit code ${code}`}). Its last words:\n${tail.join('\n')}`;
      const error = new RoadstreamError('BROKER_FAILED', message);
      ready.reject(error);
      // Not when stop has already let go of it.
      if (this.#process === child) {
        this.#process = undefined;
        died.resolve(error);
      }
    });
    await ready.promise;
  }
}
