import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Bus } from '../platform/bus/bus.ts';
import { nowUs as wallClockUs } from '../platform/clock.ts';
import { rateLimited } from '../platform/logging.ts';
import { shownAddress } from '../platform/redact.ts';
import { streamStatusCodec } from '../schemas/codecs.ts';
import type { StreamConfiguration } from '../schemas/configuration.ts';
import { asRoadstreamError, type RoadstreamError } from '../schemas/errors.ts';
import type { StreamStatus } from '../schemas/messages.ts';
import { topics } from '../schemas/topics.ts';
import { retryDelayMs } from './backoff.ts';
import { FrameRate } from './frame-rate.ts';
import type { IngestMetrics } from './metrics.ts';
import { FramePublisher } from './publisher.ts';
import type { Source, SourceFrame } from './source.ts';

/** How often a live stream says how it is. */
const statusIntervalMs = 1000;
/** A camera that stays away is logged this often, with how many attempts there were. */
const failureLogIntervalMs = 60_000;
/** While a bus is away, nothing that was given to it is ever taken; whoever stops us waits no longer for that. */
const longestDrainMs = 3000;

export interface SupervisorOptions {
  readonly stream: StreamConfiguration;
  readonly open: () => Source;
  readonly bus: Bus;
  readonly log: Logger;
  readonly metrics: IngestMetrics;
  /** The newest epoch that this stream ever had, in any process; 0 when it had none. */
  readonly earlierEpoch?: Promise<number>;
  /** Even over 0..1. */
  readonly random?: () => number;
  /** UTC µs. */
  readonly nowUs?: () => number;
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Keeps one camera connected for ever and says how it is. No failure of it leaves this class. */
export class StreamSupervisor {
  readonly #options: Required<SupervisorOptions>;
  readonly #publisher: FramePublisher;
  readonly #stop = new AbortController();
  readonly #tellFailure: (error: RoadstreamError) => void;
  readonly #tellUnsaid: (cause: unknown) => void;
  #status: StreamStatus;
  #rate = new FrameRate();
  /** When the last picture came, or when the first attempt began. */
  #aliveAtUs: number;
  #running: Promise<void> | undefined;
  /** Statuses on their way to the bus: one at a time, and after it only the newest. */
  #saying: Promise<void> | undefined;
  #isUnsaid = false;

  constructor(options: SupervisorOptions) {
    this.#options = { earlierEpoch: Promise.resolve(0), random: Math.random, nowUs: wallClockUs, sleep, ...options };
    const { stream, log } = options;
    this.#publisher = new FramePublisher(options);
    this.#tellFailure = rateLimited(({ code, message }: RoadstreamError, times) => {
      log.warn({ code, reason: message, times }, 'no pictures from the camera; it will be tried again');
    }, failureLogIntervalMs);
    this.#tellUnsaid = rateLimited((cause: unknown) =>
      log.warn({ reason: asRoadstreamError(cause).message }, "the bus has not taken the stream's status"),
    );
    this.#aliveAtUs = this.#options.nowUs();
    this.#status = {
      streamId: stream.id,
      vehicleId: stream.vehicle,
      kind: stream.kind,
      state: 'connecting',
      source: shownAddress(stream.url),
      epoch: null,
      codec: null,
      width: 0,
      height: 0,
      framesPerSecond: 0,
      newestFrameAtUs: null,
      reconnects: 0,
      errorCode: null,
      errorMessage: null,
      updatedAtUs: this.#aliveAtUs,
    };
  }

  get status(): StreamStatus {
    return this.#status;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Lets go of the camera; what it gave before is on the bus, unless the bus is away. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    const isLate = new AbortController();
    const isAllTaken = Promise.all([this.#publisher.drain(), this.#saying]);
    await Promise.race([isAllTaken, delay(longestDrainMs, undefined, { signal: isLate.signal }).catch(() => {})]);
    isLate.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    const { log, random, sleep } = this.#options;
    const heartbeat = setInterval(() => {
      if (this.#status.state === 'live') this.#say(troubleOf(this.#publisher));
    }, statusIntervalMs);
    while (!signal.aborted) {
      this.#say({ state: 'connecting' });
      try {
        await this.#connect();
        break;
      } catch (thrown) {
        const error = asRoadstreamError(thrown);
        const failure = { errorCode: error.code, errorMessage: error.message };
        // What nobody foresaw is no fault of the configuration: it is tried again.
        if (!error.retryable && error.code !== 'INTERNAL') {
          log.error({ code: error.code, reason: error.message }, 'the camera is refused until the configuration changes');
          this.#say({ state: 'refused', ...failure });
          clearInterval(heartbeat);
          return;
        }
        this.#tellFailure(error);
        this.#say({ state: error.code === 'SOURCE_STALLED' ? 'stalled' : 'waiting', ...failure });
      }
      await sleep(retryDelayMs((this.#options.nowUs() - this.#aliveAtUs) / 1000, random), signal);
    }
    clearInterval(heartbeat);
    this.#say({ state: 'ended', errorCode: null, errorMessage: null });
  }

  /** Resolves when the source has ended by itself, or was told to. */
  async #connect(): Promise<void> {
    const startedAtUs = this.#options.nowUs();
    let isFirst = true;
    for await (const frame of this.#options.open().frames(this.#stop.signal)) {
      if (isFirst) this.#began(Math.max(startedAtUs, (this.#status.epoch ?? (await this.#options.earlierEpoch)) + 1), frame);
      isFirst = false;
      this.#aliveAtUs = this.#options.nowUs();
      this.#rate.push(this.#aliveAtUs);
      const { codec, width, height, capturedAtUs } = frame;
      this.#status = { ...this.#status, codec, width, height, newestFrameAtUs: capturedAtUs };
      this.#publisher.push(frame);
    }
  }

  #began(epoch: number, { codec, width, height, capturedAtUs }: SourceFrame): void {
    const { log, metrics, stream } = this.#options;
    const isReconnect = this.#status.epoch !== null;
    if (isReconnect) metrics.reconnects.add(1, { stream: stream.id });
    log.info({ source: this.#status.source, codec, width, height }, isReconnect ? 'the camera is back' : 'the camera is connected');
    this.#rate = new FrameRate();
    this.#publisher.begin(epoch);
    this.#say({
      state: 'live',
      epoch,
      codec,
      newestFrameAtUs: capturedAtUs,
      reconnects: this.#status.reconnects + (isReconnect ? 1 : 0),
      errorCode: null,
      errorMessage: null,
    });
  }

  #say(change: Partial<StreamStatus>): void {
    const updatedAtUs = this.#options.nowUs();
    const state = change.state ?? this.#status.state;
    this.#status = { ...this.#status, ...change, framesPerSecond: state === 'live' ? this.#rate.perSecond(updatedAtUs) : 0, updatedAtUs };
    this.#isUnsaid = true;
    this.#saying ??= this.#sayNewest();
  }

  async #sayNewest(): Promise<void> {
    const { bus, stream } = this.#options;
    while (this.#isUnsaid) {
      this.#isUnsaid = false;
      await bus.publish(topics.streams, stream.id, streamStatusCodec.encode(this.#status)).catch(this.#tellUnsaid);
    }
    this.#saying = undefined;
  }
}

function troubleOf({ trouble }: FramePublisher): Pick<StreamStatus, 'errorCode' | 'errorMessage'> {
  return { errorCode: trouble?.code ?? null, errorMessage: trouble?.message ?? null };
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {});
}
