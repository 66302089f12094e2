import { createRequire } from 'node:module';
import net from 'node:net';
import tls from 'node:tls';
import { type Cluster, type ISocketFactory, Kafka, type KafkaConfig, type LogEntry, logLevel, type SASLOptions } from 'kafkajs';
import type { Logger } from 'pino';
import type { KafkaConfiguration } from '../../schemas/configuration.ts';
import { rateLimited } from '../logging.ts';

export interface KafkaClientOptions {
  readonly kafka: KafkaConfiguration;
  /** Names the role in the broker's logs and metrics. */
  readonly clientId: string;
  readonly log: Logger;
}

/** kafkajs as this project needs it. */
export interface KafkaClient {
  /**
   * With sockets of its own. Each consumer needs one: kafkajs shares what a group has committed among the consumers of a client, and they
   * overwrite each other.
   */
  connect(): KafkaConnection;
}

export interface KafkaConnection {
  readonly kafka: Kafka;
  /** Cuts its sockets and ends its attempts to reconnect; what kafkajs waits for fails within about a second. */
  abandon(): void;
}

/** For ever, a second apart at most: with kafkajs's own back-off a consumer came back 11 s after its broker, with this in 1.4 s. */
const retry = { retries: 1_000_000, initialRetryTime: 200, maxRetryTime: 1000, factor: 0.2, multiplier: 1.5 };
/** How long a broker may take to answer, milliseconds. A host that has vanished is noticed after this. */
const requestTimeoutMs = 10_000;
/** kafkajs's default of one second is too short for a process that is busy starting. */
const connectionTimeoutMs = 5000;
/** TCP keep-alive, milliseconds: kafkajs's own. */
const keepAliveMs = 60_000;
const complainEveryMs = 5000;

export function createKafkaClient({ kafka, clientId, log }: KafkaClientOptions): KafkaClient {
  stopBusyTimers();
  let isUnreachable = false;
  const unreachable = rateLimited<{ broker: string; reason: string }>(
    (fields) => log.warn({ ...fields, code: 'BUS_UNAVAILABLE' }, 'a Kafka broker cannot be reached; trying on'),
    complainEveryMs,
  );
  const hungUp = rateLimited<{ broker: string }>(
    (fields) =>
      log.warn(
        { ...fields, code: 'BUS_UNAVAILABLE' },
        'a Kafka broker hangs up at once: it is starting, or asks for TLS or credentials that are not configured',
      ),
    complainEveryMs,
  );
  // kafkajs cuts addresses at the first colon, so those of IPv6 go by another name until they are dialled.
  const seeds = kafka.brokers.map((address, index) => {
    const [, host, port] = /^\[(.*)\]:(\d+)$/.exec(address) ?? [];
    return host === undefined ? { name: address } : { name: `seed-${index}:${port}`, host };
  });

  function connect(): KafkaConnection {
    const sockets = new Set<net.Socket>();
    let isAbandoned = false;
    const socketFactory: ISocketFactory = ({ host: name, port, ssl, onConnect }) => {
      const host = seeds.find((seed) => seed.name === `${name}:${port}`)?.host ?? name;
      const broker = `${host}:${port}`;
      let hasReceived = false;
      const connected = () => {
        if (isUnreachable) log.info({ broker }, 'the Kafka broker can be reached again');
        isUnreachable = false;
        unreachable.forget();
        onConnect();
      };
      const socket = ssl
        ? tls.connect({ host, port, ...(net.isIP(host) ? {} : { servername: host }), ...ssl }, connected)
        : net.connect({ host, port }, connected);
      sockets.add(socket);
      socket.setKeepAlive(true, keepAliveMs);
      socket.once('data', () => {
        hasReceived = true;
      });
      socket.on('error', (error: NodeJS.ErrnoException) => {
        if (isAbandoned) return;
        isUnreachable = true;
        unreachable({ broker, reason: error.code ?? error.message });
      });
      socket.on('end', () => {
        if (!hasReceived && !isAbandoned) hungUp({ broker });
      });
      socket.on('close', () => {
        sockets.delete(socket);
        // kafkajs calls it at each attempt to reconnect, and Node keeps a listener each time until the dead socket connects.
        socket.unref = () => socket;
      });
      if (isAbandoned) socket.destroy(new Error('abandoned'));
      return socket;
    };
    const configuration: KafkaConfig = {
      clientId,
      // No address at all is the one answer on which kafkajs stops trying.
      brokers: () => (isAbandoned ? [] : seeds.map((seed) => seed.name)),
      ssl: kafka.tls,
      ...(kafka.sasl ? { sasl: { ...kafka.sasl } as SASLOptions } : {}),
      socketFactory,
      retry,
      requestTimeout: requestTimeoutMs,
      connectionTimeout: connectionTimeoutMs,
      logLevel: logLevel.WARN,
      logCreator: () => (entry) => forward(log, entry),
    };
    return {
      kafka: new Kafka(configuration),
      abandon: () => {
        isAbandoned = true;
        for (const socket of sockets) socket.destroy(new Error('abandoned'));
      },
    };
  }
  return { connect };
}

/** kafkajs warns and complains of what it then mends by itself; what it cannot mend reaches its caller as an error. */
function forward(log: Logger, { namespace, label, log: { message, logger: _logger, timestamp: _timestamp, ...fields } }: LogEntry): void {
  log.debug({ kafkajs: label, namespace, ...fields }, message);
}

/**
 * A consumer of kafkajs gives up when it knows of no broker, or finds nobody to ask for its group's coordinator: which happens whenever the
 * only broker dies, or answers before it knows itself. This makes it look for brokers, and try again.
 */
export function keepLookingForBrokers(cluster: Cluster): void {
  const getNodeIds = cluster.getNodeIds.bind(cluster);
  cluster.getNodeIds = () => {
    const known = getNodeIds();
    if (known.length > 0) return known;
    void cluster.refreshMetadata().catch(() => undefined);
    throw new Error('No broker is known at the moment.');
  };
  const findGroupCoordinator = cluster.findGroupCoordinator.bind(cluster);
  cluster.findGroupCoordinator = async (group) => {
    try {
      return await findGroupCoordinator(group);
    } catch (cause) {
      // Any error that does not say of itself that it is final is tried again.
      throw (cause as Error).name === 'KafkaJSGroupCoordinatorNotFound' ? new Error('No broker answers at the moment.', { cause }) : cause;
    }
  };
}

let areTimersPatched = false;

/**
 * kafkajs 2.2.4 starts a timer of a negative time after each answer, which starts the next: a thousand wake-ups a second and connection,
 * and a TimeoutNegativeWarning from Node 24 on. It is only needed while something waits to be sent.
 */
function stopBusyTimers(): void {
  if (areTimersPatched) return;
  areTimersPatched = true;
  interface RequestQueue {
    readonly pending: readonly unknown[];
    scheduleCheckPendingRequests(): void;
  }
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/network/requestQueue/index.js') as { prototype: RequestQueue };
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0) schedule.call(this);
  };
}
