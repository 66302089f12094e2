import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { type GatewayOptions, startGateway } from '../../gateway/app.ts';
import type { Bus } from '../../platform/bus/bus.ts';
import { createEmbeddedBus } from '../../platform/bus/embedded.ts';
import type { Database } from '../../platform/database/database.ts';
import { streamStatusCodec } from '../../schemas/codecs.ts';
import type { StreamStatus } from '../../schemas/messages.ts';
import { topics } from '../../schemas/topics.ts';
import { streamStatus } from './messages.ts';

export interface RunningGateway {
  readonly url: string;
  readonly bus: Bus;
  /** Publishes a stream's status and waits until the gateway knows it. */
  announce(changes?: Partial<StreamStatus>): Promise<void>;
  close(): Promise<void>;
}

/** A gateway on a free port of this machine with a bus of its own; closed when the test ends. */
export async function runGateway(t: TestContext, options: Partial<GatewayOptions> = {}): Promise<RunningGateway> {
  const webDirectory = await mkdtemp(path.join(tmpdir(), 'roadstream-web-'));
  const bus = options.bus ?? createEmbeddedBus();
  const gateway = await startGateway({
    bus,
    database: new Promise<Database>(() => undefined),
    host: '127.0.0.1',
    port: 0,
    webDirectory,
    scrapeMetrics: async () => '# nothing\n',
    log: pino({ level: 'silent' }),
    ...options,
  });
  t.after(async () => {
    await gateway.close();
    await bus.close();
    await rm(webDirectory, { recursive: true });
  });
  return {
    url: gateway.url,
    bus,
    close: () => gateway.close(),
    async announce(changes = {}) {
      const status = streamStatus(changes);
      await bus.publish(topics.streams, status.streamId, streamStatusCodec.encode(status));
      const address = `${gateway.url}/api/v3/streams/${status.streamId}`;
      const isKnown = async () => {
        const response = await fetch(address);
        return response.ok && ((await response.json()) as StreamStatus).updatedAtUs === status.updatedAtUs;
      };
      while (!(await isKnown())) await sleep(5);
    },
  };
}
