import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { secureHeaders } from 'hono/secure-headers';
import type { Logger } from 'pino';
import type { Bus } from '../platform/bus/bus.ts';
import { nowUs } from '../platform/clock.ts';
import type { Database } from '../platform/database/database.ts';
import { healthRoutes } from '../platform/http/health.ts';
import { listen, mediaAddresses, resolveHost, urlOf } from '../platform/http/listen.ts';
import { configurationJsonSchema } from '../schemas/configuration.ts';
import { asRoadstreamError, RoadstreamError } from '../schemas/errors.ts';
import { answerError, errorBody, statusOf } from './answers.ts';
import { DatabaseGate } from './database-gate.ts';
import { BusFeeds } from './live/bus-feeds.ts';
import { createGatewayMetrics } from './live/metrics.ts';
import { SnapshotWishes } from './live/snapshot-wishes.ts';
import { StreamState } from './live/stream-state.ts';
import { LiveChannels } from './live/websocket.ts';
import { createWeriftEgress } from './live/werift-egress.ts';
import { alertRoutes } from './routes/alerts.ts';
import { incidentRoutes } from './routes/incidents.ts';
import { pageRoutes } from './routes/page.ts';
import { readingRoutes } from './routes/readings.ts';
import { riskRoutes } from './routes/risk.ts';
import { streamRoutes } from './routes/streams.ts';
import { vehicleRoutes } from './routes/vehicles.ts';
import { whepRoutes } from './routes/whep.ts';
import { assertSameSite } from './same-site.ts';

export interface GatewayOptions {
  readonly bus: Bus;
  /** May come up later; until then what needs it answers 503. */
  readonly database: Database | Promise<Database>;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** The page as built; may be missing. */
  readonly webDirectory: string;
  /** Prometheus' text format. */
  readonly scrapeMetrics: () => Promise<string>;
  readonly log: Logger;
}

export interface Gateway {
  /** To be opened in a browser on this machine. */
  readonly url: string;
  close(): Promise<void>;
}

/** An SDP offer has 5 KB (Chromium, video and audio); nothing else is posted. */
const maximumBodyBytes = 64 * 1024;
const livePath = '/api/v3/live';

/**
 * Serves viewers: the page, the API, live channels over a WebSocket, live pictures over WebRTC.
 * @returns When what viewers look at comes from the bus; it listens before.
 * @throws PORT_IN_USE, CONFIGURATION_INVALID (the host)
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { bus, host, log } = options;
  await using stack = new AsyncDisposableStack();
  const owned = <T extends { close(): Promise<void> }>(part: T): T => stack.adopt(part, (it) => it.close());

  const address = await resolveHost(host);
  const metrics = createGatewayMetrics();
  const egress = owned(createWeriftEgress({ log, addresses: mediaAddresses(address), onSent: (bytes) => metrics.sent(bytes, 'webrtc') }));
  const streams = new StreamState(egress.codecs, nowUs);
  const wishes = owned(new SnapshotWishes(bus, log, nowUs));
  const feeds = owned(new BusFeeds({ bus, streams, metrics, log }));
  const live = owned(new LiveChannels({ feeds, streams, wishes, metrics, log }));
  metrics.viewers(() => ({ webrtc: egress.viewers, websocket: live.viewers }));
  const gate = new DatabaseGate(options.database);
  let isConnected = false;

  const app = new Hono<{ Bindings: HttpBindings }>();
  app.onError((thrown, context) => answerError(context, thrown, log));
  app.notFound((context) =>
    answerError(context, new RoadstreamError('NOT_FOUND', `There is nothing at ${context.req.method} ${context.req.path}.`), log),
  );
  app.use(headers);
  app.use(async (context, next) => {
    assertSameSite(context.env.incoming.headers, host, ['GET', 'HEAD', 'OPTIONS'].includes(context.req.method));
    await next();
  });
  app.use(
    bodyLimit({
      maxSize: maximumBodyBytes,
      onError: () => {
        throw new RoadstreamError('MESSAGE_TOO_LARGE', `The body is larger than ${maximumBodyBytes} bytes.`);
      },
    }),
  );
  app.route('/api/v3/streams', streamRoutes(streams));
  app.route('/api/v3/streams', whepRoutes({ egress, feeds, streams, metrics }));
  app.route('/api/v3/streams', readingRoutes(gate, streams));
  app.route('/api/v3/alerts', alertRoutes(gate));
  app.route('/api/v3/vehicles', vehicleRoutes(bus));
  app.route('/api/v3/vehicles', riskRoutes(gate, streams));
  app.route('/api/v3/vehicles', incidentRoutes(gate, streams));
  app.get('/api/v3/configuration-schema', (context) => context.json(configurationJsonSchema()));
  app.get(livePath, () => {
    throw new RoadstreamError('REQUEST_INVALID', `${livePath} is a WebSocket; connect to it with ws://.`);
  });
  const missing = () => [
    ...(isConnected ? [] : ['The bus is not connected yet; the log has the reason if this lasts.']),
    ...(gate.missing ? [gate.missing] : []),
  ];
  app.route('/', healthRoutes({ missing, scrapeMetrics: options.scrapeMetrics }));
  app.route('/', pageRoutes(options.webDirectory));

  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  server.on('upgrade', (request, socket, head) => {
    try {
      socket.on('error', (err) => log.debug({ err }, 'connection failed while upgrading'));
      if (request.url?.split('?')[0] !== livePath) throw new RoadstreamError('NOT_FOUND', `There is a WebSocket at ${livePath} only.`);
      assertSameSite(request.headers, host, false);
      live.accept(request, socket, head);
    } catch (thrown) {
      refuseUpgrade(socket, thrown);
    }
  });
  const port = await listen(server, address, options.port);
  stack.defer(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    // The server waits for the WebSockets, too, which are no longer its own to close.
    await live.close();
    await closed;
  });
  log.info({ address, port }, 'gateway listens');
  // After it listens: whoever asks while the bus is away is told so.
  await feeds.start();
  isConnected = true;

  const moved = stack.move();
  let closing: Promise<void> | undefined;
  return { url: urlOf(address, port), close: () => (closing ??= moved.disposeAsync()) };
}

/** Scripts, styles and connections are the gateway's own; pictures and video also come from the page itself. */
const headers = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    connectSrc: ["'self'"],
    imgSrc: ["'self'", 'blob:', 'data:'],
    mediaSrc: ["'self'", 'blob:'],
    fontSrc: ["'self'"],
    manifestSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
  referrerPolicy: 'no-referrer',
  xFrameOptions: 'DENY',
  // There is no TLS of our own; who puts it in front decides.
  strictTransportSecurity: false,
});

function refuseUpgrade(socket: Duplex, thrown: unknown): void {
  const body = JSON.stringify(errorBody(thrown));
  const status = statusOf(asRoadstreamError(thrown).code);
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
