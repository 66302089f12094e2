import { Writable } from 'node:stream';
import { type Logger, pino } from 'pino';
import { createIngestMetrics } from '../../ingest/metrics.ts';
import type { Source, SourceFrame } from '../../ingest/source.ts';
import { openSource } from '../../ingest/sources/open.ts';
import { StreamSupervisor, type SupervisorOptions } from '../../ingest/supervisor.ts';
import type { Bus } from '../../platform/bus/bus.ts';
import { createEmbeddedBus } from '../../platform/bus/embedded.ts';
import { accessUnitCodec, streamStatusCodec } from '../../schemas/codecs.ts';
import { type StreamConfiguration, streamSchema } from '../../schemas/configuration.ts';
import type { AccessUnit, StreamStatus } from '../../schemas/messages.ts';
import { framesTopic, topics } from '../../schemas/topics.ts';

/** Reads frames until there are enough, and lets go of the source. */
export async function take(source: Source, count: number): Promise<SourceFrame[]> {
  const frames: SourceFrame[] = [];
  for await (const frame of source.frames(new AbortController().signal)) if (frames.push(frame) === count) break;
  return frames;
}

/** @returns What reading the source ends with, as a value. */
export async function failureOf(source: Source): Promise<unknown> {
  try {
    await take(source, Number.POSITIVE_INFINITY);
  } catch (thrown) {
    return thrown;
  }
  return undefined;
}

export function capturingLog(): { readonly log: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  const destination = new Writable({
    decodeStrings: false,
    write(line: string, _encoding, done) {
      lines.push(line);
      done();
    },
  });
  return { log: pino({ level: 'trace' }, destination), lines };
}

export function streamOf(url: string, more: Partial<StreamConfiguration> = {}): StreamConfiguration {
  return { ...streamSchema.parse({ id: 'cam-1', url, vehicle: 'truck-7' }), ...more };
}

/** A supervised stream on a bus of its own, with everything it said. */
export class Supervised implements AsyncDisposable {
  readonly statuses: StreamStatus[] = [];
  readonly units: AccessUnit[] = [];
  readonly lines: string[];
  readonly bus: Bus = createEmbeddedBus();
  readonly supervisor: StreamSupervisor;

  private constructor(stream: StreamConfiguration, options: Partial<SupervisorOptions>, fileFolders: readonly string[]) {
    const { log, lines } = capturingLog();
    this.lines = lines;
    const open = () => openSource(stream, { fileFolders });
    this.supervisor = new StreamSupervisor({ stream, open, bus: this.bus, log, metrics: createIngestMetrics(), ...options });
  }

  static async start(
    stream: StreamConfiguration,
    options: Partial<SupervisorOptions> = {},
    fileFolders: readonly string[] = [],
  ): Promise<Supervised> {
    const supervised = new Supervised(stream, options, fileFolders);
    const { bus, statuses, units } = supervised;
    await bus.subscribe({
      topics: [topics.streams],
      from: 'earliest',
      onBatch: async (batch) => void statuses.push(...batch.map(({ value }) => streamStatusCodec.decode(value!))),
    });
    await bus.subscribe({
      topics: [framesTopic(stream.kind)],
      from: 'earliest',
      onBatch: async (batch) => void units.push(...batch.map(({ value }) => accessUnitCodec.decode(value!))),
    });
    supervised.supervisor.start();
    return supervised;
  }

  get states(): string[] {
    return this.statuses.map(({ state }) => state).filter((state, index, all) => state !== all[index - 1]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.supervisor.close();
    await this.bus.close();
  }
}
