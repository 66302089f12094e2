import { createHash } from 'node:crypto';
import dgram from 'node:dgram';
import { once } from 'node:events';
import type net from 'node:net';
import { type Media, parameterSets } from './media.ts';

export interface RtspAuth {
  readonly scheme: 'basic' | 'digest';
  readonly user: string;
  readonly password: string;
}

const realm = 'camera';
/** A client that does not read loses packets instead of filling the server's memory. */
const mostUnsentBytes = 4_000_000;

export interface RtspRequest {
  readonly method: string;
  readonly uri: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** @param head Up to the empty line. */
export function parseRequest(head: string): RtspRequest {
  const [first = '', ...lines] = head.split('\r\n');
  const [method = '', uri = ''] = first.split(' ');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  return { method, uri, headers };
}

const md5 = (text: string) => createHash('md5').update(text).digest('hex');

export function challenge(auth: RtspAuth, nonce: string): string {
  return auth.scheme === 'basic' ? `Basic realm="${realm}"` : `Digest realm="${realm}", nonce="${nonce}", qop="auth", algorithm=MD5`;
}

/** RFC 7617 (Basic), RFC 2617, 3.2.2.1 (Digest). */
export function isAuthorized(auth: RtspAuth, nonce: string, { method, headers }: RtspRequest): boolean {
  const given = headers.authorization ?? '';
  if (auth.scheme === 'basic') return given === `Basic ${Buffer.from(`${auth.user}:${auth.password}`).toString('base64')}`;
  const fields = [...given.matchAll(/(\w+)=(?:"([^"]*)"|([^",\s]+))/g)].map(([, name, quoted, bare]) => [name!, quoted ?? bare!]);
  const { uri, qop, nc, cnonce, response } = Object.fromEntries(fields) as Record<string, string | undefined>;
  const secret = md5(`${auth.user}:${realm}:${auth.password}`);
  const asked = md5(`${method}:${uri}`);
  const expected = qop ? md5(`${secret}:${nonce}:${nc}:${cnonce}:${qop}:${asked}`) : md5(`${secret}:${nonce}:${asked}`);
  return given.startsWith('Digest ') && response === expected;
}

export interface Description {
  readonly media: Media;
  /** RTP payload type. */
  readonly type: number;
  /** By default the codec's own, for example `H264`. */
  readonly codecName?: string;
  readonly withParameterSets: boolean;
}

/** The session description (SDP, RFC 8866). */
export function describe({ media, type, codecName, withParameterSets }: Description): string {
  const sets = withParameterSets ? parameterSets(media).map((set) => set.toString('base64')) : [];
  const format = {
    h264: `packetization-mode=1${sets.length > 0 ? `;sprop-parameter-sets=${sets.join(',')}` : ''}`,
    h265: sets.length > 0 ? `sprop-vps=${sets[0]};sprop-sps=${sets[1]};sprop-pps=${sets[2]}` : '',
    mjpeg: '',
  }[media.codec];
  return [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=camera',
    'c=IN IP4 0.0.0.0',
    't=0 0',
    'a=control:*',
    `m=video 0 RTP/AVP ${type}`,
    `a=rtpmap:${type} ${codecName ?? { h264: 'H264', h265: 'H265', mjpeg: 'JPEG' }[media.codec]}/90000`,
    ...(format ? [`a=fmtp:${type} ${format}`] : []),
    'a=control:track1',
    '',
  ].join('\r\n');
}

/** Where one client gets its RTP and RTCP. */
export interface Channel {
  send(kind: 'rtp' | 'rtcp', packet: Buffer): void;
  close(): void;
}

/** Answers a SETUP. @returns undefined for a transport that is neither TCP nor UDP unicast. */
export async function openChannel(transport: string, socket: net.Socket): Promise<{ channel: Channel; transport: string } | undefined> {
  const interleaved = /interleaved=(\d+)-(\d+)/.exec(transport);
  if (interleaved) {
    const numbers = { rtp: Number(interleaved[1]), rtcp: Number(interleaved[2]) };
    const send: Channel['send'] = (kind, packet) => {
      if (socket.destroyed || socket.writableLength > mostUnsentBytes) return;
      socket.write(Buffer.concat([Buffer.from([0x24, numbers[kind], packet.length >> 8, packet.length & 255]), packet]));
    };
    return { channel: { send, close() {} }, transport: `RTP/AVP/TCP;unicast;interleaved=${numbers.rtp}-${numbers.rtcp}` };
  }
  const ports = /client_port=(\d+)-(\d+)/.exec(transport);
  if (!ports) return undefined;
  const targets = { rtp: Number(ports[1]), rtcp: Number(ports[2]) };
  const sockets = { rtp: dgram.createSocket('udp4'), rtcp: dgram.createSocket('udp4') };
  for (const udp of Object.values(sockets)) {
    udp.on('error', () => {});
    udp.bind(0, '127.0.0.1');
    await once(udp, 'listening');
  }
  let isOpen = true;
  const channel: Channel = {
    send(kind, packet) {
      if (isOpen) sockets[kind].send(packet, targets[kind], '127.0.0.1');
    },
    close() {
      if (!isOpen) return;
      isOpen = false;
      for (const udp of Object.values(sockets)) udp.close();
    },
  };
  const own = `${sockets.rtp.address().port}-${sockets.rtcp.address().port}`;
  return { channel, transport: `RTP/AVP;unicast;client_port=${targets.rtp}-${targets.rtcp};server_port=${own}` };
}
