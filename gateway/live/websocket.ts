import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { z } from 'zod';
import { asRoadstreamError, RoadstreamError } from '../../schemas/errors.ts';
import { type LiveFrameHeader, type LiveMessage, type LiveRequest, liveRequestSchema, type StreamView } from '../../schemas/live.ts';
import type { Perception, Snapshot } from '../../schemas/messages.ts';
import type { BusFeeds } from './bus-feeds.ts';
import { LiveViewer } from './live-viewer.ts';
import type { GatewayMetrics } from './metrics.ts';
import type { SnapshotWishes } from './snapshot-wishes.ts';
import type { StreamState } from './stream-state.ts';
import { VehicleRisks } from './vehicle-risks.ts';

/** A request is some 100 bytes. Up to the first bound it gets an answer, beyond the second the connection is closed (1009). */
const maximumRequestBytes = 4 * 1024;
const maximumPayloadBytes = 64 * 1024;
/** Alerts, streams, and perceptions and pictures of a wall of 31 cameras. */
const maximumSubscriptions = 64;
const maximumViewers = 256;
/** A viewer that is gone without a word is noticed within two of these. */
const pingEveryMs = 10_000;
/** How long viewers may take to answer the farewell. */
const farewellMs = 1_000;
/** RFC 6455, 7.4.1. */
const closeGoingAway = 1001;
/** Of what is told of streams without a cause, of statistics and of risks. */
const tickMs = 1_000;
/** Burned-in pictures where the viewer names no figures: enough to see what happens, at about 1 Mbit/s. */
const defaultPicture = { framesPerSecond: 5, width: 640 };
/** Pictures come off the camera's beat; one this much early still counts as on time. */
const pictureTolerance = 0.8;

export interface LiveChannelsOptions {
  readonly feeds: BusFeeds;
  readonly streams: StreamState;
  readonly wishes: SnapshotWishes;
  readonly metrics: GatewayMetrics;
  readonly log: Logger;
}

/** The WebSocket at /api/v3/live: channels of alerts, streams, risks, perceptions, statistics and burned-in pictures (schemas/live.ts). */
export class LiveChannels {
  readonly #options: LiveChannelsOptions;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: maximumPayloadBytes, perMessageDeflate: false });
  readonly #viewers = new Set<LiveViewer>();
  readonly #channels = new Map<string, Set<LiveViewer>>();
  /** Roadside cameras' newest perceptions since the last tick, by stream. */
  readonly #counted = new Map<string, Perception>();
  readonly #risks = new VehicleRisks();
  readonly #ends: (() => void)[];
  #closing: Promise<void> | undefined;

  constructor(options: LiveChannelsOptions) {
    this.#options = options;
    const { feeds, streams } = options;
    const ping = setInterval(() => {
      for (const viewer of this.#viewers) viewer.ping();
    }, pingEveryMs);
    const tick = setInterval(() => {
      this.#tellStreams();
      this.#tellStatistics();
      this.#tellRisks();
    }, tickMs);
    this.#ends = [
      () => clearInterval(ping),
      () => clearInterval(tick),
      streams.changed.subscribe((view) => this.#tellStream(view)),
      feeds.alerts.subscribe((alert) => {
        for (const viewer of this.#of('alerts')) viewer.deliver({ type: 'alert', channel: 'alerts', alert });
      }),
      feeds.perceptions.subscribe((perception) => {
        if (perception.kind === 'roadside') this.#counted.set(perception.streamId, perception);
        this.#risks.see(perception);
        const channel = `perceptions:${perception.streamId}`;
        const viewers = this.#of(channel);
        if (viewers.size === 0) return;
        const message = encode({ type: 'perception', channel, perception });
        for (const viewer of viewers) viewer.offer(channel, message);
      }),
      feeds.snapshots.subscribe((snapshot) => this.#show(snapshot)),
    ];
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  /** Takes over an HTTP upgrade that has been checked. @throws OVERLOADED */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#viewers.size >= maximumViewers)
      throw new RoadstreamError('OVERLOADED', `${maximumViewers} live connections are open already; close one and try again.`);
    this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#join(webSocket));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    for (const end of this.#ends) end();
    for (const client of this.#server.clients) client.close(closeGoingAway, 'the gateway stops');
    const deadline = setTimeout(() => {
      for (const client of this.#server.clients) client.terminate();
    }, farewellMs);
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    clearTimeout(deadline);
  }

  #join(socket: WebSocket): void {
    const { metrics, log } = this.#options;
    const viewer = new LiveViewer(
      socket,
      (bytes) => metrics.sent(bytes, 'websocket'),
      (channel) => metrics.dropped(channel.split(':')[0]!),
    );
    this.#viewers.add(viewer);
    socket.on('message', (bytes, isBinary) => this.#answer(viewer, bytes, isBinary));
    socket.on('error', (err) => log.debug({ err }, 'live connection failed'));
    socket.on('close', () => {
      this.#viewers.delete(viewer);
      viewer.end();
    });
  }

  #answer(viewer: LiveViewer, bytes: RawData, isBinary: boolean): void {
    try {
      const request = parse(bytes, isBinary);
      if (request.type === 'subscribe') this.#subscribe(viewer, request);
      else this.#unsubscribe(viewer, request.channel);
    } catch (thrown) {
      const { code, message } = asRoadstreamError(thrown);
      const channel = thrown instanceof ChannelError ? { channel: thrown.channel } : {};
      viewer.deliver({ type: 'error', code, message, ...channel });
    }
  }

  #subscribe(viewer: LiveViewer, request: Extract<LiveRequest, { type: 'subscribe' }>): void {
    const { channel, framesPerSecond = defaultPicture.framesPerSecond, width = defaultPicture.width } = request;
    const { streams, wishes } = this.#options;
    const [kind, streamId] = channel.split(':') as [string, string | undefined];
    if (streamId !== undefined && !streams.has(streamId))
      throw new ChannelError(channel, 'NOT_FOUND', `There is no stream ${streamId}; GET /api/v3/streams lists them.`);
    const kindOfCamera = streamId === undefined ? undefined : streams.view(streamId)?.kind;
    if (kind === 'statistics' && kindOfCamera !== 'roadside')
      throw new ChannelError(channel, 'REQUEST_INVALID', `Stream ${streamId} is a ${kindOfCamera} camera; only roadside cameras count.`);
    const before = viewer.subscribed.get(channel);
    if (!before && viewer.subscribed.size >= maximumSubscriptions)
      throw new ChannelError(
        channel,
        'OVERLOADED',
        `A connection holds at most ${maximumSubscriptions} channels; unsubscribe from one first.`,
      );
    const takeBack = kind === 'frames' ? wishes.add(streamId!, { framesPerSecond, width }) : () => undefined;
    // After the new wish, so that changing one does not stop the pictures in between.
    before?.end();
    const viewers = this.#channels.get(channel) ?? new Set();
    this.#channels.set(channel, viewers.add(viewer));
    viewer.subscribed.set(channel, {
      intervalUs: 1e6 / framesPerSecond,
      lastUs: 0,
      said: new Map(),
      end: () => {
        takeBack();
        viewers.delete(viewer);
        if (viewers.size === 0) this.#channels.delete(channel);
      },
    });
    viewer.deliver({ type: 'subscription_ack', channel });
    if (kind === 'streams') for (const view of streams.views) sayStream(viewer, view);
  }

  #unsubscribe(viewer: LiveViewer, channel: string): void {
    const subscribed = viewer.subscribed.get(channel);
    if (!subscribed) throw new ChannelError(channel, 'REQUEST_INVALID', `This connection is not subscribed to ${channel.slice(0, 100)}.`);
    subscribed.end();
    viewer.subscribed.delete(channel);
    viewer.deliver({ type: 'unsubscription_ack', channel });
  }

  #of(channel: string): ReadonlySet<LiveViewer> {
    return this.#channels.get(channel) ?? nobody;
  }

  #tellStream(view: StreamView): void {
    for (const viewer of this.#of('streams')) sayStream(viewer, view);
  }

  /** What changes without a new status: how often a stream is analysed. */
  #tellStreams(): void {
    if (this.#of('streams').size === 0) return;
    for (const view of this.#options.streams.views) this.#tellStream(view);
  }

  #tellStatistics(): void {
    for (const { streamId, capturedAtUs, regions } of this.#counted.values()) {
      const channel = `statistics:${streamId}`;
      const viewers = this.#of(channel);
      if (viewers.size === 0) continue;
      const message = encode({ type: 'statistics', channel, statistics: { streamId, capturedAtUs, regions } });
      for (const viewer of viewers) viewer.offer(channel, message);
    }
    this.#counted.clear();
  }

  #tellRisks(): void {
    const risks = this.#risks.round();
    const viewers = this.#of('risk');
    if (viewers.size === 0) return;
    for (const risk of risks) {
      const message = encode({ type: 'risk', channel: 'risk', risk });
      for (const viewer of viewers) viewer.offer('risk', message);
    }
  }

  #show(snapshot: Snapshot): void {
    const channel = `frames:${snapshot.streamId}`;
    let message: Buffer | undefined;
    for (const viewer of this.#of(channel)) {
      const subscribed = viewer.subscribed.get(channel)!;
      // Somebody else may have asked for more pictures than this viewer. A step back in time is a new connection of the camera.
      const sinceUs = snapshot.capturedAtUs - subscribed.lastUs;
      if (sinceUs >= 0 && sinceUs < subscribed.intervalUs * pictureTolerance) continue;
      message ??= encodePicture(channel, snapshot);
      if (viewer.offer(channel, message)) subscribed.lastUs = snapshot.capturedAtUs;
    }
  }
}

const nobody: ReadonlySet<LiveViewer> = new Set();

class ChannelError extends RoadstreamError {
  readonly channel: string;

  constructor(channel: string, code: 'NOT_FOUND' | 'OVERLOADED' | 'REQUEST_INVALID', message: string) {
    super(code, message);
    this.channel = channel;
  }
}

function sayStream(viewer: LiveViewer, stream: StreamView): void {
  const { said } = viewer.subscribed.get('streams')!;
  const message = encode({ type: 'stream', channel: 'streams', stream });
  if (said.get(stream.streamId) !== message && viewer.offer('streams', message)) said.set(stream.streamId, message);
}

/** An example says more than rules. */
const example = '{"type":"subscribe","channel":"perceptions:<stream>"}';

function parse(bytes: RawData, isBinary: boolean): LiveRequest {
  const invalid = (why: string): RoadstreamError => new RoadstreamError('REQUEST_INVALID', `The message is not understood: ${why}.`);
  const text = bytes.toString();
  if (isBinary) throw invalid('it is binary; send JSON as text');
  if (text.length > maximumRequestBytes) throw invalid(`it has ${text.length} bytes; at most ${maximumRequestBytes} are read`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid(`it is no JSON; send for example ${example}`);
  }
  const result = liveRequestSchema.safeParse(value);
  if (result.success) return result.data;
  const reasons = `${result.error.issues.map(reasonOf).join('; ')}; send for example ${example}`;
  const channel = (value as { channel?: unknown } | null)?.channel;
  if (typeof channel === 'string') throw new ChannelError(channel, 'REQUEST_INVALID', `The message is not understood: ${reasons}.`);
  throw invalid(reasons);
}

/** In the words of the protocol rather than of the library that checks it. */
function reasonOf(issue: z.core.$ZodIssue): string {
  const [name] = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') return `${issue.keys.join(', ').slice(0, 100)} is not known`;
  if (name === undefined || name === 'type') return 'type must be subscribe or unsubscribe';
  return `${name}${issue.code === 'invalid_format' ? `: ${issue.message}` : ' is missing or out of its range'}`;
}

function encode(message: LiveMessage): string {
  return JSON.stringify(message);
}

/** Length of the header, header, JPEG (schemas/live.ts). */
function encodePicture(channel: string, { jpeg, streamId, sequence, capturedAtUs, width, height }: Snapshot): Buffer {
  const header: LiveFrameHeader = { channel, streamId, sequence, capturedAtUs, width, height };
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32BE(json.length);
  return Buffer.concat([length, json, jpeg]);
}
