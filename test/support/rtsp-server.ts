import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { parseArgs } from 'node:util';
import { parameterSetsOf } from '../../ingest/sources/annex-b.ts';
import { nowUs } from '../../platform/clock.ts';
import { loadMedia, type Media } from './media.ts';
import { rtpPacket, rtpPayloads, senderReport } from './rtp.ts';
import { type Channel, challenge, describe, isAuthorized, openChannel, parseRequest, type RtspAuth } from './rtsp-protocol.ts';

export interface RtspServerOptions {
  /** A video file, or encoded pictures. */
  readonly media: string | Media;
  readonly port?: number;
  /** Everything else is not found. */
  readonly path?: string;
  readonly auth?: RtspAuth;
  readonly tls?: tls.SecureContextOptions;
  /** What the camera's clock is ahead, in its sender reports. */
  readonly clockOffsetMs?: number;
  readonly withoutSenderReports?: boolean;
  /** Leaves the parameter sets out of the stream, as some cameras do. */
  readonly sdpOnlyParameterSets?: boolean;
  /** Leaves them out of the description. */
  readonly inBandOnlyParameterSets?: boolean;
  /** Describes the video as this instead, for example `X-ODD`. */
  readonly codecName?: string;
}

/** What was sent when, as the camera's own clock has it. */
export interface SentUnit {
  readonly payload: Buffer;
  readonly capturedAtUs: number;
}

const rtpHz = 90_000;
const reportIntervalUs = 1_000_000;
/** Of `sent`; more than any test looks at. */
const mostSentKept = 1000;

/**
 * A camera for tests: sends its pictures over and over at their pace, whoever listens, over TCP or UDP, and can fail in
 * every way that real ones do.
 */
export class RtspServer {
  /** The newest last. */
  readonly sent: SentUnit[] = [];
  readonly #options: RtspServerOptions;
  readonly #media: Media;
  readonly #sockets = new Set<net.Socket>();
  readonly #playing = new Map<net.Socket, Channel>();
  readonly #nonce = randomBytes(8).toString('hex');
  readonly #ssrc = randomBytes(4).readUInt32BE();
  readonly #firstTimestamp = randomBytes(4).readUInt32BE();
  readonly #startUs = nowUs();
  /** JPEG has a number of its own (RFC 3551), the others have whatever the description says. */
  readonly #payloadType: number;
  #listener: net.Server | undefined;
  #port: number;
  #timer: NodeJS.Timeout | undefined;
  #next = 0;
  #sequence = randomBytes(2).readUInt16BE();
  #packets = 0;
  #octets = 0;
  #reportedAtUs = 0;
  #isStalled = false;
  #dropShare = 0;
  #dropDebt = 0;

  constructor(options: RtspServerOptions, media: Media) {
    this.#options = options;
    this.#media = media;
    this.#port = options.port ?? 0;
    this.#payloadType = media.codec === 'mjpeg' ? 26 : 96;
  }

  get port(): number {
    return this.#port;
  }

  get clients(): number {
    return this.#playing.size;
  }

  /** @param credentials As they stand in an address, for example `user:p%40ss`. */
  url(credentials?: string): string {
    const { path = '/live', tls: secure } = this.#options;
    return `${secure ? 'rtsps' : 'rtsp'}://${credentials ? `${credentials}@` : ''}127.0.0.1:${this.#port}${path}`;
  }

  /** Stays connected and sends nothing. */
  stall(): void {
    this.#isStalled = true;
  }

  resume(): void {
    this.#isStalled = false;
  }

  /** Loses this share of the RTP packets from now on, evenly. @param fraction 0..1 */
  dropPackets(fraction: number): void {
    this.#dropShare = fraction;
  }

  /** Sends random bytes to everybody, in the middle of the stream. */
  sendGarbage(bytes = 4096): void {
    for (const [socket, channel] of this.#playing) {
      channel.send('rtp', randomBytes(Math.min(bytes, 1400)));
      if (!socket.destroyed) socket.write(randomBytes(bytes));
    }
  }

  /** Is gone at once: nobody listens, every connection is cut. */
  async die(): Promise<void> {
    const listener = this.#listener;
    this.#listener = undefined;
    for (const socket of this.#sockets) socket.destroy();
    this.#stopPlaying();
    if (listener) await new Promise((resolve) => listener.close(resolve));
  }

  /** Listens (again), on the same port. */
  async revive(): Promise<void> {
    const { tls: secure } = this.#options;
    const listener = secure ? tls.createServer(secure, (socket) => this.#serve(socket)) : net.createServer((socket) => this.#serve(socket));
    listener.listen(this.#port, '127.0.0.1');
    await once(listener, 'listening');
    this.#port = (listener.address() as net.AddressInfo).port;
    this.#listener = listener;
  }

  async close(): Promise<void> {
    await this.die();
  }

  #stopPlaying(): void {
    for (const channel of this.#playing.values()) channel.close();
    this.#playing.clear();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #serve(socket: net.Socket): void {
    const { auth, path = '/live', codecName, inBandOnlyParameterSets = false } = this.#options;
    this.#sockets.add(socket);
    let session: Channel | undefined;
    let unread = Buffer.alloc(0);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.#playing.delete(socket);
      session?.close();
    });
    socket.on('data', async (chunk: Buffer) => {
      unread = Buffer.concat([unread, chunk]);
      for (;;) {
        // The client's receiver reports, interleaved.
        if (unread[0] === 0x24) {
          if (unread.length < 4 || unread.length < 4 + unread.readUInt16BE(2)) return;
          unread = unread.subarray(4 + unread.readUInt16BE(2));
          continue;
        }
        const end = unread.indexOf('\r\n\r\n');
        if (end < 0) return;
        const request = parseRequest(unread.subarray(0, end).toString());
        unread = unread.subarray(end + 4);
        const respond = (status: string, headers: Readonly<Record<string, string>> = {}, body = '') => {
          const all = { CSeq: request.headers.cseq ?? '0', ...headers, ...(body && { 'Content-Length': String(Buffer.byteLength(body)) }) };
          const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
          socket.write(`RTSP/1.0 ${status}\r\n${lines.join('')}\r\n${body}`);
        };
        if (auth && request.method !== 'OPTIONS' && !isAuthorized(auth, this.#nonce, request)) {
          respond('401 Unauthorized', { 'WWW-Authenticate': challenge(auth, this.#nonce) });
        } else if (request.method === 'OPTIONS') {
          respond('200 OK', { Public: 'OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER' });
        } else if (request.method === 'DESCRIBE') {
          const isHere = URL.parse(request.uri)?.pathname.replace(/\/$/, '') === path;
          if (isHere)
            respond(
              '200 OK',
              { 'Content-Base': `${request.uri.replace(/\/?$/, '/')}`, 'Content-Type': 'application/sdp' },
              describe({ media: this.#media, type: this.#payloadType, codecName, withParameterSets: !inBandOnlyParameterSets }),
            );
          else respond('404 Not Found');
        } else if (request.method === 'SETUP') {
          const opened = await openChannel(request.headers.transport ?? '', socket);
          session = opened?.channel;
          if (socket.destroyed) session?.close();
          if (opened) respond('200 OK', { Transport: opened.transport, Session: '1;timeout=60' });
          else respond('461 Unsupported Transport');
        } else if (request.method === 'PLAY' && session) {
          respond('200 OK', { Session: '1', Range: 'npt=now-' });
          this.#play(socket, session);
        } else if (request.method === 'TEARDOWN') {
          this.#playing.delete(socket);
          respond('200 OK', { Session: '1' });
        } else {
          respond(request.method === 'GET_PARAMETER' ? '200 OK' : '501 Not Implemented', { Session: '1' });
        }
      }
    });
  }

  #play(socket: net.Socket, channel: Channel): void {
    this.#playing.set(socket, channel);
    this.#reportedAtUs = 0;
    if (this.#timer) return;
    // Nobody listened: go on where a live camera would be by now.
    const { units, durationSeconds } = this.#media;
    const elapsed = (nowUs() - this.#startUs) / 1e6;
    const rounds = Math.floor(elapsed / durationSeconds);
    const place = units.findIndex(({ seconds }) => seconds >= elapsed - rounds * durationSeconds);
    this.#next = Math.max(this.#next, place < 0 ? (rounds + 1) * units.length : rounds * units.length + place);
    this.#tick();
  }

  #tick(): void {
    const { units } = this.#media;
    for (;;) {
      const unit = units[this.#next % units.length]!;
      const round = Math.floor(this.#next / units.length);
      const mediaSeconds = round * this.#media.durationSeconds + unit.seconds;
      const dueInMs = (this.#startUs - nowUs()) / 1000 + mediaSeconds * 1000;
      if (dueInMs > 0) {
        this.#timer = setTimeout(() => (this.#playing.size > 0 ? this.#tick() : this.#stopPlaying()), dueInMs);
        return;
      }
      this.#next += 1;
      if (!this.#isStalled) this.#send(unit.payload, unit.isKeyframe, mediaSeconds);
    }
  }

  #send(payload: Buffer, isKeyframe: boolean, mediaSeconds: number): void {
    const { clockOffsetMs = 0, sdpOnlyParameterSets, withoutSenderReports } = this.#options;
    const { codec } = this.#media;
    const timestamp = (this.#firstTimestamp + Math.round(mediaSeconds * rtpHz)) % 2 ** 32;
    const capturedAtUs = this.#startUs + mediaSeconds * 1e6 + clockOffsetMs * 1000;
    if (!withoutSenderReports && nowUs() - this.#reportedAtUs > reportIntervalUs) {
      this.#reportedAtUs = nowUs();
      const report = senderReport(this.#ssrc, capturedAtUs, timestamp, this.#packets, this.#octets);
      for (const channel of this.#playing.values()) channel.send('rtcp', report);
    }
    const unit = sdpOnlyParameterSets && isKeyframe && codec !== 'mjpeg' ? payload.subarray(headBytes(codec, payload)) : payload;
    const payloads = rtpPayloads(codec, unit);
    for (const [index, part] of payloads.entries()) {
      this.#sequence += 1;
      this.#packets += 1;
      this.#octets += part.length;
      this.#dropDebt += this.#dropShare;
      if (this.#dropDebt >= 1) {
        this.#dropDebt -= 1;
        continue;
      }
      const packet = rtpPacket(
        { payloadType: this.#payloadType, sequence: this.#sequence, timestamp, ssrc: this.#ssrc, isLast: index === payloads.length - 1 },
        part,
      );
      for (const channel of this.#playing.values()) channel.send('rtp', packet);
    }
    this.sent.push({ payload: unit, capturedAtUs });
    if (this.sent.length > mostSentKept) this.sent.shift();
  }
}

/** Starts it and listens. */
export async function startRtspServer(options: RtspServerOptions): Promise<RtspServer> {
  const server = new RtspServer(options, typeof options.media === 'string' ? await loadMedia(options.media) : options.media);
  await server.revive();
  return server;
}

/** Up to the first NAL unit after the parameter sets. */
function headBytes(codec: 'h264' | 'h265', unit: Buffer): number {
  const sets = parameterSetsOf(codec, unit);
  if (!sets) return 0;
  // Ends where the last parameter set does.
  const last = sets.subarray(sets.lastIndexOf(Buffer.from([0, 0, 1])) + 3);
  return unit.indexOf(last) + last.length;
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      port: { type: 'string', default: '8554' },
      user: { type: 'string' },
      password: { type: 'string', default: '' },
      basic: { type: 'boolean' },
    },
  });
  const [media] = positionals;
  if (!media) throw new Error('usage: node test/support/rtsp-server.ts <video file> [--port 8554] [--user NAME --password WORD [--basic]]');
  const auth =
    values.user === undefined
      ? undefined
      : ({ scheme: values.basic ? 'basic' : 'digest', user: values.user, password: values.password } as const);
  const server = await startRtspServer({ media, port: Number(values.port), auth });
  process.stdout.write(`${server.url()}\n`);
}
