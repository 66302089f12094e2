import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import pg from 'pg';
import { stringify } from 'yaml';
import { loadStreams } from '../../ingest/load/streams.ts';
import { pullModel } from '../../models/commands.ts';
import type { Bus } from '../../platform/bus/bus.ts';
import { createKafkaBus } from '../../platform/bus/kafka.ts';
import type { Broker } from '../../platform/kafka-broker/broker.ts';
import { createLogger } from '../../platform/logging.ts';
import type { StreamConfiguration } from '../../schemas/configuration.ts';
import { startKafka } from './kafka-server.ts';
import { sharedFolder } from './needs.ts';
import { needsPostgres, type PostgresServer } from './postgres.ts';
import { Role } from './role.ts';
import { temporaryFolder } from './temporary.ts';
import { Witness } from './witness.ts';

export interface ClusterOptions {
  /** Cameras that play `load:braking-lead`. */
  readonly streams: number;
  readonly framesPerSecond?: number;
  /** Of the picture, pixels. */
  readonly width?: number;
  readonly analysedFramesPerSecond?: number;
}

/** The product as it runs on many machines, on this one: a real broker, a real PostgreSQL, each role in a process of its own. */
export interface Cluster {
  readonly broker: Broker;
  readonly postgres: PostgresServer;
  readonly streams: readonly StreamConfiguration[];
  /** A client of the test's own. */
  readonly bus: Bus;
  /** What an outsider sees on the topics. */
  readonly witness: Witness;
  /** Starts a role; it ends with the test. */
  role(name: 'ingest' | 'process' | 'record' | 'gateway', ...options: string[]): Promise<Role>;
  /** Alerts in the database. */
  alerts(): Promise<
    { readonly alertId: string; readonly streamId: string; readonly type: string; readonly raisedAtUs: number; readonly state: string }[]
  >;
}

/** @returns Undefined after skipping the test, since something is missing here. */
export async function startCluster(t: TestContext, options: ClusterOptions): Promise<Cluster | undefined> {
  // Before what they use is taken away from them, which ends with the test as well.
  const ends: (() => Promise<unknown>)[] = [];
  t.after(() => Promise.all(ends.map((end) => end())));
  const postgres = await needsPostgres(t);
  if (!postgres) return undefined;
  t.after(() => postgres.close());
  const broker = await startKafka(t);
  if (!broker) return undefined;
  const folder = temporaryFolder(t);
  const streams = loadStreams({ framesPerSecond: 5, width: 640, ...options });
  const detector = await fastestDetector(path.join(folder, 'data'));
  // A danger every eight seconds is far beyond what anybody would want to be told of.
  const alerts = { forwardCollision: { hourlyBudget: 10_000 } };
  const config = path.join(folder, 'roadstream.yaml');
  writeFileSync(config, stringify({ dataDirectory: path.join(folder, 'data'), detector, streams, alerts }));
  const env = { KAFKA_BROKERS: broker.brokers.join(','), ROADSTREAM_DATABASE_URL: postgres.url };

  const log = createLogger({ level: 'error' });
  const bus = createKafkaBus({ kafka: { brokers: [...broker.brokers], tls: false, sasl: null }, clientId: 'test', log });
  ends.push(() => bus.close());
  const witness = new Witness(broker.brokers);
  ends.push(() => witness.close());
  return {
    broker,
    postgres,
    streams,
    bus,
    witness,
    async role(name, ...more) {
      const role = new Role({ command: [name, '--config', config, '--log-level', 'info', ...more], cwd: folder, env });
      ends.push(() => role.stop());
      await role.ready();
      return role;
    },
    async alerts() {
      const client = new pg.Client({ connectionString: postgres.url });
      await client.connect();
      try {
        const { rows } = await client.query<{ alert_id: string; stream_id: string; type: string; raised_at_us: string; state: string }>(
          'SELECT alert_id, stream_id, type, state, (extract(epoch FROM raised_at) * 1000000)::bigint AS raised_at_us FROM alert ORDER BY raised_at',
        );
        return rows.map((row) => ({
          alertId: row.alert_id,
          streamId: row.stream_id,
          type: row.type,
          raisedAtUs: Number(row.raised_at_us),
          state: row.state,
        }));
      } finally {
        await client.end();
      }
    },
  };
}

/** Two cores carry a broker, a database and eight cameras besides: yolox-nano where its weights are at hand. */
async function fastestDetector(dataDirectory: string): Promise<string> {
  const mirror = path.join(sharedFolder, 'models');
  if (!existsSync(path.join(mirror, 'yolox_nano_416.onnx'))) return 'centernet';
  await pullModel({ name: 'yolox-nano', dataDirectory, mirror });
  return 'yolox-nano';
}
